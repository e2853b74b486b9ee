package dev.carillon.ticker;

import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A schedule that is due, as the planner reads it. */
record PlanRow(
    UUID schedule,
    String tenant,
    long revision,
    Instant next,
    boolean fixedDelay,
    String key,
    String trigger,
    @Nullable String timezone,
    Instant createdAt) {

  static PlanRow of(Row row) {
    return new PlanRow(
        row.getUUID("schedule_id"),
        row.getString("tenant_id"),
        row.getLong("revision"),
        row.getOffsetDateTime("next_fire_at").toInstant(),
        row.getLong("delay_ms") != null,
        row.getString("key"),
        row.getString("trigger"),
        row.getString("timezone"),
        row.getOffsetDateTime("created_at").toInstant());
  }
}
