package dev.carillon.event;

import dev.carillon.run.AttemptOutcome;
import dev.carillon.run.RunIds;
import dev.carillon.run.RunState;
import dev.carillon.run.Trace;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A step in the life of a run.
 *
 * @param kind which step
 * @param run what it happened to, as it was created
 * @param attempt the number of the try that began or ended; of one that was retried: that comes
 * @param time when, UTC
 * @param worker who had it; null when nobody did
 * @param end how the attempt ended; null while it has only started. Of one that was retried: how it
 *     had ended before
 * @param content what the job lets everybody know; null: its events carry a reference only
 */
public record RunEvent(
    Kind kind,
    Subject run,
    int attempt,
    Instant time,
    @Nullable UUID worker,
    @Nullable End end,
    @Nullable Content content)
    implements DomainEvent {

  /** Of a job whose events carry a reference only. */
  public RunEvent(
      Kind kind, Subject run, int attempt, Instant time, @Nullable UUID worker, @Nullable End end) {
    this(kind, run, attempt, time, worker, end, null);
  }

  /**
   * The kinds, in the order in which they can follow each other within one attempt: the number is
   * the last digit of the sequence.
   */
  public enum Kind {
    RETRIED(0),
    STARTED(1),
    REQUEUED(3),
    FAILED(4),
    DEAD(5),
    SUCCEEDED(6),
    CANCELED(7),
    SKIPPED(8),
    MISSED(9);

    private final int rank;
    private final String type;

    Kind(int rank) {
      this.rank = rank;
      this.type = "scheduler.run." + name().toLowerCase(java.util.Locale.ROOT);
    }

    public String type() {
      return type;
    }
  }

  /**
   * What events of a job with {@code eventPayload: FULL} carry beside the reference.
   *
   * @param params of the run; null: it has none
   * @param output of the attempt, any JSON value; null: none
   * @param message of the attempt's error; null: none
   */
  public record Content(
      @Nullable JsonObject params, @Nullable Object output, @Nullable String message) {}

  /**
   * The run as it was written; {@code jobKey} is null for one without a job.
   *
   * @param groupId null: it is in none
   * @param causedBy the run whose failure started it; null: none did
   * @param fullBytes how long its parameters are as text, in bytes, where its events carry its
   *     {@link Content}; null: they carry a reference only
   */
  public record Subject(
      UUID id,
      String tenant,
      @Nullable UUID jobId,
      @Nullable String jobKey,
      @Nullable UUID scheduleId,
      @Nullable Instant fireAt,
      Instant dueAt,
      Instant createdAt,
      int priority,
      @Nullable JsonObject scope,
      @Nullable UUID groupId,
      @Nullable UUID causedBy,
      @Nullable JsonObject labels,
      @Nullable String trace,
      @Nullable Integer fullBytes) {

    /** By itself, and of a job whose events carry a reference only. */
    public Subject(
        UUID id,
        String tenant,
        @Nullable UUID jobId,
        @Nullable String jobKey,
        @Nullable UUID scheduleId,
        @Nullable Instant fireAt,
        Instant dueAt,
        Instant createdAt,
        int priority,
        @Nullable JsonObject scope,
        @Nullable String trace) {
      this(
          id,
          tenant,
          jobId,
          jobKey,
          scheduleId,
          fireAt,
          dueAt,
          createdAt,
          priority,
          scope,
          null,
          null,
          null,
          trace,
          null);
    }

    /** Whether its events carry its {@link Content}. */
    boolean full() {
      return fullBytes != null;
    }
  }

  /**
   * How an attempt ended; {@code finalState} is null when another follows, and {@code error} has no
   * message.
   */
  public record End(
      AttemptOutcome outcome,
      @Nullable RunState finalState,
      int generation,
      @Nullable Instant startedAt,
      @Nullable JsonObject error) {}

  @Override
  public String type() {
    return kind.type;
  }

  @Override
  public String tenant() {
    return run.tenant;
  }

  @Override
  public String subject() {
    return "runs/" + run.id;
  }

  @Override
  public long sequence() {
    return attempt * 10L + kind.rank;
  }

  @Override
  public UUID id() {
    return RunIds.derived(time, run.id, sequence());
  }

  @Override
  public String traceparent() {
    return Trace.of(run.trace, run.id).traceparent(attempt);
  }

  @Override
  public JsonObject data() {
    JsonObject data =
        new JsonObject()
            .put("id", run.id.toString())
            .put("tenant", run.tenant)
            .put("state", state().name())
            .put("jobKey", run.jobKey);
    putIfPresent(data, "jobId", run.jobId);
    putIfPresent(data, "scheduleId", run.scheduleId);
    putIfPresent(data, "groupId", run.groupId);
    putIfPresent(data, "causedBy", run.causedBy);
    putIfPresent(data, "fireAt", run.fireAt);
    data.put("dueAt", run.dueAt.toString())
        .put("createdAt", run.createdAt.toString())
        .put("priority", run.priority)
        .put("attempt", attempt);
    putIfPresent(data, "lockedBy", kind == Kind.STARTED ? worker : null);
    putIfPresent(data, "workerId", worker);
    putIfPresent(data, "scope", run.scope);
    putIfPresent(data, "labels", run.labels);
    data.put("traceId", Trace.of(run.trace, run.id).traceId());
    if (content != null && content.params != null) {
      data.put("params", content.params);
    }
    if (end == null) {
      data.put("startedAt", time.toString());
    } else if (kind == Kind.RETRIED) {
      data.put("generation", end.generation + 1);
    } else {
      putEnd(data, end);
    }
    return data;
  }

  private void putEnd(JsonObject data, End ended) {
    data.put("generation", ended.generation).put("outcome", ended.outcome.name());
    if (ended.startedAt != null) {
      data.put("startedAt", ended.startedAt.toString())
          .put("durationMs", Duration.between(ended.startedAt, time).toMillis());
    }
    data.put("finishedAt", time.toString());
    if (ended.error != null) {
      data.put("error", error(ended.error));
    }
    if (content != null && content.output != null) {
      data.put("output", content.output);
    }
    if (kind == Kind.FAILED) {
      data.put("willRetry", ended.finalState == null);
    }
  }

  /** What went wrong, not in which words: a message may tell what is nobody's business. */
  private JsonObject error(JsonObject stored) {
    JsonObject error =
        new JsonObject()
            .put("class", stored.getString("class"))
            .put("retryable", stored.getBoolean("retryable"));
    return content == null ? error : error.put("message", content.message);
  }

  private RunState state() {
    if (end == null) {
      return RunState.RUNNING;
    }
    if (kind == Kind.RETRIED) {
      return RunState.QUEUED;
    }
    if (end.finalState != null) {
      return end.finalState;
    }
    return kind == Kind.REQUEUED ? RunState.QUEUED : RunState.RETRY_SCHEDULED;
  }

  private static void putIfPresent(JsonObject data, String name, @Nullable Object value) {
    if (value != null) {
      data.put(name, value instanceof JsonObject ? value : value.toString());
    }
  }
}
