package dev.carillon.schedule;

import java.time.Duration;
import java.time.Instant;

/**
 * What a schedule does after an outage: when the oldest fire that is due is older than the grace.
 * Where none is, all of them run.
 *
 * <pre>
 * older than the catch-up window │ LAST, ALL, NONE: let go
 * older than the grace           │ LAST: the newest fire that is due runs, and no other, on
 *                                │ whichever side of the grace it lies
 *                                │ ALL: the newest 1,000 run; NONE: let go
 * within the grace               │ LAST: as above; ALL, NONE: runs
 * </pre>
 *
 * @param grace how late a fire may be without counting as missed
 * @param catchUpWindow how old a missed fire may be and still be made up for
 */
public record MisfireRule(MisfirePolicy policy, Duration grace, Duration catchUpWindow) {

  /** What holds where a schedule chose nothing. */
  public static final MisfireRule DEFAULT =
      new MisfireRule(MisfirePolicy.LAST, Duration.ofMinutes(1), Duration.ofDays(1));

  /** As many fires of one outage are made up for. */
  public static final int MOST_CAUGHT_UP = 1_000;

  /** Whether a fire is late beyond the grace. */
  boolean isMissed(Instant fire, Instant now) {
    return fire.isBefore(missedBefore(now));
  }

  /** Fires before it are missed, exclusive. */
  Instant missedBefore(Instant now) {
    return minus(now, grace);
  }

  /** Missed fires before it are not made up for, exclusive. */
  Instant caughtUpFrom(Instant now) {
    return minus(now, catchUpWindow);
  }

  /** A window of any length reaches back to the beginning at most. */
  private static Instant minus(Instant now, Duration back) {
    Duration age = Duration.between(Instant.MIN, now);
    return back.compareTo(age) < 0 ? now.minus(back) : Instant.MIN;
  }
}
