package dev.carillon.event;

import dev.carillon.event.RunEvent.End;
import dev.carillon.event.RunEvent.Kind;
import dev.carillon.run.AttemptOutcome;
import dev.carillon.run.RunState;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows of the outbox, of runs and of attempts, as events. */
final class RunRows {

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
        row.getString("trace"));
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
   * @param end the attempt's record; null while it has only started
   */
  static List<RunEvent> events(Row row, RunEvent.Subject subject, int attempt, @Nullable Row end) {
    if (OutboxRows.STARTED.equals(row.getString("kind"))) {
      Instant claimed = row.getOffsetDateTime("at").toInstant();
      // Claimed a moment ahead, it starts at its instant.
      Instant started = subject.dueAt().isAfter(claimed) ? subject.dueAt() : claimed;
      return List.of(
          new RunEvent(Kind.STARTED, subject, attempt, started, row.getUUID("worker_id"), null));
    }
    return end == null ? List.of() : ended(subject, attempt, end);
  }

  /** One event an attempt, and one more for the attempt that used up the budget. */
  private static List<RunEvent> ended(RunEvent.Subject subject, int attempt, Row row) {
    AttemptOutcome outcome = AttemptOutcome.valueOf(row.getString("outcome"));
    String finalState = row.getString("final_state");
    End end =
        new End(
            outcome,
            finalState == null ? null : RunState.valueOf(finalState),
            row.getInteger("generation"),
            instant(row.getOffsetDateTime("started_at")),
            json(row.getString("error")));
    Instant finished = row.getOffsetDateTime("finished_at").toInstant();
    RunEvent event =
        new RunEvent(kind(outcome), subject, attempt, finished, row.getUUID("worker_id"), end);
    if (end.finalState() == RunState.DEAD) {
      return List.of(
          event,
          new RunEvent(Kind.DEAD, subject, attempt, finished, row.getUUID("worker_id"), end));
    }
    return List.of(event);
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
