package dev.carillon.time.cron;

/**
 * The days of the month that depend on the month: {@code L}, {@code L-n}, {@code LW}, {@code L-nW}
 * and {@code nW}.
 *
 * <p>A weekday is Monday to Friday here. The one nearest a day lies in the same month always: the
 * Friday before a Saturday and the Monday after a Sunday, but Monday the 3rd for Saturday the 1st,
 * and the Friday before for a Sunday that ends the month. A month without the day itself has
 * nothing near it.
 *
 * @param fromLast bit n set: n days before the last day
 * @param weekdayFromLast bit n set: the weekday nearest n days before the last day
 * @param nearestWeekday bit n set: the weekday nearest the n-th
 * @param fridayThe30th whether that day matches where it ends the month: Quartz takes it for the
 *     weekday nearest the 31st, although there is no 31st
 * @param businessDay the n-th one of the month, where every weekday is one; -1 the last, -2 the one
 *     before; 0 none. By a calendar it is told in {@link BusinessDayMatches}
 */
record SpecialDates(
    long fromLast,
    long weekdayFromLast,
    long nearestWeekday,
    boolean fridayThe30th,
    int businessDay) {

  static final SpecialDates NONE = new SpecialDates(0, 0, 0, false, 0);

  private static final int FRIDAY = 5;

  /**
   * @param length days in the month
   * @param firstWeekday the weekday of the 1st, 0 for Sunday
   * @return bit d set: day d matches
   */
  long in(int length, int firstWeekday) {
    long days = 0;
    for (long left = fromLast; left != 0; left &= left - 1) {
      int day = length - Long.numberOfTrailingZeros(left);
      days |= day < 1 ? 0 : 1L << day;
    }
    for (long left = weekdayFromLast; left != 0; left &= left - 1) {
      days |= nearestTo(length - Long.numberOfTrailingZeros(left), length, firstWeekday);
    }
    for (long left = nearestWeekday; left != 0; left &= left - 1) {
      days |= nearestTo(Long.numberOfTrailingZeros(left), length, firstWeekday);
    }
    days |= businessDayIn(length, firstWeekday);
    boolean endsThere = length == 30 && (firstWeekday + length - 1) % 7 == FRIDAY;
    return fridayThe30th && endsThere ? days | 1L << 30 : days;
  }

  private long businessDayIn(int length, int firstWeekday) {
    int step = businessDay < 0 ? -1 : 1;
    int left = Math.abs(businessDay);
    for (int day = step < 0 ? length : 1; left > 0 && day >= 1 && day <= length; day += step) {
      int weekday = (firstWeekday + day - 1) % 7;
      left -= weekday == 0 || weekday == 6 ? 0 : 1;
      if (left == 0) {
        return 1L << day;
      }
    }
    return 0;
  }

  private static long nearestTo(int day, int length, int firstWeekday) {
    if (day < 1 || day > length) {
      return 0;
    }
    return switch ((firstWeekday + day - 1) % 7) {
      case 6 -> 1L << (day == 1 ? 3 : day - 1);
      case 0 -> 1L << (day == length ? day - 2 : day + 1);
      default -> 1L << day;
    };
  }
}
