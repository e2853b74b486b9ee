package dev.carillon.ical;

import dev.carillon.time.rrule.Rule;
import java.time.LocalTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A recurrence rule in those parts that calendar applications read alike: of days and longer, at
 * one time of day. What hours or shorter units repeat, what fires several times a day, and weeks
 * and days counted through the year are read by few of them, or by each in its own way.
 *
 * @param parts of the rule but for its end and its time of day
 * @param timeOfDay at which it recurs
 * @param count how many times; 0: any number
 * @param until UNTIL as it was written; null: none
 */
record PortableRule(String parts, LocalTime timeOfDay, int count, @Nullable String until) {

  private static final List<String> KEPT =
      List.of("FREQ", "INTERVAL", "BYMONTH", "BYMONTHDAY", "BYDAY", "BYSETPOS", "WKST");
  private static final Set<String> KNOWN =
      Set.of(
          "FREQ",
          "INTERVAL",
          "COUNT",
          "UNTIL",
          "BYMONTH",
          "BYMONTHDAY",
          "BYDAY",
          "BYSETPOS",
          "WKST",
          "BYHOUR",
          "BYMINUTE",
          "BYSECOND");
  private static final int LONGEST_INTERVAL = 999;
  private static final int LEAP_SECOND = 60;

  /**
   * @param start DTSTART's time of day
   * @return null: the rule says more than that
   */
  static @Nullable PortableRule of(Rule rule, LocalTime start) {
    Map<String, String> values = values(rule.text());
    if (!KNOWN.containsAll(values.keySet())
        || rule.interval() > LONGEST_INTERVAL
        || !isReadAlike(values)) {
      return null;
    }
    Integer hour = one(values.get("BYHOUR"), start.getHour());
    Integer minute = one(values.get("BYMINUTE"), start.getMinute());
    Integer second = one(values.get("BYSECOND"), start.getSecond());
    if (hour == null || minute == null || second == null) {
      return null;
    }
    StringBuilder parts = new StringBuilder();
    for (String name : KEPT) {
      String value = values.get(name);
      if (value != null && !(name.equals("INTERVAL") && rule.interval() == 1)) {
        parts.append(parts.isEmpty() ? "" : ";").append(name).append('=').append(value);
      }
    }
    return new PortableRule(
        parts.toString(),
        LocalTime.of(hour, minute, second == LEAP_SECOND ? second - 1 : second),
        Integer.parseInt(values.getOrDefault("COUNT", "0")),
        values.get("UNTIL"));
  }

  private static Map<String, String> values(String text) {
    Map<String, String> values = new LinkedHashMap<>();
    for (String part : text.split(";")) {
      int equals = part.indexOf('=');
      values.put(part.substring(0, equals), part.substring(equals + 1));
    }
    return values;
  }

  private static boolean isReadAlike(Map<String, String> values) {
    boolean positions = values.containsKey("BYSETPOS");
    boolean days = values.containsKey("BYMONTHDAY") || values.containsKey("BYDAY");
    return switch (values.getOrDefault("FREQ", "")) {
      case "DAILY" -> !positions;
      case "WEEKLY", "MONTHLY" -> !positions || days;
      // Without a month, some read days of the year's first, or of the start's month.
      case "YEARLY" -> !(positions || days) || values.containsKey("BYMONTH");
      default -> false;
    };
  }

  /** Null: there are several. */
  private static @Nullable Integer one(@Nullable String value, int absent) {
    if (value == null) {
      return absent;
    }
    return value.indexOf(',') < 0 ? Integer.valueOf(value) : null;
  }
}
