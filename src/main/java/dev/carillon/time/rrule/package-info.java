/**
 * Recurrence rules of RFC 5545 in nominal local time, without zones: text to {@link
 * dev.carillon.time.rrule.Rule}, a rule with its DTSTART to {@link dev.carillon.time.rrule.Series},
 * all of a trigger's parts to {@link dev.carillon.time.rrule.Expansion}. Local times are seconds
 * since 1970-01-01T00:00 on the wall.
 *
 * <p>How a rule is expanded. FREQ and INTERVAL pick periods: the n-th period is found by
 * arithmetic, so that a search starts anywhere without walking from DTSTART. The BYxxx parts,
 * completed from DTSTART as section 3.3.10 says, are two filters: which days ({@link
 * dev.carillon.time.rrule.DayFilter}) and which times of the day. RFC 5545's "expand" and "limit"
 * come to the same under both: an instance is a time that passes all of them, in a period that is
 * picked. BYSETPOS then chooses among a period's instances. Days that cannot match are jumped over,
 * a month at a time. COUNT alone needs a walk from DTSTART, once, to know the last instance.
 *
 * <p>The expansion is our own. lib-recur stands beside it in the tests, which compare the two over
 * random rules and hold the cases in which lib-recur 0.17.1 errs: a rule below a day that rests for
 * long ({@code FREQ=HOURLY;BYMONTH=11}) throws after 1,000 empty sets, negative BYYEARDAY likewise,
 * BYWEEKNO=53 with BYDAY fires in years of 52 weeks, and its steps cannot be counted from outside.
 *
 * <p>Where the RFC leaves room: {@code FREQ=YEARLY;BYMONTHDAY=1} without BYMONTH expands to every
 * month (lib-recur: to DTSTART's month); BYWEEKNO without BYDAY takes DTSTART's weekday; the years
 * of BYWEEKNO are those of the numbered weeks, so INTERVAL counts from DTSTART's; UNTIL as a date
 * alone runs through that day; second 60 means 59.
 */
@NullMarked
package dev.carillon.time.rrule;

import org.jspecify.annotations.NullMarked;
