package dev.carillon.time;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * Fires at anchor + n · (months, days) in the local calendar, each counted from the anchor, so that
 * the day of the month is not worn down by short months. In a gap shifted by it, in an overlap the
 * first pass (RFC 5545, section 3.3.5).
 *
 * @param anchor local time of n = 0
 * @param months of one step
 * @param days of one step
 * @param firstN the first n that is a fire: 0 when the anchor itself is one, else 1
 */
record CalendarFires(LocalLine line, LocalDateTime anchor, long months, long days, long firstN)
    implements Fires {

  /** Mean length of a month in the Gregorian calendar: 146,097 days in 4,800 months. */
  private static final double DAYS_PER_MONTH = 146_097 / 4_800.0;

  @Override
  public @Nullable Fire nextFire(Instant after) {
    Instant from = Years.clampAfter(after);
    for (long n = startN(from); ; n++) {
      LocalDateTime nominal = nominal(n);
      if (nominal == null) {
        return null;
      }
      LocalLine.Reading reading = line.shiftedByGap(nominal);
      if (reading.at().isAfter(Years.LAST)) {
        return null;
      }
      if (reading.at().isAfter(from)) {
        return undisturbed(reading, n).in(line.zone());
      }
    }
  }

  /**
   * An n whose fire is not later than the one sought, and close to it: the mean length errs by less
   * than 4 days over any number of months, offsets by less than 2 days, and a step that has months
   * is at least 28 days long; one of days alone errs by the offsets. So the loop above takes a
   * handful of steps.
   */
  private long startN(Instant from) {
    LocalDateTime local = LocalDateTime.ofInstant(from, line.zone());
    double passed = ChronoUnit.DAYS.between(anchor, local) - 6.0;
    long guess = (long) Math.floor(passed / (months * DAYS_PER_MONTH + days)) - 1;
    return Math.max(firstN, guess);
  }

  /** The nominal local time of step n; null when it lies beyond the year 9999. */
  private @Nullable LocalDateTime nominal(long n) {
    double years = n * (months / 12.0 + days / 366.0);
    if (years > Years.LAST_YEAR) {
      return null;
    }
    LocalDateTime nominal = anchor.plusMonths(n * months).plusDays(n * days);
    return nominal.getYear() > Years.LAST_YEAR ? null : nominal;
  }

  /**
   * When a whole day is skipped (Pacific/Apia, 30 December 2011), the shifted step falls on the
   * next one's instant: that fire stands at its own nominal time, so nothing moved it.
   */
  private LocalLine.Reading undisturbed(LocalLine.Reading reading, long n) {
    if (reading.moved() != Moved.DST_GAP) {
      return reading;
    }
    LocalDateTime following = nominal(n + 1);
    boolean same = following != null && line.shiftedByGap(following).at().equals(reading.at());
    return same ? new LocalLine.Reading(reading.at(), null) : reading;
  }
}
