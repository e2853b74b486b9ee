/**
 * The civil calendar and the times of a day as plain numbers, for searches that must not allocate:
 * days since 1970-01-01 and seconds since midnight, both local and without a zone; and {@link
 * dev.carillon.time.civil.Effort}, which bounds such a search.
 */
@NullMarked
package dev.carillon.time.civil;

import org.jspecify.annotations.NullMarked;
