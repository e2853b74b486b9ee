package dev.carillon.scheduling;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carillon.JobDefinition;
import dev.carillon.RunOptions;
import dev.carillon.ScheduleDefinition;
import dev.carillon.catalog.input.FieldErrors;
import dev.carillon.time.InvalidTrigger;
import dev.carillon.time.Trigger;
import dev.carillon.time.Zones;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.Map;

/** Definitions as the documents that the REST resources take. */
final class Documents {

  private Documents() {}

  /**
   * @param defaultZone in which local times are meant where the definition names none
   * @throws dev.carillon.catalog.input.InvalidInput when there is no such document
   */
  static ObjectNode of(ScheduleDefinition definition, ZoneId defaultZone) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("key", definition.key());
    fields.put("jobKey", definition.jobKey());
    if (definition.startAt() != null) {
      fields.put("startAt", definition.startAt());
    }
    fields.putAll(definition.fields());
    ObjectNode document = JsonValues.object(fields);
    return document.has("trigger")
        ? document
        : document.set("trigger", TriggerDocument.of(trigger(definition, defaultZone)));
  }

  private static Trigger trigger(ScheduleDefinition definition, ZoneId defaultZone) {
    Trigger trigger;
    try {
      trigger = definition.triggerIn(zone(definition, defaultZone));
    } catch (InvalidTrigger invalid) {
      throw FieldErrors.invalid(
          "/trigger/" + invalid.field(), String.valueOf(invalid.getMessage()), invalid.example());
    }
    if (trigger == null) {
      throw FieldErrors.invalid(
          "/trigger",
          "trigger: nobody said when; give runAt, recurring, cron or a trigger",
          ".cron(\"0 9 * * MON-FRI\")");
    }
    return trigger;
  }

  private static ZoneId zone(ScheduleDefinition definition, ZoneId defaultZone) {
    Object named = definition.fields().get("timezone");
    try {
      return named == null ? defaultZone : Zones.parse(named.toString());
    } catch (InvalidTrigger unknown) {
      throw FieldErrors.invalid(
          "/timezone", String.valueOf(unknown.getMessage()), unknown.example());
    }
  }

  /** A whole job. */
  static ObjectNode of(JobDefinition job) {
    return changesOf(job).put("key", job.key());
  }

  /** What is said of a job that is there. */
  static ObjectNode changesOf(JobDefinition job) {
    return JsonValues.object(job.fields());
  }

  static ObjectNode of(String jobKey, Map<String, ?> params, RunOptions options) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("jobKey", jobKey);
    if (!params.isEmpty()) {
      fields.put("params", params);
    }
    fields.putAll(options.fields());
    return JsonValues.object(fields);
  }
}
