package dev.carillon.catalog.input;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carillon.schedule.SchedulePolicies;
import dev.carillon.time.DstPolicy;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Reads a schedule's declaration. */
public final class ScheduleReader {

  /** What a person may write. */
  public static final List<String> WRITABLE =
      List.of(
          "key",
          "name",
          "jobKey",
          "target",
          "trigger",
          "timezone",
          "enabled",
          "params",
          "priority",
          "dstGap",
          "dstOverlap",
          "startAt",
          "endAt",
          "maxRuns",
          "jitter",
          "window",
          "calendar",
          "excludeCalendar",
          "convention",
          "misfirePolicy",
          "misfireGrace",
          "catchUpWindow",
          "overlapPolicy",
          "pauseAfterFailures",
          "deleteAfterCompletion",
          "note",
          "retry",
          "scope",
          "labels");

  private static final List<String> READ_ONLY =
      List.of(
          "id",
          "status",
          "statusReason",
          "lastFireAt",
          "nextFireAt",
          "counts",
          "pausedUntil",
          "links",
          "version",
          "createdAt",
          "updatedAt");

  private ScheduleReader() {}

  /**
   * @throws InvalidInput saying everything that is wrong
   */
  public static ScheduleDeclaration read(JsonNode body) {
    FieldErrors errors = new FieldErrors();
    Fields fields = Fields.of(body, errors);
    String key = fields.key("key", "invoices-monthly");
    String name = fields.text("name", 200, "Invoices, monthly");
    String jobKey = fields.text("jobKey", 200, JobReader.KEY_EXAMPLE);
    ObjectNode target = TargetReader.read(fields, fields.has("jobKey"));
    if (!fields.has("jobKey") && !fields.has("target")) {
      fields.wrong("jobKey", "jobKey or target is required", JobReader.KEY_EXAMPLE);
    }
    TriggerReader.Read trigger = TriggerReader.read(fields);
    ZoneId timezone = TriggerReader.timezone(fields);
    Boolean enabled = fields.flag("enabled");
    ObjectNode params = Params.read(fields);
    Integer priority = fields.integer("priority", 0, JobDeclaration.LAST_PRIORITY);
    DstPolicy dst = TriggerReader.dst(fields);
    SchedulePolicies policies = PoliciesReader.read(fields);
    ObjectNode retry = RetryReader.some(fields);
    Map<String, String> scope = RunReader.scope(fields);
    Map<String, String> labels = Labels.read(fields);
    fields.refuseReadOnly(READ_ONLY);
    fields.refuseOthers();
    errors.throwIfAny();
    TriggerReader.Read read = Objects.requireNonNull(trigger);
    return new ScheduleDeclaration(
        key,
        name,
        jobKey,
        target,
        read.trigger(),
        read.json(),
        timezone,
        enabled == null || enabled,
        params,
        priority,
        dst,
        policies,
        retry,
        scope,
        labels);
  }
}
