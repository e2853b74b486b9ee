package dev.carillon.ticker;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A fire that is to become a run.
 *
 * <pre>
 *        │ due                          │ expires, with a window  │ priority
 * ahead  │ fire + jitter                │ due + window            │ as declared
 * late   │ in its turn, from now on     │ fire + jitter + window, │ behind what is on time
 *        │                              │ for it is no later       │
 * </pre>
 *
 * @param at the nominal instant, UTC
 * @param due when the run is, UTC
 * @param expires when it may not start any more, UTC; null: at any time
 * @param late whether others go first
 */
record PlannedFire(Instant at, Instant due, @Nullable Instant expires, boolean late) {

  /**
   * Within it a fire is on time that could not be planned before, as of a schedule that was just
   * made: whoever finds overdue runs waits as long.
   */
  private static final Duration ON_TIME = Duration.ofSeconds(2);

  /**
   * @param horizon up to which fires are planned
   */
  static PlannedFire of(PlanRow row, Instant fire, Instant now, Instant horizon, CatchUpPace pace) {
    Instant own = row.jitter().due(fire);
    boolean late = isLate(row, own, now, horizon);
    Instant due = late ? pace.next(row.schedule()) : own;
    Duration window = row.policies().window();
    // A FIXED_DELAY is due when it can be: nothing was, before.
    Instant from = row.fixedDelay() ? due : own;
    return new PlannedFire(fire, due, window == null ? null : from.plus(window), late);
  }

  /** Past, and nobody was there to plan it when it was in sight. */
  private static boolean isLate(PlanRow row, Instant due, Instant now, Instant horizon) {
    Instant inSight = due.minus(Duration.between(now, horizon));
    return due.isBefore(now.minus(ON_TIME)) || due.isBefore(now) && row.since().isBefore(inSight);
  }
}
