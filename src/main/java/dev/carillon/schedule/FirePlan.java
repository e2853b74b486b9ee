package dev.carillon.schedule;

import dev.carillon.time.EvaluationGaveUp;
import dev.carillon.time.Fire;
import dev.carillon.time.Fires;
import dev.carillon.time.civil.Effort;
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

  /**
   * What one plan may cost, however many questions it asks: where the stored fire has to be worked
   * out anew, that one, the newest that was missed, and the one that follows. About 300 ms when
   * warm; a plan of a rule as people write them costs a thousandth of it.
   */
  public static final int STEPS = 3 * Effort.ONE_QUESTION;

  public FirePlan {
    fires = List.copyOf(fires);
  }

  /**
   * As {@link #between(Fires, Instant, Instant, Instant, Effort)}, on {@link #STEPS} of its own.
   */
  public static FirePlan between(Fires fires, Instant due, Instant now, Instant horizon) {
    return between(fires, due, now, horizon, new Effort(STEPS));
  }

  /**
   * Misfire policy LAST: after an outage the newest missed fire runs, once, if it is not older than
   * the catch-up window; older ones are let go. Slight lateness is no outage: every fire within the
   * grace runs.
   *
   * <p>A plan whose work is used up after some fires, let go or not, ends there; the rest follow as
   * beyond {@link #MOST_AT_ONCE}.
   *
   * @param due the schedule's next fire, already known to be one
   * @param now where the past ends
   * @param horizon up to which fires are planned, inclusive; not before {@code now}
   * @param effort what the whole plan may cost
   * @throws EvaluationGaveUp when that did not suffice for the fire which follows the first
   */
  public static FirePlan between(
      Fires fires, Instant due, Instant now, Instant horizon, Effort effort) {
    if (due.isBefore(now.minus(MISFIRE_GRACE))) {
      return afterOutage(fires, due, now, effort);
    }
    List<Instant> planned = new ArrayList<>();
    Instant next = due;
    while (next != null && !next.isAfter(horizon) && planned.size() < MOST_AT_ONCE) {
      Instant following;
      try {
        following = next(fires, next, effort);
      } catch (EvaluationGaveUp gaveUp) {
        if (planned.isEmpty()) {
          throw gaveUp;
        }
        break;
      }
      planned.add(next);
      next = following;
    }
    return new FirePlan(planned, null, next);
  }

  /**
   * Where the work is used up on the way to the newest missed fire, the next round goes on from
   * there: how long an outage was is no reason to give a schedule up.
   */
  private static FirePlan afterOutage(Fires fires, Instant due, Instant now, Effort effort) {
    Newest newest = new Newest(due);
    Instant following;
    try {
      newest.search(fires, now, effort);
      following = next(fires, newest.found, effort);
    } catch (EvaluationGaveUp gaveUp) {
      if (newest.found.equals(due)) {
        throw gaveUp;
      }
      return new FirePlan(List.of(), null, newest.found);
    }
    boolean tooOld = newest.found.isBefore(now.minus(CATCH_UP_WINDOW));
    return new FirePlan(
        tooOld ? List.of() : List.of(newest.found), tooOld ? newest.found : null, following);
  }

  /** The last fire at or before an instant, as far as it is known. */
  private static final class Newest {

    private Instant found;

    Newest(Instant due) {
      found = due;
    }

    /**
     * Without walking through an outage: each round halves the time in which the newest can lie,
     * however dense or sparse the fires are. Nor is anything looked for behind that time, so a long
     * stretch without fires is paid for twice at most.
     */
    void search(Fires fires, Instant now, Effort effort) {
      // No fire lies after this one up to now.
      Instant empty = now;
      for (Instant next = upTo(fires, found, empty, effort);
          next != null;
          next = upTo(fires, found, empty, effort)) {
        found = next;
        Instant middle = found.plus(Duration.between(found, empty).dividedBy(2));
        Instant later = upTo(fires, middle, empty, effort);
        if (later == null) {
          empty = middle;
        } else {
          found = later;
        }
      }
    }

    private static @Nullable Instant upTo(Fires fires, Instant after, Instant last, Effort effort) {
      return at(fires.nextFire(after, last, effort));
    }
  }

  private static @Nullable Instant next(Fires fires, Instant after, Effort effort) {
    return at(fires.nextFire(after, effort));
  }

  private static @Nullable Instant at(@Nullable Fire fire) {
    return fire == null ? null : fire.at();
  }
}
