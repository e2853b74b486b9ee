package dev.carillon.time;

import dev.carillon.time.text.Phrases;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Durations in words: {@code 1 hour and 30 minutes}. */
final class DurationWords {

  private DurationWords() {}

  static String of(Duration duration) {
    return of(duration, false);
  }

  /** {@code every hour}, {@code every 15 minutes}, {@code every 1 hour and 30 minutes}. */
  static String every(Duration duration) {
    return "every " + of(duration, true);
  }

  private static String of(Duration duration, boolean bareSingle) {
    List<String> parts = new ArrayList<>();
    add(parts, duration.toDays(), "day");
    add(parts, duration.toHoursPart(), "hour");
    add(parts, duration.toMinutesPart(), "minute");
    if (duration.getNano() == 0) {
      add(parts, duration.toSecondsPart(), "second");
    } else {
      String nanos = String.format("%09d", duration.getNano()).replaceAll("0+$", "");
      parts.add(duration.toSecondsPart() + "." + nanos + " seconds");
    }
    if (bareSingle && parts.size() == 1 && parts.get(0).startsWith("1 ")) {
      return parts.get(0).substring(2);
    }
    return Phrases.list(parts, "and");
  }

  static void add(List<String> parts, long amount, String unit) {
    if (amount != 0) {
      parts.add(amount + " " + unit + (amount == 1 ? "" : "s"));
    }
  }
}
