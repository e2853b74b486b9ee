package dev.carillon.time.cron;

import java.util.List;

/** The fields of a pattern: their bounds, names and words. */
enum CronField {
  SECOND("second", 0, 59, List.of()),
  MINUTE("minute", 0, 59, List.of()),
  HOUR("hour", 0, 23, List.of()),
  DAY_OF_MONTH("day of month", 1, 31, List.of()),
  MONTH(
      "month",
      1,
      12,
      List.of("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")),
  /** 0 and 7 are both Sunday; the name SUN is 0, so {@code FRI-SUN} is a reversed range. */
  DAY_OF_WEEK("day of week", 0, 7, List.of("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"));

  final String label;
  final int low;
  final int high;

  /** Three-letter names in capitals; the first stands for {@link #low}. */
  final List<String> names;

  CronField(String label, int low, int high, List<String> names) {
    this.label = label;
    this.low = low;
    this.high = high;
    this.names = names;
  }

  /** What may stand in this field, for a refusal. */
  String allowed() {
    String range = low + "-" + high;
    String named = names.isEmpty() ? "" : " or " + names.get(0) + "-" + names.get(names.size() - 1);
    return label + " allows " + range + named + ", *, lists a,b, ranges a-b and steps */n, a-b/n";
  }
}
