package dev.carillon.time.rrule;

import dev.carillon.time.civil.CivilDays;

/** The allowed days of one period, a bit set for each month, so that they are counted by months. */
final class PeriodDays {

  /** A year of numbered weeks reaches into the year before and the one behind. */
  private static final int MOST_MONTHS = 14;

  private final long[] firsts = new long[MOST_MONTHS];
  private final long[] days = new long[MOST_MONTHS];
  private int months;
  private int count;

  /** One day alone. */
  static PeriodDays only(long day) {
    PeriodDays one = new PeriodDays();
    int dayOfMonth = CivilDays.day(CivilDays.civil(day));
    one.add(day - dayOfMonth + 1, 1L << dayOfMonth);
    return one;
  }

  /**
   * Adds a month; they come in their order.
   *
   * @param first the first day of the month
   * @param daysOfMonth bit d set: day d is allowed
   */
  void add(long first, long daysOfMonth) {
    if (daysOfMonth != 0) {
      firsts[months] = first;
      days[months++] = daysOfMonth;
      count += Long.bitCount(daysOfMonth);
    }
  }

  int count() {
    return count;
  }

  /** How many of the days are earlier than one. */
  int before(long day) {
    int found = 0;
    for (int i = 0; i < months && firsts[i] < day; i++) {
      long bit = day - firsts[i] + 1;
      found += Long.bitCount(bit > 63 ? days[i] : days[i] & (1L << bit) - 1);
    }
    return found;
  }

  boolean contains(long day) {
    for (int i = 0; i < months; i++) {
      long bit = day - firsts[i] + 1;
      if (bit >= 1 && bit <= 31 && (days[i] & 1L << bit) != 0) {
        return true;
      }
    }
    return false;
  }

  /**
   * @param index from 0, below {@link #count}
   */
  long get(int index) {
    int rest = index;
    int month = 0;
    while (rest >= Long.bitCount(days[month])) {
      rest -= Long.bitCount(days[month++]);
    }
    long left = days[month];
    for (; rest > 0; rest--) {
      left &= left - 1;
    }
    return firsts[month] + Long.numberOfTrailingZeros(left) - 1;
  }
}
