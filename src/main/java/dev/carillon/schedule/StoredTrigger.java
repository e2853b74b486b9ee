package dev.carillon.schedule;

import dev.carillon.time.Cron;
import dev.carillon.time.FixedDelay;
import dev.carillon.time.Interval;
import dev.carillon.time.InvalidTrigger;
import dev.carillon.time.OneShot;
import dev.carillon.time.Rrule;
import dev.carillon.time.Trigger;
import dev.carillon.time.cron.CronDialect;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a trigger from the form in which a schedule keeps it: the members of the REST resource. */
public final class StoredTrigger {

  private StoredTrigger() {}

  /**
   * @throws InvalidTrigger when this version cannot make a trigger of it
   * @throws IllegalArgumentException for an unknown type or dialect
   */
  public static Trigger read(Map<String, Object> stored) {
    String type = String.valueOf(stored.get("type"));
    return switch (type) {
      case "CRON" -> Cron.parse(text(stored, "expression"), dialect(stored));
      case "RRULE" ->
          Rrule.parse(
              text(stored, "rrule"),
              text(stored, "dtstart"),
              texts(stored, "rdate"),
              texts(stored, "exdate"),
              texts(stored, "exrule"));
      case "INTERVAL" -> Interval.parse(text(stored, "every"), textOrNull(stored, "anchor"));
      case "FIXED_DELAY" -> FixedDelay.parse(text(stored, "delay"));
      case "ONE_SHOT" -> OneShot.parse(text(stored, "at"));
      default ->
          throw new IllegalArgumentException("no trigger of type " + type + " in this version");
    };
  }

  private static CronDialect dialect(Map<String, Object> stored) {
    String name = textOrNull(stored, "dialect");
    return name == null ? CronDialect.UNIX : CronDialect.valueOf(name);
  }

  private static String text(Map<String, Object> stored, String name) {
    String text = textOrNull(stored, name);
    if (text == null) {
      throw new IllegalArgumentException(
          "a trigger of type " + stored.get("type") + " needs " + name);
    }
    return text;
  }

  private static @Nullable String textOrNull(Map<String, Object> stored, String name) {
    Object value = stored.get(name);
    return value == null ? null : value.toString();
  }

  private static List<String> texts(Map<String, Object> stored, String name) {
    return stored.get(name) instanceof List<?> list
        ? list.stream().map(String::valueOf).toList()
        : List.of();
  }
}
