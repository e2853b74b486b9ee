package dev.carillon.ticker;

import dev.carillon.schedule.StoredTrigger;
import dev.carillon.time.DstGap;
import dev.carillon.time.DstOverlap;
import dev.carillon.time.DstPolicy;
import dev.carillon.time.Fires;
import dev.carillon.time.Zones;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A schedule with a next fire, as planner and rules' update read it. What a person declared is
 * still text: reading it can fail, and then is this schedule's affair alone.
 *
 * @param next the next fire, UTC
 * @param since the last fire, or when it was last told when to fire, whichever is later, UTC
 * @param rules the tzdata that {@code next} was worked out by; null: unknown
 */
record PlanRow(
    UUID schedule,
    String tenant,
    long revision,
    Instant next,
    Instant since,
    @Nullable String rules,
    boolean fixedDelay,
    String key,
    String trigger,
    @Nullable String timezone,
    @Nullable String dstGap,
    @Nullable String dstOverlap,
    Instant createdAt) {

  static PlanRow of(Row row) {
    OffsetDateTime last = row.getOffsetDateTime("last_fire_at");
    OffsetDateTime timed = row.getOffsetDateTime("timed_at");
    return new PlanRow(
        row.getUUID("schedule_id"),
        row.getString("tenant_id"),
        row.getLong("revision"),
        row.getOffsetDateTime("next_fire_at").toInstant(),
        (last != null && last.isAfter(timed) ? last : timed).toInstant(),
        row.getString("rules"),
        row.getLong("delay_ms") != null,
        row.getString("key"),
        row.getString("trigger"),
        row.getString("timezone"),
        row.getString("dst_gap"),
        row.getString("dst_overlap"),
        row.getOffsetDateTime("created_at").toInstant());
  }

  /**
   * Its fires.
   *
   * @param defaultZone of a schedule that names none
   * @throws RuntimeException of any kind when this version cannot make a trigger of what is stored
   */
  Fires fires(ZoneId defaultZone) {
    ZoneId zone = timezone == null ? defaultZone : Zones.parse(timezone);
    DstPolicy dst =
        new DstPolicy(
            dstGap == null ? null : DstGap.valueOf(dstGap),
            dstOverlap == null ? null : DstOverlap.valueOf(dstOverlap));
    return StoredTrigger.read(new JsonObject(trigger).getMap()).in(zone, createdAt, dst);
  }
}
