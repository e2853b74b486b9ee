package dev.carillon.catalog;

import dev.carillon.time.Coming;
import dev.carillon.time.FixedDelay;
import dev.carillon.time.Trigger;
import io.vertx.sqlclient.Row;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a schedule's clock says of its coming fires, all before jitter.
 *
 * @param planned the earliest whose run is written and not yet due; null: none is
 * @param ahead how many such there are after the instant at which it was read
 * @param next the first that is not yet planned; null: it waits for a run, or does not fire as
 *     things are
 * @param runsLeft how many fires that are not yet planned may become runs; null: any number
 */
record ScheduleClockView(
    @Nullable Instant planned, int ahead, @Nullable Instant next, @Nullable Integer runsLeft) {

  static final ScheduleClockView NONE = new ScheduleClockView(null, 0, null, null);

  static ScheduleClockView of(Row row) {
    return new ScheduleClockView(
        Times.instant(row, "planned_fire"),
        row.getInteger("ahead"),
        Times.instant(row, "next_fire_at"),
        row.getInteger("runs_left"));
  }

  /** The next fire, be it planned or not; null: none as things are. */
  @Nullable Instant first() {
    return planned == null ? next : planned;
  }

  /**
   * Which of its fires become runs.
   *
   * @param now when it was read
   * @return null: it is switched off, paused without an end or parked, so that its fires are what
   *     it would do
   */
  @Nullable Coming coming(ScheduleEntity row, Trigger trigger, Instant now) {
    Instant first = first();
    boolean stands =
        row.status == ScheduleStatus.PARKED || row.status == ScheduleStatus.PAUSED && first == null;
    if (!row.enabled || stands) {
      return null;
    }
    return new Coming(now, first == null ? now : first, most(row, trigger));
  }

  private long most(ScheduleEntity row, Trigger trigger) {
    boolean goesOn = next != null || trigger instanceof FixedDelay;
    if (!goesOn || row.status == ScheduleStatus.EXHAUSTED) {
      return ahead;
    }
    return runsLeft == null ? Coming.ANY : (long) ahead + runsLeft;
  }
}
