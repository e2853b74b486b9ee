/** Tests of calendars by their names. */
@org.jspecify.annotations.NullMarked
package dev.carillon.calendars;
