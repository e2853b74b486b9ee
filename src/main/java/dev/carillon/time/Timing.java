package dev.carillon.time;

import dev.carillon.time.calendar.BusinessDays;
import dev.carillon.time.calendar.Convention;
import java.time.Instant;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * All that a trigger must be told before it can say when it fires, in the order in which it counts:
 * the nominal times are expanded, those outside the bounds left out, their dates adjusted, zone and
 * daylight saving resolved, equal instants taken together. Jitter comes after all of it.
 *
 * @param zone in which local times are meant
 * @param createdAt what an INTERVAL without an anchor and a FIXED_DELAY count from, where there is
 *     no {@code startAt}
 * @param dst what the schedule chose for daylight-saving changes
 * @param startAt nominal fires before it are none; null: no bound
 * @param endAt nominal fires after it are none; null: no bound
 * @param days which days count; null: all do
 * @param convention what becomes of nominal dates that do not count; UNADJUSTED where {@code days}
 *     is null
 */
public record Timing(
    ZoneId zone,
    Instant createdAt,
    DstPolicy dst,
    @Nullable Instant startAt,
    @Nullable Instant endAt,
    @Nullable BusinessDays days,
    Convention convention) {

  /** Without bounds and calendar. */
  public static Timing of(ZoneId zone, Instant createdAt, DstPolicy dst) {
    return new Timing(zone, createdAt, dst, null, null, null, Convention.UNADJUSTED);
  }

  /** The same, counted from an instant, whatever startAt says. */
  public Timing countedFrom(Instant instant) {
    return new Timing(zone, instant, dst, null, endAt, days, convention);
  }

  /** Whether {@code startAt} or {@code endAt} bounds the nominal fires. */
  boolean isBounded() {
    return startAt != null || endAt != null;
  }

  /** Whether nominal dates can be moved or left out. */
  boolean adjusts() {
    return days != null && convention != Convention.UNADJUSTED;
  }

  /** What an INTERVAL without an anchor and a FIXED_DELAY count from. */
  public Instant anchor() {
    return startAt == null ? createdAt : startAt;
  }
}
