/**
 * The civil calendar and the times of a day as plain numbers, for searches that must not allocate:
 * days since 1970-01-01 and seconds since midnight, both local and without a zone.
 */
@NullMarked
package dev.carillon.time.civil;

import org.jspecify.annotations.NullMarked;
