package dev.carillon.time.rrule;

import dev.carillon.time.civil.CivilDays;
import dev.carillon.time.civil.Effort;
import dev.carillon.time.rrule.Rule.DayParts;
import dev.carillon.time.rrule.Rule.NthWeekday;

/**
 * Which days a rule allows, as a bit set for each month. A day passes when it passes every part
 * that is present.
 */
final class DayFilter {

  static final long NONE = Long.MAX_VALUE;

  /** After so many days, 400 years, the calendar repeats, weekdays and week numbers included. */
  static final int CYCLE = 146_097;

  static final long LAST_DAY = CivilDays.of(9999, 12, 31);
  private static final int LAST_YEAR = 9999;
  private static final long EVERY_WEEK = 1L | 1L << 7 | 1L << 14 | 1L << 21 | 1L << 28;

  private final DayParts parts;
  private final Weeks weeks;

  /** Whether numbers in BYDAY count within the month, else within the year. */
  private final boolean nthOfMonth;

  /**
   * What a look at a month costs beyond one step: long lists are looked through for each month, a
   * step's time being enough for some 25 days, 8 numbered weekdays or 3 weeks.
   */
  private final int costOfLists;

  DayFilter(DayParts parts, Weeks weeks, boolean nthOfMonth) {
    this.parts = parts;
    this.weeks = weeks;
    this.nthOfMonth = nthOfMonth;
    this.costOfLists =
        (parts.yearDays().size() + parts.nthWeekdays().size() * 3 + parts.weekNumbers().size() * 8)
            / 25;
  }

  /** The first allowed day from one on; {@link #NONE} when there is none up to the year 9999. */
  long next(long from, Effort effort) {
    long civil = CivilDays.civil(from);
    int year = CivilDays.year(civil);
    int month = CivilDays.month(civil);
    long rest = -1L << CivilDays.day(civil);
    // What no month of 400 years and the rest of the first one has, none has.
    int lastYear = Math.min(LAST_YEAR, year + 401);
    while (year <= lastYear) {
      effort.step();
      if (parts.months() == 0 || (parts.months() & 1L << month) != 0) {
        long first = CivilDays.of(year, month, 1);
        effort.steps(costOfLists);
        long days = daysOf(year, month, first) & rest;
        if (days != 0) {
          return first + Long.numberOfTrailingZeros(days) - 1;
        }
      }
      rest = -1L;
      if (++month > 12) {
        month = 1;
        year++;
      }
    }
    return NONE;
  }

  /** Whether one day is allowed. */
  boolean contains(long day, Effort effort) {
    effort.step();
    long civil = CivilDays.civil(day);
    int month = CivilDays.month(civil);
    if (parts.months() != 0 && (parts.months() & 1L << month) == 0) {
      return false;
    }
    effort.steps(costOfLists);
    int dayOfMonth = CivilDays.day(civil);
    long first = day - dayOfMonth + 1;
    return (daysOf(CivilDays.year(civil), month, first) & 1L << dayOfMonth) != 0;
  }

  /** All allowed days from one on, up to another, exclusive. */
  PeriodDays between(long from, long to, Effort effort) {
    long civil = CivilDays.civil(from);
    int year = CivilDays.year(civil);
    int month = CivilDays.month(civil);
    long first = from - CivilDays.day(civil) + 1;
    PeriodDays found = new PeriodDays();
    while (first < to && year <= LAST_YEAR) {
      effort.step();
      int length = CivilDays.lengthOf(year, month);
      if (parts.months() == 0 || (parts.months() & 1L << month) != 0) {
        effort.steps(costOfLists);
        long days = daysOf(year, month, first);
        if (first < from) {
          days &= -1L << from - first + 1;
        }
        if (first + length > to) {
          days &= (1L << to - first + 1) - 1;
        }
        found.add(first, days);
      }
      first += length;
      if (++month > 12) {
        month = 1;
        year++;
      }
    }
    return found;
  }

  /** The allowed days of a month that BYMONTH allows: bit d set, day d passes. */
  private long daysOf(int year, int month, long first) {
    int length = CivilDays.lengthOf(year, month);
    long days = (1L << length + 1) - 2;
    if (parts.hasMonthDays()) {
      // Bit n of the days from the end is day length + 1 - n.
      long fromEnd = Long.reverse(parts.monthDaysFromEnd()) >>> 63 - (length + 1);
      days &= parts.monthDays() | fromEnd;
    }
    if (!parts.yearDays().isEmpty()) {
      days &= byYearDay(year, first, length);
    }
    if (!parts.weekNumbers().isEmpty()) {
      days &= byWeekNumber(year, first, length);
    }
    if (parts.hasWeekdays()) {
      days &= byWeekday(year, first, length);
    }
    return days;
  }

  private long byYearDay(int year, long first, int length) {
    long newYear = CivilDays.of(year, 1, 1);
    int yearLength = CivilDays.lengthOf(year);
    long days = 0;
    for (int n : parts.yearDays()) {
      int index = n > 0 ? n - 1 : yearLength + n;
      if (index >= 0 && index < yearLength) {
        days |= bit(newYear + index, first, length);
      }
    }
    return days;
  }

  /** Weeks at the turn of the year belong to the year that has most of their days. */
  private long byWeekNumber(int year, long first, int length) {
    long days = 0;
    for (int weekYear = year - 1; weekYear <= year + 1; weekYear++) {
      long start = weeks.startOfYear(weekYear);
      long end = weeks.startOfYear(weekYear + 1);
      if (start >= first + length || end <= first) {
        continue;
      }
      int count = (int) (end - start) / 7;
      for (int n : parts.weekNumbers()) {
        int index = n > 0 ? n - 1 : count + n;
        if (index >= 0 && index < count) {
          for (int day = 0; day < 7; day++) {
            days |= bit(start + index * 7L + day, first, length);
          }
        }
      }
    }
    return days;
  }

  private long byWeekday(int year, long first, int length) {
    int firstWeekday = CivilDays.weekday(first);
    long fromMonday = parts.weekdays() >>> 1;
    long week = (fromMonday >>> firstWeekday - 1 | fromMonday << 8 - firstWeekday) & 0x7f;
    long days = week * EVERY_WEEK << 1;
    if (parts.nthWeekdays().isEmpty()) {
      return days;
    }
    long spanStart = nthOfMonth ? first : CivilDays.of(year, 1, 1);
    int spanLength = nthOfMonth ? length : CivilDays.lengthOf(year);
    for (NthWeekday nth : parts.nthWeekdays()) {
      long day = nth(nth, spanStart, spanLength);
      if (day >= spanStart && day < spanStart + spanLength) {
        days |= bit(day, first, length);
      }
    }
    return days;
  }

  private static long nth(NthWeekday nth, long start, int length) {
    if (nth.n() > 0) {
      int toFirst = Math.floorMod(nth.weekday() - CivilDays.weekday(start), 7);
      return start + toFirst + 7L * (nth.n() - 1);
    }
    long last = start + length - 1;
    int toLast = Math.floorMod(CivilDays.weekday(last) - nth.weekday(), 7);
    return last - toLast + 7L * (nth.n() + 1);
  }

  /** The bit of a day in its month's set; 0 when the day lies outside that month. */
  private static long bit(long day, long first, int length) {
    long index = day - first;
    return index >= 0 && index < length ? 1L << index + 1 : 0;
  }
}
