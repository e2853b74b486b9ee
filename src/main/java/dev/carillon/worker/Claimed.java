package dev.carillon.worker;

import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One run as the claim returned it.
 *
 * @param written false when the queue has a row but {@code runs} has not: nothing can be executed
 * @param agedFrom from when the age of its retries counts, UTC
 * @param retry what its schedule or whoever asked for it says of retries otherwise than the job, as
 *     JSON; null: nothing
 * @param placed whether it was claimed under limits, so that others may wait for its end
 * @param jobVersion the job's at the claim; 0 without a job
 */
record Claimed(
    UUID run,
    String tenant,
    int attempt,
    int generation,
    int tried,
    Instant agedFrom,
    Instant dueAt,
    Instant lockedAt,
    UUID worker,
    boolean written,
    @Nullable UUID job,
    int jobVersion,
    @Nullable UUID schedule,
    @Nullable Instant fireAt,
    @Nullable String trace,
    @Nullable String target,
    @Nullable String params,
    @Nullable String scope,
    @Nullable String retry,
    boolean placed) {

  static Claimed of(Row row) {
    Integer version = row.getInteger("job_version");
    return new Claimed(
        row.getUUID("id"),
        row.getString("tenant_id"),
        row.getInteger("attempt"),
        row.getInteger("generation"),
        row.getInteger("tried"),
        agedFrom(row),
        row.getOffsetDateTime("due_at").toInstant(),
        row.getOffsetDateTime("locked_at").toInstant(),
        row.getUUID("locked_by"),
        row.getBoolean("written"),
        row.getUUID("job_id"),
        version == null ? 0 : version,
        row.getUUID("schedule_id"),
        instant(row.getOffsetDateTime("fire_at")),
        row.getString("trace"),
        row.getString("target"),
        row.getString("params"),
        row.getString("scope"),
        row.getString("retry"),
        Boolean.TRUE.equals(row.getBoolean("placed")));
  }

  /** Of a row of the queue without its run, there is nothing to retry. */
  private static Instant agedFrom(Row row) {
    Instant anew = instant(row.getOffsetDateTime("aged_from"));
    Instant due = instant(row.getOffsetDateTime("first_due"));
    return anew != null ? anew : due != null ? due : row.getOffsetDateTime("due_at").toInstant();
  }

  private static @Nullable Instant instant(@Nullable OffsetDateTime at) {
    return at == null ? null : at.toInstant();
  }
}
