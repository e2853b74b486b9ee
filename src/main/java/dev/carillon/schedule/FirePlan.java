package dev.carillon.schedule;

import dev.carillon.time.Fires;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a schedule's next fires are, up to a horizon: pure, and the same for whoever works it out.
 *
 * @param fires the fires to run, in order, UTC
 * @param missed a fire that came too late even to be made up for; null for none
 * @param next the first fire beyond these; null when there is none any more
 */
public record FirePlan(List<Instant> fires, @Nullable Instant missed, @Nullable Instant next) {

  /** How late a fire may be without counting as missed. */
  public static final Duration MISFIRE_GRACE = Duration.ofMinutes(1);

  /** How old a missed fire may be and still be made up for. */
  public static final Duration CATCH_UP_WINDOW = Duration.ofDays(1);

  /**
   * As many of one schedule at a time; the rest follow in the next round, behind those of other
   * schedules.
   */
  public static final int MOST_AT_ONCE = 100;

  public FirePlan {
    fires = List.copyOf(fires);
  }

  /**
   * Misfire policy LAST: after an outage the newest missed fire runs, once, if it is not older than
   * the catch-up window; older ones are let go. Slight lateness is no outage: every fire within the
   * grace runs.
   *
   * @param due the schedule's next fire, already known to be one
   * @param now where the past ends
   * @param horizon up to which fires are planned, inclusive; not before {@code now}
   */
  public static FirePlan between(Fires fires, Instant due, Instant now, Instant horizon) {
    if (due.isBefore(now.minus(MISFIRE_GRACE))) {
      Instant newest = newest(fires, due, now);
      boolean tooOld = newest.isBefore(now.minus(CATCH_UP_WINDOW));
      return new FirePlan(
          tooOld ? List.of() : List.of(newest), tooOld ? newest : null, fires.next(newest));
    }
    List<Instant> planned = new ArrayList<>();
    Instant next = due;
    while (next != null && !next.isAfter(horizon) && planned.size() < MOST_AT_ONCE) {
      planned.add(next);
      next = fires.next(next);
    }
    return new FirePlan(planned, null, next);
  }

  /**
   * The last fire at or before {@code now}, without walking through an outage: each round halves
   * the time in which it can lie, however dense or sparse the fires are.
   */
  private static Instant newest(Fires fires, Instant due, Instant now) {
    Instant found = due;
    // No fire lies after this one up to now.
    Instant empty = now;
    for (Instant next = fires.next(found);
        next != null && !next.isAfter(now);
        next = fires.next(found)) {
      found = next;
      Instant middle = found.plus(Duration.between(found, empty).dividedBy(2));
      Instant later = fires.next(middle);
      if (later != null && !later.isAfter(now)) {
        found = later;
      } else {
        empty = middle;
      }
    }
    return found;
  }
}
