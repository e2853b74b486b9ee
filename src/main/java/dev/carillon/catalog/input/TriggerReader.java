package dev.carillon.catalog.input;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carillon.time.Cron;
import dev.carillon.time.DstGap;
import dev.carillon.time.DstOverlap;
import dev.carillon.time.DstPolicy;
import dev.carillon.time.FixedDelay;
import dev.carillon.time.Interval;
import dev.carillon.time.InvalidTrigger;
import dev.carillon.time.OneShot;
import dev.carillon.time.Rrule;
import dev.carillon.time.Trigger;
import dev.carillon.time.Zones;
import dev.carillon.time.cron.CronDialect;
import java.time.ZoneId;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Between a trigger's JSON and the trigger. The one place that knows both: requests, stored
 * schedules and previews come through here.
 */
public final class TriggerReader {

  private static final String EXAMPLE = "{\"type\":\"CRON\",\"expression\":\"0 9 * * MON-FRI\"}";
  private static final String LOCAL_EXAMPLE = "2026-01-01T09:00:00";
  private static final List<String> TYPES =
      List.of("CRON", "RRULE", "INTERVAL", "FIXED_DELAY", "ONE_SHOT");

  /** As long as the parsers' own limits and longer, so that their messages are the ones shown. */
  private static final int LONGEST_TEXT = 20_000;

  private static final int MOST_DATES = 1_000;

  private TriggerReader() {}

  /**
   * A trigger and the JSON that it is stored and shown as.
   *
   * @param json as it was written, with the dialect of a cron expression said
   */
  public record Read(Trigger trigger, ObjectNode json) {}

  /** Reads the field {@code trigger}, which is required; null when it is wrong. */
  public static @Nullable Read read(Fields owner) {
    Fields fields = owner.required("trigger", owner.within("trigger", EXAMPLE), EXAMPLE);
    return fields == null ? null : readFields(fields);
  }

  /** Reads what was stored, which was valid once. */
  public static Trigger stored(JsonNode json) {
    FieldErrors errors = new FieldErrors();
    Read read = readFields(Fields.of(json, "/trigger", errors));
    errors.throwIfAny();
    if (read == null) {
      throw new IllegalStateException("a trigger was neither read nor refused: " + json);
    }
    return read.trigger();
  }

  /** Reads the field {@code timezone}; null when it is absent or wrong. */
  public static @Nullable ZoneId timezone(Fields owner) {
    String name = owner.text("timezone", 1_000, "Europe/Berlin");
    return name == null ? null : parsed(owner, () -> Zones.parse(name));
  }

  /** Reads the zone that was stored, which was valid once. */
  public static ZoneId storedZone(String name) {
    try {
      return Zones.parse(name);
    } catch (InvalidTrigger unknown) {
      throw FieldErrors.invalid("/timezone", unknown.getMessage(), unknown.example());
    }
  }

  /** Reads the fields {@code dstGap} and {@code dstOverlap}. */
  public static DstPolicy dst(Fields owner) {
    return new DstPolicy(
        owner.choice("dstGap", DstGap.class), owner.choice("dstOverlap", DstOverlap.class));
  }

  private static @Nullable Read readFields(Fields fields) {
    String type = fields.required("type", fields.choice("type", TYPES), "CRON");
    if (type == null) {
      return null;
    }
    ObjectNode json = JsonText.object().put("type", type);
    Trigger trigger =
        switch (type) {
          case "CRON" -> cron(fields, json);
          case "RRULE" -> rrule(fields, json);
          case "INTERVAL" -> interval(fields, json);
          case "FIXED_DELAY" -> fixedDelay(fields, json);
          default -> oneShot(fields, json);
        };
    fields.refuseOthers();
    return trigger == null ? null : new Read(trigger, json);
  }

  private static @Nullable Trigger cron(Fields fields, ObjectNode json) {
    String expression = requiredText(fields, "expression", "0 9 * * MON-FRI");
    CronDialect written = fields.choice("dialect", CronDialect.class);
    CronDialect dialect = written == null ? CronDialect.UNIX : written;
    json.put("expression", expression).put("dialect", dialect.name());
    return expression == null || fields.isWrong("dialect")
        ? null
        : parsed(fields, () -> Cron.parse(expression, dialect));
  }

  private static @Nullable Trigger rrule(Fields fields, ObjectNode json) {
    String rule = requiredText(fields, "rrule", "FREQ=MONTHLY;BYDAY=-1FR");
    String start = requiredText(fields, "dtstart", LOCAL_EXAMPLE);
    json.put("rrule", rule).put("dtstart", start);
    List<String> added = list(fields, "rdate", LOCAL_EXAMPLE, json);
    List<String> dates = list(fields, "exdate", LOCAL_EXAMPLE, json);
    List<String> rules = list(fields, "exrule", "FREQ=YEARLY;BYMONTH=8", json);
    return rule == null || start == null || added == null || dates == null || rules == null
        ? null
        : parsed(fields, () -> Rrule.parse(rule, start, added, dates, rules));
  }

  private static @Nullable Trigger interval(Fields fields, ObjectNode json) {
    String every = requiredText(fields, "every", "P1D");
    String anchor = fields.text("anchor", LONGEST_TEXT, LOCAL_EXAMPLE);
    json.put("every", every);
    if (anchor != null) {
      json.put("anchor", anchor);
    }
    return every == null || fields.isWrong("anchor")
        ? null
        : parsed(fields, () -> Interval.parse(every, anchor));
  }

  private static @Nullable Trigger fixedDelay(Fields fields, ObjectNode json) {
    String delay = requiredText(fields, "delay", "PT15M");
    json.put("delay", delay);
    return delay == null ? null : parsed(fields, () -> FixedDelay.parse(delay));
  }

  private static @Nullable Trigger oneShot(Fields fields, ObjectNode json) {
    String at = requiredText(fields, "at", "2026-12-01T10:00:00Z");
    json.put("at", at);
    return at == null ? null : parsed(fields, () -> OneShot.parse(at));
  }

  private static @Nullable String requiredText(Fields fields, String name, String example) {
    return fields.required(name, fields.text(name, LONGEST_TEXT, example), example);
  }

  /** Absent is empty; wrong is null. */
  private static @Nullable List<String> list(
      Fields fields, String name, String example, ObjectNode json) {
    List<String> list = fields.list(name, MOST_DATES, example);
    if (list == null) {
      return fields.isWrong(name) ? null : List.of();
    }
    ArrayNode written = json.putArray(name);
    list.forEach(written::add);
    return list;
  }

  private static <T> @Nullable T parsed(Fields fields, Supplier<T> parser) {
    try {
      return parser.get();
    } catch (InvalidTrigger invalid) {
      fields.wrongWithin(
          invalid.field(), invalid.position(), invalid.getMessage(), invalid.example());
      return null;
    }
  }
}
