package dev.carillon.time.cron;

import dev.carillon.time.calendar.BusinessDays;
import dev.carillon.time.civil.CivilDays;
import dev.carillon.time.civil.ClockTimes;
import dev.carillon.time.civil.Effort;
import java.time.LocalDate;

/**
 * The matches of a pattern that names a business day of the month, by a calendar: month by month,
 * each counted from its first or last day. Each question to the calendar is a step. Local times are
 * seconds since 1970-01-01T00:00.
 */
public final class BusinessDayMatches {

  private static final long NONE = CronPattern.NONE;
  private static final int DAY = 86_400;
  private static final int LAST_YEAR = 9999;

  private final ClockTimes times;
  private final long months;

  /** From 1, or from -1 for the last. */
  private final int place;

  private final BusinessDays days;

  /**
   * @param pattern that {@link CronPattern#namesBusinessDay}
   */
  public BusinessDayMatches(CronPattern pattern, BusinessDays days) {
    this.times = pattern.times();
    this.months = pattern.months;
    this.place = pattern.specialDates.businessDay();
    this.days = days;
  }

  /**
   * The first match strictly after a local time.
   *
   * @param last inclusive: what lies behind it is not looked for, nor is the calendar asked about
   *     later months
   * @return local seconds, or {@link CronPattern#NONE}
   * @throws Effort.Spent when the work allowed is used up
   * @throws dev.carillon.time.calendar.OutsideCalendar when the calendar does not know a date that
   *     the answer depends on
   */
  public long next(long after, long last, Effort effort) {
    long from = after + 1;
    long day = Math.floorDiv(from, DAY);
    long civil = CivilDays.civil(day);
    int year = CivilDays.year(civil);
    int month = CivilDays.month(civil);
    while (year <= LAST_YEAR) {
      effort.step();
      long first = CivilDays.of(year, month, 1);
      if (first * DAY > last) {
        return NONE;
      }
      long found = (months & 1L << month) == 0 ? NONE : dayIn(year, month, first, effort);
      if (found != NONE && found >= day) {
        int time = found > day ? times.first() : times.next((int) (from - day * DAY));
        if (time >= 0) {
          return found * DAY + time > last ? NONE : found * DAY + time;
        }
      }
      year = month == 12 ? year + 1 : year;
      month = month == 12 ? 1 : month + 1;
    }
    return NONE;
  }

  /**
   * How many matches lie after one local time, up to another; thrown is what {@link #next} does.
   */
  public long count(long after, long to, Effort effort) {
    long found = 0;
    long at = next(after, to, effort);
    while (at <= to) {
      long day = Math.floorDiv(at, DAY);
      long end = Math.min(to + 1, (day + 1) * DAY);
      int upTo = (int) (end - day * DAY);
      found +=
          (upTo == DAY ? times.count() : times.before(upTo)) - times.before((int) (at - day * DAY));
      at = next(end - 1, to, effort);
    }
    return found;
  }

  private long dayIn(int year, int month, long first, Effort effort) {
    int length = CivilDays.lengthOf(year, month);
    int step = place < 0 ? -1 : 1;
    int left = Math.abs(place);
    long end = first + length;
    for (long day = place < 0 ? end - 1 : first; day >= first && day < end; day += step) {
      if (days.dayOff(LocalDate.ofEpochDay(day), effort) == null && --left == 0) {
        return day;
      }
    }
    return NONE;
  }
}
