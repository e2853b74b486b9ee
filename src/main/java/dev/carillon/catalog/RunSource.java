package dev.carillon.catalog;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carillon.catalog.input.JobDeclaration;
import dev.carillon.catalog.input.JsonText;
import dev.carillon.catalog.input.Params;
import dev.carillon.schedule.OverlapPolicy;
import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where a run's settings come from: its job, and over that its schedule.
 *
 * @param firstUse whether nothing has named the job before
 * @param params of the job, and over them those of the schedule
 * @param target the schedule's own; null: the job's, which is read at the claim
 * @param hasSchema whether the job says what parameters have to fit
 * @param concurrencyKey what the job makes concurrency keys from; null: nothing
 * @param dedupeWindowMillis how long a dedupe key counts; null: for ever
 * @param retry what the schedule says otherwise than the job; null: nothing
 * @param scope of the schedule; null: nothing
 */
record RunSource(
    @Nullable UUID jobId,
    int jobVersion,
    boolean firstUse,
    int priority,
    String queue,
    @Nullable ObjectNode params,
    @Nullable UUID scheduleId,
    @Nullable ObjectNode target,
    OverlapPolicy overlap,
    boolean hasSchema,
    @Nullable String concurrencyKey,
    @Nullable Long dedupeWindowMillis,
    @Nullable ObjectNode retry,
    @Nullable String scope) {

  static final RunSource NONE =
      new RunSource(
          null,
          0,
          false,
          JobDeclaration.DEFAULT_PRIORITY,
          JobDeclaration.DEFAULT_QUEUE,
          null,
          null,
          null,
          OverlapPolicy.ALLOW_ALL,
          false,
          null,
          null,
          null,
          null);

  static RunSource ofJob(Row row) {
    return row.getUUID("id") == null
        ? NONE
        : new RunSource(
            row.getUUID("id"),
            row.getInteger("version"),
            "CREATED".equals(row.getString("status")),
            row.getInteger("priority"),
            row.getString("queue"),
            (ObjectNode) JsonText.stored(row.getString("params")),
            null,
            null,
            OverlapPolicy.ALLOW_ALL,
            row.getBoolean("has_schema"),
            row.getString("concurrency_key"),
            row.getLong("dedupe_window_ms"),
            null,
            null);
  }

  RunSource ofSchedule(Row row) {
    Integer own = row.getInteger("schedule_priority");
    return new RunSource(
        jobId,
        jobVersion,
        firstUse,
        own == null ? priority : own,
        queue,
        Params.overlay(params, (ObjectNode) JsonText.stored(row.getString("schedule_params"))),
        row.getUUID("schedule_id"),
        (ObjectNode) JsonText.stored(row.getString("target")),
        OverlapPolicy.valueOf(row.getString("overlap_policy")),
        hasSchema,
        concurrencyKey,
        dedupeWindowMillis,
        (ObjectNode) JsonText.stored(row.getString("retry")),
        row.getString("schedule_scope"));
  }

  /** Until when a dedupe key counts that is taken now; null: for ever. */
  @Nullable Instant dedupedUntil(Instant now) {
    return dedupeWindowMillis == null ? null : now.plus(dedupeWindowMillis, ChronoUnit.MILLIS);
  }
}
