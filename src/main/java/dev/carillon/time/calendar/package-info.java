/**
 * Which days count: business days, and what becomes of a date that is none. Dates alone, without
 * times and zones.
 */
@NullMarked
package dev.carillon.time.calendar;

import org.jspecify.annotations.NullMarked;
