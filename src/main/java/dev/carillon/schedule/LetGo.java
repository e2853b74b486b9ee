package dev.carillon.schedule;

import dev.carillon.schedule.Course.Newest;
import dev.carillon.schedule.FirePlan.Rest;
import dev.carillon.time.EvaluationGaveUp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The fires of an outage that do not run: the oldest by name, the others counted.
 *
 * @param missed the oldest, in order
 * @param rest the others; null: none
 * @param next the first fire behind them, or what {@link Course#after} has in its place
 * @param following the one behind {@code next}, where that is known already; else null
 */
record LetGo(List<Instant> missed, @Nullable Rest rest, Instant next, @Nullable Instant following) {

  /** How often a shorter stretch is tried when the fires of one were too dear to count. */
  private static final int TRIES = 4;

  /** Of which the next try is no longer than this part. */
  private static final int SHORTER = 16;

  /** Nothing was let go. */
  static LetGo nothing(Instant due, Instant following) {
    return new LetGo(List.of(), null, due, following);
  }

  /**
   * Those before an instant, or as many of them as the work suffices for.
   *
   * @param due the oldest
   * @param following the fire behind it
   * @param before exclusive
   */
  static LetGo of(Course course, Instant due, Instant following, Instant before) {
    if (!due.isBefore(before)) {
      return nothing(due, following);
    }
    List<Instant> missed = new ArrayList<>();
    missed.add(due);
    Instant next = following;
    while (next.isBefore(before) && missed.size() < FirePlan.MOST_MISSED) {
      Instant behind;
      try {
        behind = course.after(next);
      } catch (EvaluationGaveUp gaveUp) {
        return new LetGo(missed, null, next, null);
      }
      missed.add(next);
      next = behind;
    }
    return next.isBefore(before)
        ? counted(course, missed, next, before)
        : new LetGo(missed, null, next, null);
  }

  /** Whether more of them are to be let go in the next round. */
  boolean isMoreBefore(Instant before) {
    return next.isBefore(before);
  }

  /** The last that was let go. */
  Instant last() {
    return rest == null ? missed.get(missed.size() - 1) : rest.to();
  }

  private static LetGo counted(Course course, List<Instant> missed, Instant from, Instant before) {
    Instant upTo = before.minusNanos(1);
    try {
      return course.onPart(2, part -> counted(part, missed, from, upTo, true));
    } catch (EvaluationGaveUp tooMany) {
      return estimated(course, missed, from, upTo);
    }
  }

  /**
   * The last is found without counting, and then as many are counted as the work suffices for: it
   * is one outage however many they are, and told of once.
   */
  private static LetGo estimated(Course course, List<Instant> missed, Instant from, Instant upTo) {
    try {
      return course.onPart(2, part -> counted(part, missed, from, upTo, false));
    } catch (EvaluationGaveUp notEvenFound) {
      return new LetGo(missed, null, from, null);
    }
  }

  private static LetGo counted(
      Course course, List<Instant> missed, Instant from, Instant upTo, boolean whole) {
    Instant to = new Newest(from).search(course, upTo);
    Instant behind = course.after(to);
    long count = whole ? course.count(from.minusNanos(1), to) : someOf(course, from, to);
    return new LetGo(missed, new Rest(count, from, to, whole), behind, null);
  }

  /**
   * Those of a part of the time that is short enough to be counted; the first and the last else.
   */
  private static long someOf(Course course, Instant from, Instant to) {
    Instant end = to;
    for (int tries = 0; tries < TRIES; tries++) {
      end = from.plus(Duration.between(from, end).dividedBy(SHORTER));
      Instant shorter = end;
      try {
        return course.onPart(2, part -> part.count(from.minusNanos(1), shorter));
      } catch (EvaluationGaveUp stillTooMany) {
        // a shorter one
      }
    }
    return from.equals(to) ? 1 : 2;
  }
}
