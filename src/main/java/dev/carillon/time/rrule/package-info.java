/**
 * Recurrence rules of RFC 5545 in nominal local time, without zones: text to {@link
 * dev.carillon.time.rrule.Rule}, a rule with its DTSTART to {@link dev.carillon.time.rrule.Series},
 * that with its end to {@link dev.carillon.time.rrule.BoundedSeries}, all of a trigger's parts to
 * {@link dev.carillon.time.rrule.Recurrence}, and that in a zone, of which it knows only a {@link
 * dev.carillon.time.rrule.Wall}, to {@link dev.carillon.time.rrule.Expansion}. Local times are
 * seconds since 1970-01-01T00:00 on the wall.
 *
 * <p>How a rule is expanded. FREQ and INTERVAL pick periods: the n-th period is found by
 * arithmetic, so that a search starts anywhere without walking from DTSTART. The BYxxx parts,
 * completed from DTSTART as section 3.3.10 says, are two filters: which days ({@link
 * dev.carillon.time.rrule.DayFilter}) and which times of the day. RFC 5545's "expand" and "limit"
 * come to the same under both: an instance is a time that passes all of them, in a period that is
 * picked. BYSETPOS then chooses among a period's instances. Days that cannot match are jumped over,
 * a month at a time; below a day, {@link dev.carillon.time.rrule.Openings} knows which times
 * INTERVAL reaches on which days. COUNT alone needs a walk from DTSTART, once, when the rule is
 * read, to know the last instance; all rules of a recurrence are read on one budget.
 *
 * <p>That nothing matches is known after one common cycle of the calendar (400 years, which are
 * whole weeks too) and INTERVAL: then everything repeats. So a rule that never fires is told from a
 * rare one in some thousand steps.
 *
 * <p>The expansion is our own. lib-recur stands beside it in the tests, which compare the two over
 * random rules and hold the cases in which lib-recur 0.17.1 errs: a rule below a day that rests for
 * long ({@code FREQ=HOURLY;BYMONTH=11}) throws after 1,000 empty sets, negative BYYEARDAY likewise,
 * BYWEEKNO=53 with BYDAY fires in years of 52 weeks, and its steps cannot be counted from outside.
 *
 * <p>Where the RFC leaves room. What a rule does not say is taken from DTSTART, as RFC 8984,
 * section 4.3.3.1, spells out: {@code FREQ=YEARLY;BYMONTHDAY=1} without BYMONTH means DTSTART's
 * month, and BYWEEKNO without BYDAY DTSTART's weekday (lib-recur and libical do so; python-dateutil
 * takes every month and all seven days). A year of BYWEEKNO is the span of its numbered weeks, and
 * INTERVAL counts from DTSTART's calendar year (as lib-recur and libical do). Numbers in BYDAY
 * count within the year unless BYMONTH is written. BYSETPOS counts from the start of the period,
 * not from DTSTART. UNTIL as a date alone runs through that day; second 60 means 59; one semicolon
 * at the end is allowed.
 */
@NullMarked
package dev.carillon.time.rrule;

import org.jspecify.annotations.NullMarked;
