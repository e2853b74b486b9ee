package dev.carillon.event;

import dev.carillon.pg.Statements;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/**
 * Owns the order of the outbox's columns. Statements of the hot path write their row themselves, in
 * one go.
 */
public final class OutboxRows {

  /** {@code kind} of a row whose runs were claimed. */
  public static final String STARTED = "STARTED";

  /** {@code kind} of a row whose runs left a worker, or ended without one; the attempts say how. */
  public static final String ENDED = "ENDED";

  /**
   * {@code kind} of a row whose runs an operator retried; its attempts are the next, which are not
   * there yet.
   */
  public static final String RETRIED = "RETRIED";

  /** {@code kind} of a row that tells one change of a schedule or a job. */
  public static final String CHANGED = "CHANGED";

  private static final String INSERT_CHANGED =
      """
      insert into outbox (at, kind, tenant_id, payload) values ($1, 'CHANGED', $2, $3)
      """;

  private OutboxRows() {}

  /**
   * Tells one change of a schedule or a job, in the transaction that makes it.
   *
   * @param type for example {@code scheduler.schedule.created}
   * @param subject for example {@code schedules/0190…}
   * @param sequence rises with every event of the same subject
   * @param traceparent W3C trace context of the request; null: none was given
   * @param data the resource as REST shows it, without parameters
   */
  public static Uni<Void> changed(
      Statements statements,
      String tenant,
      Instant at,
      String type,
      String subject,
      long sequence,
      @Nullable String traceparent,
      JsonObject data) {
    return statements
        .query(
            INSERT_CHANGED,
            Tuple.of(utc(at), tenant, payload(type, subject, sequence, traceparent, data)))
        .replaceWithVoid();
  }

  /** The payload of a {@link #CHANGED} row. */
  public static JsonObject payload(
      String type, String subject, long sequence, @Nullable String traceparent, JsonObject data) {
    return new JsonObject()
        .put("type", type)
        .put("subject", subject)
        .put("sequence", sequence)
        .put("trace", traceparent)
        .put("data", data);
  }

  private static OffsetDateTime utc(Instant at) {
    return at.atOffset(ZoneOffset.UTC);
  }
}
