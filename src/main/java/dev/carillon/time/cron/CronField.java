package dev.carillon.time.cron;

import java.util.List;

/** The fields of an expression: their bounds and names. The day of the week is each dialect's. */
enum CronField {
  SECOND("second", 0, 59),
  MINUTE("minute", 0, 59),
  HOUR("hour", 0, 23),
  DAY_OF_MONTH("day of month", 1, 31),
  MONTH(
      "month",
      1,
      12,
      1,
      1,
      List.of("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")),
  YEAR("year", 1970, 9999),

  /** 0 and 7 are both Sunday; the name SUN is 0, so {@code FRI-SUN} is a reversed range. */
  UNIX_DAY_OF_WEEK(
      "day of week", 0, 7, 0, 0, List.of("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")),

  /** 1 is Sunday. */
  QUARTZ_DAY_OF_WEEK(
      "day of week", 1, 7, 1, 1, List.of("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")),

  /** 0 and 7 are both Sunday; the name SUN is 7, and a star counts from Monday. */
  SPRING_DAY_OF_WEEK(
      "day of week", 0, 7, 1, 1, List.of("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"));

  final String label;
  final int low;
  final int high;

  /** Where the steps of a star begin; they end at {@link #high}. */
  final int starLow;

  /** What the first name stands for. */
  final int firstNamed;

  /** Three-letter names in capitals, consecutive from {@link #firstNamed} on. */
  final List<String> names;

  CronField(String label, int low, int high) {
    this(label, low, high, low, low, List.of());
  }

  CronField(String label, int low, int high, int starLow, int firstNamed, List<String> names) {
    this.label = label;
    this.low = low;
    this.high = high;
    this.starLow = starLow;
    this.firstNamed = firstNamed;
    this.names = names;
  }

  boolean isDayOfWeek() {
    return this == UNIX_DAY_OF_WEEK || this == QUARTZ_DAY_OF_WEEK || this == SPRING_DAY_OF_WEEK;
  }

  /** The bit of a value: that of its own number, but Sunday's is 0 in every dialect. */
  int bit(int value) {
    if (!isDayOfWeek()) {
      return value;
    }
    return this == QUARTZ_DAY_OF_WEEK ? value - 1 : value % 7;
  }

  /**
   * What may stand in this field in every dialect, for a refusal.
   *
   * @param steps the forms of a step that the dialect has
   */
  String allows(String steps) {
    String named = names.isEmpty() ? "" : " or " + names.get(0) + "-" + names.get(names.size() - 1);
    return label
        + " allows "
        + low
        + "-"
        + high
        + named
        + ", *, lists a,b, ranges a-b and steps "
        + steps;
  }
}
