package dev.carillon.schedule;

import dev.carillon.time.EvaluationGaveUp;
import dev.carillon.time.Fires;
import dev.carillon.time.civil.Effort;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a schedule's next fires are, up to a horizon: pure, and the same for whoever works it out.
 *
 * <pre>
 *      due ………………………… let go ………………………… │ caught up │ late │ to come │ next
 *   the oldest: missed, the others: the rest │         fires               │
 *                                            now − grace │  now    horizon
 * </pre>
 *
 * @param fires the fires to run, in order, UTC
 * @param missed the oldest of those that came too late and are let go, in order; before {@code
 *     fires}
 * @param rest those that are let go behind {@code missed}; null for none
 * @param next the first fire beyond these; null when there is none any more
 * @param isNextKnown false: a calendar ends before it, {@code next} is just behind the last fire,
 *     and whoever asks for the fire in its place is told so
 */
public record FirePlan(
    List<Instant> fires,
    List<Instant> missed,
    @Nullable Rest rest,
    @Nullable Instant next,
    boolean isNextKnown) {

  /**
   * As many of one schedule at a time; the rest follow in the next round, behind those of other
   * schedules.
   */
  public static final int MOST_AT_ONCE = 100;

  /** As many that are let go are named, of one schedule at a time; more would tell nobody more. */
  public static final int MOST_MISSED = 100;

  /**
   * What one plan may cost, however many questions it asks: where the stored fire has to be worked
   * out anew, that one, the newest that was missed, and the one that follows. About 300 ms when
   * warm; a plan of a rule as people write them costs a thousandth of it.
   */
  public static final int STEPS = 3 * Effort.ONE_QUESTION;

  /**
   * Fires that are let go and only counted.
   *
   * @param count from 1
   * @param from the first of them
   * @param to the last of them
   * @param isWhole false: there may be more between these, which were too dear to count
   */
  public record Rest(long count, Instant from, Instant to, boolean isWhole) {}

  public FirePlan {
    fires = List.copyOf(fires);
    missed = List.copyOf(missed);
  }

  /** The last fire that is let go; null for none. */
  public @Nullable Instant lastLetGo() {
    if (rest != null) {
      return rest.to();
    }
    return missed.isEmpty() ? null : missed.get(missed.size() - 1);
  }

  /** Fires to run, nothing let go, and the one behind them. */
  public static FirePlan of(List<Instant> fires, @Nullable Instant next) {
    return new FirePlan(fires, List.of(), null, next, true);
  }

  /** As with a number of fires and an effort, of {@link #MOST_AT_ONCE} and {@link #STEPS}. */
  public static FirePlan between(
      Fires fires, Instant due, Instant now, Instant horizon, MisfireRule rule) {
    return between(fires, due, now, horizon, rule, MOST_AT_ONCE, new Effort(STEPS));
  }

  /**
   * Every fire up to the horizon; after an outage, which of the missed ones run is {@link
   * MisfireRule}'s. Slight lateness is no outage: where no fire is later than the grace, every one
   * runs.
   *
   * <p>A plan whose work is used up after some fires, let go or not, ends there; the rest follow as
   * beyond {@link #MOST_AT_ONCE}. How long an outage was is no reason to give a schedule up.
   *
   * @param due the schedule's next fire, already known to be one
   * @param now where the past ends
   * @param horizon up to which fires are planned, inclusive; not before {@code now}
   * @param most how many fires may run, from 1
   * @param effort what the whole plan may cost
   * @throws EvaluationGaveUp when that did not suffice for the fire which follows the first
   */
  public static FirePlan between(
      Fires fires,
      Instant due,
      Instant now,
      Instant horizon,
      MisfireRule rule,
      int most,
      Effort effort) {
    Course course = new Course(fires, effort);
    Instant following = course.after(due);
    if (!rule.isMissed(due, now)) {
      return running(course, LetGo.nothing(due, following), horizon, most);
    }
    Outage outage = Outage.of(course, due, following, now, rule);
    LetGo letGo = LetGo.of(course, due, following, outage.keptFrom());
    return outage.isSettled() && !letGo.isMoreBefore(outage.keptFrom())
        ? running(course, letGo, horizon, most)
        : plan(List.of(), letGo, letGo.next());
  }

  /** The fires from the first that was not let go. */
  private static FirePlan running(Course course, LetGo letGo, Instant horizon, int most) {
    int mostNow = Math.min(most, MOST_AT_ONCE);
    List<Instant> planned = new ArrayList<>();
    Instant next = letGo.next();
    Instant following = letGo.following();
    while (!next.isAfter(horizon) && planned.size() < mostNow) {
      try {
        following = following == null ? course.after(next) : following;
      } catch (EvaluationGaveUp gaveUp) {
        break;
      }
      planned.add(next);
      next = following;
      following = null;
    }
    return plan(planned, letGo, next);
  }

  private static FirePlan plan(List<Instant> planned, LetGo letGo, Instant next) {
    if (next.equals(Course.NONE)) {
      return new FirePlan(planned, letGo.missed(), letGo.rest(), null, true);
    }
    if (next.equals(Course.UNTOLD)) {
      Instant last = planned.isEmpty() ? letGo.last() : planned.get(planned.size() - 1);
      // The smallest step that the database keeps.
      Instant behind = last.plus(1, ChronoUnit.MICROS);
      return new FirePlan(planned, letGo.missed(), letGo.rest(), behind, false);
    }
    return new FirePlan(planned, letGo.missed(), letGo.rest(), next, true);
  }
}
