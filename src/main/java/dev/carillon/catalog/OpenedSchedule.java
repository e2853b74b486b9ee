package dev.carillon.catalog;

import dev.carillon.catalog.input.ScheduleDeclaration;
import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A schedule whose clock is locked, as it stands.
 *
 * @param clock a row of {@link ClockSql#LOCK}
 */
record OpenedSchedule(ScheduleEntity row, ScheduleView view, Row clock) {

  /**
   * What was planned and no longer is.
   *
   * @param earliest null: nothing was
   * @param count how many fires
   */
  record Withdrawn(@Nullable Instant earliest, int count) {

    boolean isNothing() {
      return earliest == null;
    }
  }

  /** What was so before an edit that keeps the declaration. */
  NextFire.Before before(Withdrawn withdrawn) {
    return before(true, row.policies.maxRuns, withdrawn);
  }

  /** What was so before an edit. */
  NextFire.Before before(ScheduleDeclaration declared, Withdrawn withdrawn) {
    return before(row.firesAs(declared), declared.policies().maxRuns(), withdrawn);
  }

  private NextFire.Before before(
      boolean sameInstants, @Nullable Integer maxRuns, Withdrawn withdrawn) {
    return new NextFire.Before(
        row.enabled,
        sameInstants,
        row.status,
        row.statusReason,
        row.pausedUntil,
        Times.instant(clock, "next_fire_at"),
        awaited(),
        withdrawn.earliest(),
        runsLeft(maxRuns, withdrawn));
  }

  private NextFire.Awaited awaited() {
    UUID run = clock.getUUID("awaited_run");
    return new NextFire.Awaited(clock.getLong("delay_ms"), run, clock.getBoolean("awaits"));
  }

  /** What was used stays used; a withdrawn fire was not. A bound that is new counts from now on. */
  private @Nullable Integer runsLeft(@Nullable Integer maxRuns, Withdrawn withdrawn) {
    Integer left = clock.getInteger("runs_left");
    if (maxRuns == null || left == null || row.policies.maxRuns == null) {
      return maxRuns;
    }
    return Math.max(0, left + withdrawn.count() + maxRuns - row.policies.maxRuns);
  }
}
