package dev.carillon.schedule;

import dev.carillon.schedule.Course.Newest;
import dev.carillon.time.EvaluationGaveUp;
import java.time.Duration;
import java.time.Instant;

/**
 * Which fires of an outage are let go: those before an instant.
 *
 * @param keptFrom fires before it are let go, exclusive
 * @param isSettled false: the work was used up; perhaps more are let go, and nothing runs yet
 */
record Outage(Instant keptFrom, boolean isSettled) {

  /** A fire lies no closer to the next: instants between are told apart no finer. */
  private static final Duration CLOSEST = Duration.ofSeconds(1);

  /** A third of what a plan may cost each for deciding, for counting, and for the fires. */
  private static final int PARTS = 3;

  /**
   * @param due the oldest missed fire
   * @param following the fire behind it
   */
  static Outage of(Course course, Instant due, Instant following, Instant now, MisfireRule rule) {
    Instant missedBefore = rule.missedBefore(now);
    return switch (rule.policy()) {
      case NONE -> new Outage(missedBefore, true);
      case LAST -> last(course, due, following, now, rule);
      case ALL -> all(course, due, missedBefore, rule.caughtUpFrom(now));
    };
  }

  private static Outage last(
      Course course, Instant due, Instant following, Instant now, MisfireRule rule) {
    Newest newest = new Newest(due);
    boolean settled = true;
    if (!following.isAfter(now)) {
      newest = new Newest(following);
      settled = isFound(course, newest, now);
    }
    // It stands for all before it, on whichever side of the grace it lies.
    Instant missedBefore = rule.missedBefore(now);
    boolean isMadeUpFor =
        !settled
            || !newest.found().isBefore(missedBefore)
            || !newest.found().isBefore(rule.caughtUpFrom(now));
    return new Outage(isMadeUpFor ? newest.found() : missedBefore, settled);
  }

  private static boolean isFound(Course course, Newest newest, Instant now) {
    try {
      course.onPart(PARTS, part -> newest.search(part, now));
      return true;
    } catch (EvaluationGaveUp gaveUp) {
      return false;
    }
  }

  private static Outage all(Course course, Instant due, Instant missedBefore, Instant from) {
    Instant first = from.isAfter(due) ? from : due;
    if (!first.isBefore(missedBefore)) {
      return new Outage(missedBefore, true);
    }
    try {
      return new Outage(
          course.onPart(PARTS, part -> firstOfNewest(part, first, missedBefore)), true);
    } catch (EvaluationGaveUp gaveUp) {
      // Too dear to count: what cannot be counted is made up for as it comes.
      return new Outage(first, first.equals(due));
    }
  }

  /** From which instant on there are no more than are made up for. */
  private static Instant firstOfNewest(Course course, Instant first, Instant missedBefore) {
    Instant upTo = missedBefore.minusNanos(1);
    if (course.count(first.minusNanos(1), upTo) <= MisfireRule.MOST_CAUGHT_UP) {
      return first;
    }
    // Behind `many` lie too many, behind `few` no more than may.
    Instant many = first.minusNanos(1);
    Instant few = upTo;
    while (Duration.between(many, few).compareTo(CLOSEST) > 0) {
      Instant middle = many.plus(Duration.between(many, few).dividedBy(2));
      if (course.count(middle, upTo) > MisfireRule.MOST_CAUGHT_UP) {
        many = middle;
      } else {
        few = middle;
      }
    }
    return few.plusNanos(1);
  }
}
