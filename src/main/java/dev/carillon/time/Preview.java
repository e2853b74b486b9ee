package dev.carillon.time;

import dev.carillon.time.civil.Effort;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a trigger is going to do: its meaning in words and its next fires.
 *
 * @param description the trigger's meaning in plain English, see {@link Trigger#describe}
 * @param fires the fires, ascending by the instants that are shown: with jitter, not by those that
 *     the bounds of the question are about
 * @param exhausted whether the trigger has no fire any more after those shown
 * @param incomplete why there are no more than these though more were asked for: which calendar
 *     ends where, and what to mend; null: it was not so
 */
public record Preview(
    String description, List<Fire> fires, boolean exhausted, @Nullable String incomplete) {

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
   * @return the fires; exhausted when there are fewer than {@code count}, unless they are
   *     incomplete
   * @throws EvaluationGaveUp when the fires were not found within the work allowed for all of them
   *     together, or the first depends on a date that the calendar says nothing about
   */
  public static Preview of(Trigger trigger, Timing timing, Jitter jitter, Instant from, int count) {
    Instant after = trigger.lookAfter(timing.zone(), from, timing.dst());
    Walk walk = new Walk(trigger.in(timing), after, count, Coming.ALL);
    walk.go(null);
    boolean exhausted = walk.found.size() < count && walk.incomplete == null;
    return new Preview(trigger.describe(), put(walk.found, jitter), exhausted, walk.incomplete);
  }

  /**
   * The fires of a stored schedule's trigger in a window.
   *
   * @param timing the schedule's
   * @param jitter by which each fire is put off in the end
   * @param from exclusive, without exception, so that windows which follow each other show every
   *     fire once; it bounds the fires before jitter, as {@code to} does
   * @param to inclusive; null: as far as is known, up to the year 9999
   * @param limit how many fires at most, not negative
   * @param coming which of them become runs
   * @return the fires; exhausted when the trigger has no fire at all after the last of them, or
   *     after {@code from} where there is none; one that cannot be told may follow
   * @throws EvaluationGaveUp when the fires were not found within the work allowed for all of them
   *     together, or one of them (without {@code to}: the first) depends on a date that the
   *     calendar says nothing about
   */
  public static Preview between(
      Trigger trigger,
      Timing timing,
      Jitter jitter,
      Instant from,
      @Nullable Instant to,
      int limit,
      Coming coming) {
    Walk walk = new Walk(trigger.in(timing), from, limit, coming);
    walk.go(to);
    return new Preview(trigger.describe(), put(walk.found, jitter), walk.isOver(), walk.incomplete);
  }

  /** The same of all fires, whether they become runs or not. */
  public static Preview between(
      Trigger trigger,
      Timing timing,
      Jitter jitter,
      Instant from,
      @Nullable Instant to,
      int limit) {
    return between(trigger, timing, jitter, from, to, limit, Coming.ALL);
  }

  private static List<Fire> put(List<Fire> fires, Jitter jitter) {
    return jitter.most().isZero()
        ? fires
        : fires.stream()
            .map(fire -> fire.put(jitter))
            .sorted(Comparator.comparing(Fire::at))
            .toList();
  }

  /** Asks for one fire after the other, all on one budget. */
  private static final class Walk {

    private final Fires fires;
    private final int limit;
    private final Coming coming;
    private final Effort effort = new Effort(STEPS);
    private final List<Fire> found = new ArrayList<>();
    private Instant after;

    /** How many more become runs; null: not counted yet. */
    private @Nullable Long left;

    private @Nullable String incomplete;

    Walk(Fires fires, Instant after, int limit, Coming coming) {
      this.fires = fires;
      this.after = after;
      this.limit = limit;
      this.coming = coming;
    }

    /**
     * @param to null: as far as is known
     */
    void go(@Nullable Instant to) {
      try {
        Fire fire = found.size() < limit ? next(to) : null;
        while (fire != null) {
          found.add(fire);
          fire = found.size() < limit ? next(to) : null;
        }
      } catch (EvaluationGaveUp gaveUp) {
        if (found.isEmpty()) {
          throw gaveUp;
        }
        if (to == null && gaveUp.outsideCalendar()) {
          incomplete = gaveUp.getMessage();
          return;
        }
        throw afterSome(gaveUp);
      }
    }

    private EvaluationGaveUp afterSome(EvaluationGaveUp gaveUp) {
      String some =
          "only " + (found.size() == 1 ? "1 fire was" : found.size() + " fires were") + " found";
      return gaveUp.outsideCalendar()
          ? gaveUp.further(some + " (ask for no more): ")
          : new EvaluationGaveUp(
              some + " within the work allowed; ask for fewer, or make the rule simpler");
    }

    private @Nullable Fire next(@Nullable Instant to) {
      Instant now = coming.now();
      if (after.isBefore(now)) {
        boolean past = to != null && !to.isAfter(now);
        Fire fire = ask(past ? to : now);
        if (fire != null || past) {
          return fire;
        }
        after = now;
      }
      if (leftToRun() == 0) {
        return null;
      }
      if (after.isBefore(coming.after())) {
        after = coming.after();
      }
      Fire fire = ask(to);
      if (fire != null && coming.most() != Coming.ANY) {
        left = leftToRun() - 1;
      }
      return fire;
    }

    /** Those between now and where the window begins are counted as well. */
    private long leftToRun() {
      Long known = left;
      if (known == null) {
        Instant start = coming.after();
        boolean all = coming.most() == Coming.ANY || !start.isBefore(after);
        long before = all ? 0 : fires.count(start, after, effort);
        known = Math.max(0, coming.most() - before);
        left = known;
      }
      return known;
    }

    private @Nullable Fire ask(@Nullable Instant to) {
      Fire fire =
          to != null && to.isBefore(Years.LAST)
              ? fires.nextFire(after, to, effort)
              : fires.nextFire(after, effort);
      if (fire != null) {
        after = fire.at();
      }
      return fire;
    }

    /** Whether no fire follows; one that cannot be told within the work allowed may follow. */
    boolean isOver() {
      try {
        return next(null) == null;
      } catch (EvaluationGaveUp unknown) {
        return false;
      }
    }
  }
}
