/**
 * Cron patterns in nominal local time, without zones: text to bit sets ({@link
 * dev.carillon.time.cron.CronParser}), the next matching second ({@link
 * dev.carillon.time.cron.CronPattern}) and the pattern in words ({@link
 * dev.carillon.time.cron.CronWords}). Local times are seconds since 1970-01-01T00:00 on the wall.
 *
 * <p>What is accepted is Vixie cron's grammar (entry.c, as Debian and the BSDs ship it), with the
 * seconds first where there are six fields. Where Vixie reads past an error in silence, as with
 * {@code 5x} or in old versions {@code 5/15}, the text is refused.
 */
@NullMarked
package dev.carillon.time.cron;

import org.jspecify.annotations.NullMarked;
