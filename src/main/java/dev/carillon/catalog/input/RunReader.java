package dev.carillon.catalog.input;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carillon.schedule.OverlapPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads what somebody asks to run. */
public final class RunReader {

  private static final List<String> READ_ONLY =
      List.of(
          "id",
          "tenant",
          "state",
          "scheduleId",
          "fireAt",
          "attempt",
          "generation",
          "maxAttempts",
          "lockedBy",
          "lockedAt",
          "heldBy",
          "queuePosition",
          "queuedAt",
          "startedAt",
          "finishedAt",
          "durationMs",
          "error",
          "output",
          "traceId",
          "deduplicated",
          "causedBy",
          "progress",
          "attempts",
          "createdAt");
  private static final int MOST_SCOPES = 32;
  private static final int LONGEST_SCOPE = 256;
  private static final int LONGEST_DEDUPE_KEY = 256;

  private RunReader() {}

  /**
   * The body of POST /runs.
   *
   * @throws InvalidInput saying everything that is wrong
   */
  public static RunRequest read(JsonNode body) {
    FieldErrors errors = new FieldErrors();
    Fields fields = Fields.of(body, errors);
    String jobKey = fields.text("jobKey", 200, JobReader.KEY_EXAMPLE);
    ObjectNode target = TargetReader.read(fields, fields.has("jobKey"));
    if (fields.has("jobKey") == fields.has("target")) {
      fields.wrong(
          "jobKey", "either jobKey or target is required, and not both", JobReader.KEY_EXAMPLE);
    }
    Instant dueAt = fields.instant("dueAt");
    Instant expiresAt = fields.instant("expiresAt");
    if (dueAt != null && expiresAt != null && !expiresAt.isAfter(dueAt)) {
      fields.wrong(
          "expiresAt",
          "must lie after dueAt: it is until when the run must have started",
          dueAt.plus(Duration.ofHours(1)).toString());
    }
    String dedupeKey = dedupeKey(fields);
    ObjectNode params = Params.read(fields);
    Map<String, String> scope = scope(fields);
    Integer priority = fields.integer("priority", 0, JobDeclaration.LAST_PRIORITY);
    String concurrencyKey = ConcurrencyKeys.key(fields);
    ObjectNode retry = RetryReader.some(fields);
    Map<String, String> labels = Labels.read(fields);
    RunRequest.Membership membership = membership(fields);
    fields.refuseReadOnly(READ_ONLY);
    fields.refuseOthers();
    errors.throwIfAny();
    return new RunRequest(
        jobKey,
        target,
        dueAt,
        expiresAt,
        dedupeKey,
        params,
        scope,
        priority,
        null,
        concurrencyKey,
        retry,
        labels,
        membership);
  }

  static @Nullable Map<String, String> scope(Fields fields) {
    return fields.texts("scope", MOST_SCOPES, LONGEST_SCOPE, "{\"customer\":\"4711\"}");
  }

  /**
   * The body of POST /schedules/{id}/trigger, which may be absent: a run now, with what the
   * schedule says.
   *
   * @throws InvalidInput saying everything that is wrong
   */
  public static RunRequest readTrigger(JsonNode body) {
    FieldErrors errors = new FieldErrors();
    Fields fields = Fields.of(body.isMissingNode() ? JsonText.object() : body, errors);
    ObjectNode params = Params.read(fields);
    String dedupeKey = dedupeKey(fields);
    OverlapPolicy overlap = fields.choice("overlapPolicy", OverlapPolicy.class);
    fields.refuseOthers();
    errors.throwIfAny();
    return new RunRequest(
        null, null, null, null, dedupeKey, params, null, null, overlap, null, null, null, null);
  }

  /** Its place there is the group's to give. */
  private static RunRequest.@Nullable Membership membership(Fields fields) {
    String example = "019a0000-0000-7000-8000-000000000001";
    String group = fields.text("groupId", 100, example);
    if (group == null) {
      return null;
    }
    return Fields.isUuid(group)
        ? new RunRequest.Membership(UUID.fromString(group), null)
        : fields.wrong("groupId", "must be the id of a group", example);
  }

  private static @Nullable String dedupeKey(Fields fields) {
    String key = fields.text("dedupeKey", LONGEST_DEDUPE_KEY, "invoice-4711");
    if (key != null && key.isEmpty()) {
      return fields.wrong("dedupeKey", "must not be empty", "invoice-4711");
    }
    return key;
  }
}
