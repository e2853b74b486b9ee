package dev.carillon.event;

import dev.carillon.event.RunEvent.End;
import dev.carillon.event.RunEvent.Kind;
import dev.carillon.run.AttemptOutcome;
import dev.carillon.run.RunState;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Rows of the outbox, of runs and of attempts, as events. */
final class RunRows {

  /** Longer than any claim is ahead. */
  private static final Duration A_MOMENT = Duration.ofSeconds(1);

  private RunRows() {}

  static RunEvent.Subject subject(Row row) {
    return new RunEvent.Subject(
        row.getUUID("id"),
        row.getString("tenant_id"),
        row.getUUID("job_id"),
        row.getString("job_key"),
        row.getUUID("schedule_id"),
        instant(row.getOffsetDateTime("fire_at")),
        row.getOffsetDateTime("due_at").toInstant(),
        row.getOffsetDateTime("created_at").toInstant(),
        row.getInteger("priority"),
        json(row.getString("scope")),
        row.getUUID("group_id"),
        row.getUUID("caused_by"),
        json(row.getString("labels")),
        row.getString("trace"),
        row.getInteger("full_bytes"));
  }

  /** Of rows of {@link RelaySql#CONTENTS}, as JSON text. */
  static RunEvent.Content content(
      @Nullable String params, @Nullable String output, @Nullable String message) {
    return new RunEvent.Content(
        json(params), output == null ? null : Json.decodeValue(output), message);
  }

  static ChangeEvent change(Row row) {
    JsonObject payload = new JsonObject(row.getString("payload"));
    return new ChangeEvent(
        payload.getString("type"),
        row.getString("tenant_id"),
        payload.getString("subject"),
        payload.getLong("sequence"),
        row.getOffsetDateTime("at").toInstant(),
        payload.getString("trace"),
        payload.getJsonObject("data"));
  }

  /**
   * The events of one run in one row.
   *
   * @param end the attempt's record, or where the run was retried, that of the attempt before; null
   *     while it has only started
   * @param content null: the job's events carry a reference only
   */
  static List<RunEvent> events(
      Row row,
      RunEvent.Subject subject,
      int attempt,
      @Nullable Row end,
      RunEvent.@Nullable Content content) {
    Instant at = row.getOffsetDateTime("at").toInstant();
    if (OutboxRows.STARTED.equals(row.getString("kind"))) {
      Instant started = startedAt(subject, at);
      return List.of(
          new RunEvent(
              Kind.STARTED, subject, attempt, started, row.getUUID("worker_id"), null, content));
    }
    if (end == null) {
      return List.of();
    }
    return OutboxRows.RETRIED.equals(row.getString("kind"))
        ? List.of(new RunEvent(Kind.RETRIED, subject, attempt, at, null, end(end), content))
        : ended(subject, attempt, end, content);
  }

  /** Claimed a moment ahead, it starts at its instant. */
  private static Instant startedAt(RunEvent.Subject subject, Instant claimed) {
    Instant due = subject.dueAt();
    // One that was due much later was moved, or retried by somebody, since it was read here.
    return due.isAfter(claimed) && due.isBefore(claimed.plus(A_MOMENT)) ? due : claimed;
  }

  private static End end(Row row) {
    String finalState = row.getString("final_state");
    return new End(
        AttemptOutcome.valueOf(row.getString("outcome")),
        finalState == null ? null : RunState.valueOf(finalState),
        row.getInteger("generation"),
        instant(row.getOffsetDateTime("started_at")),
        json(row.getString("error")));
  }

  /** One event an attempt, and one more for the attempt that used up the budget. */
  private static List<RunEvent> ended(
      RunEvent.Subject subject, int attempt, Row row, RunEvent.@Nullable Content content) {
    End end = end(row);
    Instant finished = row.getOffsetDateTime("finished_at").toInstant();
    UUID worker = row.getUUID("worker_id");
    RunEvent event =
        new RunEvent(kind(end.outcome()), subject, attempt, finished, worker, end, content);
    return end.finalState() == RunState.DEAD
        ? List.of(event, new RunEvent(Kind.DEAD, subject, attempt, finished, worker, end, content))
        : List.of(event);
  }

  private static Kind kind(AttemptOutcome outcome) {
    return switch (outcome) {
      case SUCCEEDED -> Kind.SUCCEEDED;
      case FAILED, TIMED_OUT, LOST -> Kind.FAILED;
      case CANCELED -> Kind.CANCELED;
      case DRAINED -> Kind.REQUEUED;
      case SKIPPED -> Kind.SKIPPED;
      case MISSED -> Kind.MISSED;
    };
  }

  private static @Nullable Instant instant(@Nullable OffsetDateTime at) {
    return at == null ? null : at.toInstant();
  }

  private static @Nullable JsonObject json(@Nullable String text) {
    return text == null ? null : new JsonObject(text);
  }
}
