package dev.carillon.scheduling;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carillon.catalog.input.JsonText;
import dev.carillon.time.Cron;
import dev.carillon.time.FixedDelay;
import dev.carillon.time.Interval;
import dev.carillon.time.OneShot;
import dev.carillon.time.Rrule;
import dev.carillon.time.Trigger;
import dev.carillon.time.rrule.Recurrence;
import java.time.LocalDateTime;
import java.time.Period;
import java.time.format.DateTimeFormatter;
import java.util.List;

/** A trigger as the JSON that a person would have written; {@code TriggerReader} reads it. */
final class TriggerDocument {

  private static final DateTimeFormatter LOCAL = DateTimeFormatter.ISO_LOCAL_DATE_TIME;

  private TriggerDocument() {}

  static ObjectNode of(Trigger trigger) {
    if (trigger instanceof Cron cron) {
      return typed("CRON")
          .put("expression", cron.expression())
          .put("dialect", cron.dialect().name());
    }
    if (trigger instanceof Interval interval) {
      return interval(interval);
    }
    if (trigger instanceof FixedDelay fixed) {
      return typed("FIXED_DELAY").put("delay", fixed.delay().toString());
    }
    if (trigger instanceof Rrule rrule) {
      return rrule(rrule.recurrence());
    }
    return typed("ONE_SHOT").put("at", ((OneShot) trigger).at().toString());
  }

  private static ObjectNode interval(Interval interval) {
    ObjectNode json = typed("INTERVAL").put("every", every(interval));
    return interval.anchor() == null ? json : json.put("anchor", LOCAL.format(interval.anchor()));
  }

  private static String every(Interval interval) {
    if (!interval.time().isZero()) {
      return interval.time().toString();
    }
    int months = Math.toIntExact(interval.months());
    return Period.of(months / 12, months % 12, Math.toIntExact(interval.days())).toString();
  }

  private static ObjectNode rrule(Recurrence recurrence) {
    ObjectNode json =
        typed("RRULE")
            .put("rrule", recurrence.rule().text())
            .put("dtstart", LOCAL.format(recurrence.start()));
    dates(json, "rdate", recurrence.added());
    dates(json, "exdate", recurrence.excluded());
    ArrayNode rules = json.putArray("exrule");
    recurrence.exclusions().forEach(series -> rules.add(series.rule().text()));
    return json;
  }

  private static void dates(ObjectNode json, String name, List<LocalDateTime> dates) {
    ArrayNode array = json.putArray(name);
    dates.forEach(date -> array.add(LOCAL.format(date)));
  }

  private static ObjectNode typed(String type) {
    return JsonText.object().put("type", type);
  }
}
