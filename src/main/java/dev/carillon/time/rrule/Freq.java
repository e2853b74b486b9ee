package dev.carillon.time.rrule;

/** FREQ, from the longest period to the shortest. */
enum Freq {
  YEARLY("year"),
  MONTHLY("month"),
  WEEKLY("week"),
  DAILY("day"),
  HOURLY("hour"),
  MINUTELY("minute"),
  SECONDLY("second");

  final String unit;

  Freq(String unit) {
    this.unit = unit;
  }

  boolean isShorterThan(Freq other) {
    return ordinal() > other.ordinal();
  }
}
