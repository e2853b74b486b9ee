/**
 * Cron patterns in nominal local time, without zones: text to bit sets ({@link
 * dev.carillon.time.cron.CronParser} and a {@link dev.carillon.time.cron.FieldGrammar} per
 * dialect), the next matching second ({@link dev.carillon.time.cron.CronPattern}) and the pattern
 * in words ({@link dev.carillon.time.cron.CronWords}). Local times are seconds since
 * 1970-01-01T00:00 on the wall.
 *
 * <p>Each dialect accepts, refuses and fires as its origin does:
 *
 * <pre>
 *                  UNIX                 QUARTZ                   SPRING
 *  origin          Vixie cron, Debian   Quartz 2.3.2             Spring Framework 6.2
 *  fields          5, 6 with seconds    6, 7 with a year         6
 *  Sunday          0, 7, SUN = 0        1, SUN = 1               0, 7, SUN = 7
 *  both day fields either; both with    one of them is ?         both
 *                  a star in one
 *  a/n             refused              from a to the end        from a to the end
 *  b-a, b &gt; a      refused              wraps, but for years     refused, but SUN-TUE
 *  a step of 0     refused              no step: the first       refused
 *                                       value, of a star all
 *  W #             refused              in lists too, # once     in lists too
 *  L               refused              alone in the field       in lists too
 *  names           in a value's place   a value or both ends     in a value's place
 *                                       of a range, no step
 *  3B LB           our own extension    refused                  refused
 *  {@literal @}daily          small letters        refused                  in any case
 * </pre>
 *
 * <p>One thing no origin has is Carillon's own extension of UNIX: a business day of the month,
 * alone in the day of the month, with a star as day of the week. {@code 3B} is the third, {@code
 * LB} the last, {@code LB-2} two business days before the last. Which days these are is the
 * schedule's calendar's affair ({@link dev.carillon.time.cron.BusinessDayMatches}); without one
 * they are Monday to Friday. A month with fewer of them has none.
 *
 * <p>Where an origin reads past a mistake in silence, the text is refused: empty elements of a
 * list, more fields than it knows and whatever it does not look at behind a value (Vixie: {@code
 * 5x}, and {@code 5/15} in old versions; Quartz: {@code MONDAY}, {@code MON-FRI/2}, {@code 5x}),
 * numbers outside the documented bounds (Quartz: {@code 99}, {@code 5-0}, {@code 0W}, {@code 9#2},
 * years before 1970, {@code ?} in a list), signs before numbers, and names run together with digits
 * or put in a number's place (Spring: {@code 1JAN}, {@code FRI#TUE}). A pattern that cannot fire up
 * to the year 9999 is refused.
 *
 * <p>Where an origin errs, the fires are right instead. {@code nW} stays within its month, as
 * Quartz documents it; Spring loses the months whose last day is that Sunday, and {@code 1W} when
 * asked from between Saturday the 1st and Monday the 3rd. {@code L-n} is nothing in a month that
 * has no such day, where Spring takes a day of the month before, and {@code L-nW} likewise, where
 * Quartz never returns. Quartz 2.5 skips months for L, LW and nW, which 2.3.2 does not. An {@code
 * nW} in a month without an n-th is nothing, but {@code 31W} under QUARTZ is Friday the 30th where
 * that ends the month, as there; for 29W and 30W in February the same Quartz answers differently
 * depending on where it is asked from, and we answer as it does when walking from fire to fire. In
 * a list with W or #, which Quartz takes, all elements count; there it is a part of them. Years go
 * to 9999, where Quartz ends a hundred years from now, and a star among them is every year.
 */
@NullMarked
package dev.carillon.time.cron;

import org.jspecify.annotations.NullMarked;
