package dev.carillon.time;

import dev.carillon.time.civil.Effort;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a trigger is going to do: its meaning in words and its next fires.
 *
 * @param description the trigger's meaning in plain English, see {@link Trigger#describe}
 * @param fires the fires, ascending
 * @param exhausted whether the trigger has no fire any more after those shown
 */
public record Preview(String description, List<Fire> fires, boolean exhausted) {

  /**
   * What a whole preview may cost, however many fires it is to show: twice one question, about 200
   * ms when warm. A thousand fires of a rule as people write them take a twentieth of it at most.
   */
  static final int STEPS = 2 * Effort.ONE_QUESTION;

  public Preview {
    fires = List.copyOf(fires);
  }

  /** As {@link #of(Trigger, Timing, Jitter, Instant, int)}, in a zone and by a policy alone. */
  public static Preview of(
      Trigger trigger, ZoneId zone, DstPolicy policy, Instant from, int count) {
    return of(trigger, Timing.of(zone, from, policy), Jitter.NONE, from, count);
  }

  /**
   * The next fires of a trigger. An INTERVAL without anchor and a FIXED_DELAY count from {@code
   * from}.
   *
   * @param timing whose {@code createdAt} is {@code from}
   * @param jitter by which each fire is put off in the end
   * @param from exclusive, but an RRULE's DTSTART exactly at {@code from} counts; it bounds the
   *     fires before jitter
   * @param count how many fires at most, not negative
   * @return the fires; exhausted when there are fewer than {@code count}
   * @throws EvaluationGaveUp when the fires were not found within the work allowed for all of them
   *     together, or one of them depends on a date that the calendar says nothing about
   */
  public static Preview of(Trigger trigger, Timing timing, Jitter jitter, Instant from, int count) {
    Instant after = trigger.lookAfter(timing.zone(), from, timing.dst());
    Walk walk = new Walk(trigger.in(timing), after, count);
    walk.upTo(Years.LAST);
    return new Preview(trigger.describe(), put(walk.found, jitter), walk.found.size() < count);
  }

  /**
   * The fires of a stored schedule's trigger in a window.
   *
   * @param timing the schedule's
   * @param jitter by which each fire is put off in the end
   * @param from exclusive, without exception, so that windows which follow each other show every
   *     fire once; it bounds the fires before jitter, as {@code to} does
   * @param to inclusive
   * @param limit how many fires at most, not negative
   * @return the fires; exhausted when the trigger has no fire at all after the last of them, or
   *     after {@code from} where there is none; one that cannot be told may follow
   * @throws EvaluationGaveUp when the fires were not found within the work allowed for all of them
   *     together, or one of them depends on a date that the calendar says nothing about
   */
  public static Preview between(
      Trigger trigger, Timing timing, Jitter jitter, Instant from, Instant to, int limit) {
    Walk walk = new Walk(trigger.in(timing), from, limit);
    walk.upTo(to);
    return new Preview(trigger.describe(), put(walk.found, jitter), walk.isOver());
  }

  private static List<Fire> put(List<Fire> fires, Jitter jitter) {
    return jitter.most().isZero() ? fires : fires.stream().map(fire -> fire.put(jitter)).toList();
  }

  /** Asks for one fire after the other, all on one budget. */
  private static final class Walk {

    private final Fires fires;
    private final int most;
    private final Effort effort = new Effort(STEPS);
    private final List<Fire> found = new ArrayList<>();
    private Instant after;

    Walk(Fires fires, Instant after, int most) {
      this.fires = fires;
      this.after = after;
      this.most = most;
    }

    void upTo(Instant to) {
      while (found.size() < most) {
        Fire fire = next(to);
        if (fire == null) {
          return;
        }
        found.add(fire);
        after = fire.at();
      }
    }

    private @Nullable Fire next(Instant to) {
      try {
        return to.isBefore(Years.LAST)
            ? fires.nextFire(after, to, effort)
            : fires.nextFire(after, effort);
      } catch (EvaluationGaveUp gaveUp) {
        if (found.isEmpty()) {
          throw gaveUp;
        }
        String some =
            "only " + (found.size() == 1 ? "1 fire was" : found.size() + " fires were") + " found";
        if (gaveUp.outsideCalendar()) {
          throw gaveUp.further(some + " (ask for no more): ");
        }
        throw new EvaluationGaveUp(
            some + " within the work allowed; ask for fewer, or make the rule simpler");
      }
    }

    /** Whether no fire follows; one that cannot be told within the work allowed may follow. */
    boolean isOver() {
      try {
        return fires.nextFire(after, effort) == null;
      } catch (EvaluationGaveUp unknown) {
        return false;
      }
    }
  }
}
