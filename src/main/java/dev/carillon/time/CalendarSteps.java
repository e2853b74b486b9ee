package dev.carillon.time;

import dev.carillon.time.civil.CivilDays;
import dev.carillon.time.civil.Effort;
import java.time.LocalDateTime;

/**
 * The local times anchor + n · (months, days), each counted from the anchor, so that the day of the
 * month is not worn down by short months.
 *
 * @param anchor local time of n = 0; a fraction of a second is left out
 * @param months of one step
 * @param days of one step
 * @param firstN the first n that counts: 0 when the anchor itself does, else 1
 */
record CalendarSteps(LocalDateTime anchor, long months, long days, long firstN)
    implements Nominals {

  private static final int DAY = 86_400;

  /** Mean length of a month in the Gregorian calendar: 146,097 days in 4,800 months. */
  private static final double DAYS_PER_MONTH = 146_097 / 4_800.0;

  /** More than the days by which that mean errs over any number of months. */
  private static final double ERROR = 5;

  private static final long LAST_DAY = CivilDays.of(Years.LAST_YEAR, 12, 31);

  @Override
  public long next(long after, Effort effort) {
    return nominal(firstAfter(after));
  }

  @Override
  public long count(long after, long to, Effort effort) {
    return Math.max(0, firstAfter(to) - firstAfter(after));
  }

  /** Each day has the anchor's time. */
  @Override
  public boolean isUniform(long day) {
    return true;
  }

  private long firstAfter(long after) {
    long n = closeBefore(after);
    while (nominal(n) <= after) {
      n++;
    }
    return n;
  }

  /**
   * An n that is not later than the one sought, and close to it: a step that has months is at least
   * 28 days long, so a handful of steps remain; one of days alone errs by rounding only.
   */
  private long closeBefore(long after) {
    double passed = Math.floorDiv(after, DAY) - anchor.toLocalDate().toEpochDay() - ERROR;
    return Math.max(firstN, (long) Math.floor(passed / (months * DAYS_PER_MONTH + days)) - 1);
  }

  /** The local time of step n; NONE when it lies beyond the year 9999. */
  private long nominal(long n) {
    if (n * (months / 12.0 + days / 366.0) > Years.LAST_YEAR) {
      return NONE;
    }
    long month = anchor.getYear() * 12L + anchor.getMonthValue() - 1 + n * months;
    int year = (int) Math.floorDiv(month, 12);
    int monthOfYear = Math.floorMod(month, 12) + 1;
    int dayOfMonth = Math.min(anchor.getDayOfMonth(), CivilDays.lengthOf(year, monthOfYear));
    long day = CivilDays.of(year, monthOfYear, dayOfMonth) + n * days;
    return day > LAST_DAY ? NONE : day * DAY + anchor.toLocalTime().toSecondOfDay();
  }
}
