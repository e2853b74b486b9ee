/**
 * When things fire: triggers, time zones and daylight-saving changes, as pure functions of {@link
 * java.time.Instant} and {@link java.time.ZoneId}. Nothing here reads a clock, a file or a network,
 * and nothing knows a framework.
 *
 * <p>The way through: a {@link dev.carillon.time.Trigger} is parsed text that is known to be right
 * (else {@link dev.carillon.time.InvalidTrigger} names field, position, reason and an example).
 * {@link dev.carillon.time.Trigger#in} binds it to a zone and yields {@link
 * dev.carillon.time.Fires}, whose one question is "the first fire strictly after this instant?".
 * {@link dev.carillon.time.Preview} asks it repeatedly.
 *
 * <p>What is authoritative:
 *
 * <ul>
 *   <li>A fire is keyed on its UTC instant. Local times are only the way to it. {@code next} is
 *       strictly increasing in UTC, whatever the clocks on the wall do, so two local times that
 *       collapse into one instant are one fire.
 *   <li>A local time that does not exist (a gap) or exists twice (an overlap) becomes an instant in
 *       {@link dev.carillon.time.LocalFires} and nowhere else, by the schedule's {@link
 *       dev.carillon.time.DstPolicy}. Where it chooses nothing: a fixed-time cron pattern fires at
 *       the end of the gap, and at the first pass of an overlap (Debian's cron); RRULE and calendar
 *       intervals are shifted by the gap, first pass (RFC 5545, section 3.3.5). A cron pattern with
 *       a star in hour or minute follows elapsed time through both changes, whatever was chosen.
 *   <li>A schedule's bounds and calendar come in between ({@link dev.carillon.time.Timing}):
 *       nominal times are bounded by startAt and endAt, their dates moved to business days or left
 *       out ({@link dev.carillon.time.AdjustedDates}), and only then read in the zone. A date of
 *       which the calendar says nothing is an error, but only where the answer depends on it.
 *   <li>Only the years 1900 to 9999 exist ({@link dev.carillon.time.Years}).
 *   <li>Work is bounded by counted steps, never by a clock: {@link
 *       dev.carillon.time.EvaluationGaveUp}.
 * </ul>
 *
 * <p>{@code time.cron} and {@code time.rrule} hold the two pattern languages in nominal local time;
 * they know no zones and nothing of this package.
 */
@NullMarked
package dev.carillon.time;

import org.jspecify.annotations.NullMarked;
