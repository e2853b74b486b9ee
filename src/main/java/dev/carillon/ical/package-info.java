/**
 * Calendars as calendar applications read them: iCalendar (RFC 5545), written and never read.
 *
 * <p>{@link dev.carillon.ical.CalendarRule} decides what becomes one recurring event; {@link
 * dev.carillon.ical.ComingFires} finds the instants of all that do not. {@link
 * dev.carillon.ical.CalendarDocument} puts {@link dev.carillon.ical.CalendarEvent}s together with
 * the {@link dev.carillon.ical.ZoneComponent} of each zone that they name, and {@link
 * dev.carillon.ical.ContentLines} alone knows how text is escaped and folded, so that nobody gets a
 * property in by a name or a note. Links that open a calendar application are {@link
 * dev.carillon.ical.CalendarLinks}.
 *
 * <p>Why it is written by code of our own: docs/decisions/0018-icalendar.md.
 */
@NullMarked
package dev.carillon.ical;

import org.jspecify.annotations.NullMarked;
