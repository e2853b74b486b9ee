package dev.carillon.time.cron;

/**
 * The days of the week that count within the month: {@code d#n} and {@code dL}. A month with four
 * Fridays has no fifth one.
 *
 * @param nth bit 7 · (n - 1) + d set: the n-th weekday d, 0 for Sunday
 * @param last bit d set: the last weekday d
 */
record SpecialWeekdays(long nth, long last) {

  static final SpecialWeekdays NONE = new SpecialWeekdays(0, 0);

  /** The bit in {@link #nth} of the n-th weekday d. */
  static long nth(int n, int weekday) {
    return 1L << 7 * (n - 1) + weekday;
  }

  /**
   * @param length days in the month
   * @param firstWeekday the weekday of the 1st, 0 for Sunday
   * @return bit d set: day d matches; a fifth one may lie behind the month's end
   */
  long in(int length, int firstWeekday) {
    long days = 0;
    for (long left = nth; left != 0; left &= left - 1) {
      int index = Long.numberOfTrailingZeros(left);
      days |= 1L << 1 + (index % 7 - firstWeekday + 7) % 7 + index / 7 * 7;
    }
    int lastWeekday = (firstWeekday + length - 1) % 7;
    for (long left = last; left != 0; left &= left - 1) {
      days |= 1L << length - (lastWeekday - Long.numberOfTrailingZeros(left) + 7) % 7;
    }
    return days;
  }
}
