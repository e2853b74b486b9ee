package dev.carillon.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import dev.carillon.catalog.input.JsonText;
import dev.carillon.run.RetryPolicy;
import dev.carillon.run.RunState;
import dev.carillon.run.Trace;
import io.vertx.sqlclient.Row;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A run as it is shown. */
@Schema(name = "Run", description = "One durable intent to do the work once.")
public record RunView(
    @Schema(readOnly = true) UUID id,
    @Schema(readOnly = true) String tenant,
    @Schema(example = "send-invoices", description = "This or target") @Nullable String jobKey,
    @Schema(readOnly = true) RunState state,
    @Schema(readOnly = true) @Nullable UUID scheduleId,
    @Schema(implementation = TargetSchema.class) @Nullable JsonNode target,
    @Schema(
            type = SchemaType.OBJECT,
            implementation = Object.class,
            description = "Of job, schedule and run, the later over the earlier")
        @Nullable JsonNode params,
    @Schema(
            type = SchemaType.OBJECT,
            implementation = Object.class,
            description = "At most 32 strings",
            example = "{\"customer\":\"4711\"}")
        @Nullable JsonNode scope,
    @Schema(minimum = "0", maximum = "4", defaultValue = "2") int priority,
    @Schema(maxLength = 256, description = "One run a key, for ever or for the job's dedupeWindow")
        @Nullable String dedupeKey,
    @Schema(
            description =
                "Runs with the same key run one after the other; where the job has a concurrencyKey,"
                    + " as many at once as its maxConcurrency says")
        @Nullable String concurrencyKey,
    @Schema(
            type = SchemaType.OBJECT,
            implementation = Object.class,
            description = "What schedule and run say of retries otherwise than the job")
        @Nullable JsonNode retry,
    @Schema(
            type = SchemaType.OBJECT,
            implementation = Object.class,
            example = "{\"team\":\"billing\"}")
        @Nullable JsonNode labels,
    @Nullable UUID groupId,
    @Schema(readOnly = true, description = "The run whose failure started this one")
        @Nullable UUID causedBy,
    @Schema(readOnly = true) @Nullable Instant fireAt,
    @Schema(description = "Absent or past: now") Instant dueAt,
    @Schema(description = "Not started by then, it is MISSED; absent: it may start at any time")
        @Nullable Instant expiresAt,
    @Schema(readOnly = true) Instant createdAt,
    @Schema(readOnly = true) int attempt,
    @Schema(readOnly = true) int generation,
    @Schema(readOnly = true) int maxAttempts,
    @Schema(readOnly = true) @Nullable UUID lockedBy,
    @Schema(readOnly = true) @Nullable Instant lockedAt,
    @Schema(
            readOnly = true,
            description =
                "What it waits for: job, tenant, key:…, group, or overlap (others of its schedule)")
        @Nullable String heldBy,
    @Schema(
            readOnly = true,
            description =
                "Of GET /runs/{id}, while it is due and waits: about how many go first, itself counted; 1 is as a rule next. Absent beyond 10,000.")
        @Nullable Integer queuePosition,
    @Schema(readOnly = true) @Nullable Instant queuedAt,
    @Schema(readOnly = true) @Nullable Instant startedAt,
    @Schema(readOnly = true) @Nullable Instant finishedAt,
    @Schema(readOnly = true) @Nullable Long durationMs,
    @Schema(readOnly = true, type = SchemaType.OBJECT, implementation = Object.class)
        @Nullable JsonNode error,
    @Schema(readOnly = true, type = SchemaType.OBJECT, implementation = Object.class)
        @Nullable JsonNode output,
    @Schema(
            readOnly = true,
            type = SchemaType.OBJECT,
            implementation = Object.class,
            example = "{\"fraction\":0.4,\"note\":\"page 4 of 10\"}",
            description = "Of GET /runs/{id}: how far the running attempt says that it is")
        @Nullable JsonNode progress,
    @Schema(readOnly = true) String traceId,
    @Schema(readOnly = true, description = "True when a dedupe key had made it before")
        @Nullable Boolean deduplicated,
    @Schema(
            readOnly = true,
            description = "Of GET /runs/{id}: the newest 100; attempt says how many there were")
        @Nullable List<AttemptView> attempts) {

  /** A row of {@link RunShownSql#READ}. */
  static RunView of(Row row, Instant now) {
    UUID id = row.getUUID("id");
    RunState state = RunState.valueOf(row.getString("state"));
    Instant due = Times.instant(row, "due_at");
    boolean running = state == RunState.RUNNING;
    Instant started = Times.instant(row, running ? "locked_at" : "started_at");
    Instant finished = state.isFinal() ? Times.instant(row, "finished_at") : null;
    Integer maxAttempts = row.getInteger("max_attempts");
    JsonNode params = JsonText.stored(row.getString("params"));
    return new RunView(
        id,
        row.getString("tenant_id"),
        row.getString("job_key"),
        state,
        row.getUUID("schedule_id"),
        JsonText.stored(row.getString("target")),
        params,
        JsonText.stored(row.getString("scope")),
        row.getInteger("priority"),
        row.getString("dedupe_key"),
        row.getString("concurrency_key"),
        JsonText.stored(row.getString("retry")),
        JsonText.stored(row.getString("labels")),
        row.getUUID("group_id"),
        row.getUUID("caused_by"),
        Times.instant(row, "fire_at"),
        due,
        Times.instant(row, "expires_at"),
        Times.instant(row, "created_at"),
        row.getInteger("attempt"),
        row.getInteger("generation"),
        maxAttempts == null ? RetryPolicy.DEFAULT.maxAttempts() : maxAttempts,
        row.getUUID("locked_by"),
        Times.instant(row, "locked_at"),
        row.getString("held_by"),
        null,
        due.isAfter(now) ? null : due,
        started,
        finished,
        started == null || finished == null
            ? null
            : (Long) Duration.between(started, finished).toMillis(),
        JsonText.stored(row.getString("error")),
        JsonText.stored(row.getString("output")),
        JsonText.stored(row.getString("progress")),
        Trace.of(row.getString("trace"), id).traceId(),
        null,
        attempts(row.getString("attempts"), params));
  }

  private static @Nullable List<AttemptView> attempts(
      @Nullable String json, @Nullable JsonNode params) {
    return json == null
        ? null
        : Arrays.stream(JsonText.read(json, AttemptView[].class))
            .map(attempt -> attempt.of(params))
            .toList();
  }

  /**
   * Changes with whatever an edit of the run depends on: two readings with the same tag are of the
   * same run as far as its editor is concerned.
   */
  public String tag() {
    return String.join(
        "-",
        Integer.toString(generation),
        Integer.toString(attempt),
        state.name(),
        Long.toString(
            dueAt.getEpochSecond() * 1_000_000 + dueAt.getNano() / 1_000, Character.MAX_RADIX),
        Integer.toString(priority));
  }

  RunView withAttempts() {
    return attempts == null ? with(deduplicated, List.of(), queuePosition) : this;
  }

  RunView deduplicated(boolean found) {
    return with(found, attempts, queuePosition);
  }

  /**
   * @param position null: it is in no line, or far behind
   */
  RunView at(@Nullable Integer position) {
    return with(deduplicated, attempts, position);
  }

  private RunView with(
      @Nullable Boolean found, @Nullable List<AttemptView> tries, @Nullable Integer position) {
    return new RunView(
        id,
        tenant,
        jobKey,
        state,
        scheduleId,
        target,
        params,
        scope,
        priority,
        dedupeKey,
        concurrencyKey,
        retry,
        labels,
        groupId,
        causedBy,
        fireAt,
        dueAt,
        expiresAt,
        createdAt,
        attempt,
        generation,
        maxAttempts,
        lockedBy,
        lockedAt,
        heldBy,
        position,
        queuedAt,
        startedAt,
        finishedAt,
        durationMs,
        error,
        output,
        progress,
        traceId,
        found,
        tries);
  }
}
