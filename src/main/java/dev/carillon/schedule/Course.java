package dev.carillon.schedule;

import dev.carillon.time.EvaluationGaveUp;
import dev.carillon.time.Fire;
import dev.carillon.time.Fires;
import dev.carillon.time.civil.Effort;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Questions to one schedule's fires that share what their answers may cost. */
record Course(Fires fires, Effort effort) {

  /** In the place of a fire: there is none any more. */
  static final Instant NONE = Instant.MAX;

  /** In the place of a fire: it lies where a calendar says nothing. */
  static final Instant UNTOLD = Instant.MAX.minusNanos(1);

  /**
   * The first fire behind an instant.
   *
   * @return {@link #NONE} or {@link #UNTOLD} where it is not known; both lie after any fire
   * @throws EvaluationGaveUp when the work is used up
   */
  Instant after(Instant at) {
    try {
      Fire fire = fires.nextFire(at, effort);
      return fire == null ? NONE : fire.at();
    } catch (EvaluationGaveUp gaveUp) {
      if (gaveUp.outsideCalendar()) {
        return UNTOLD;
      }
      throw gaveUp;
    }
  }

  /**
   * The first fire behind an instant, and not behind another.
   *
   * @return null when there is none that is known
   * @throws EvaluationGaveUp when the work is used up
   */
  @Nullable Instant after(Instant at, Instant upTo) {
    try {
      Fire fire = fires.nextFire(at, upTo, effort);
      return fire == null ? null : fire.at();
    } catch (EvaluationGaveUp gaveUp) {
      if (gaveUp.outsideCalendar()) {
        return null;
      }
      throw gaveUp;
    }
  }

  /** How many fires lie between two instants, the second included. */
  long count(Instant after, Instant upTo) {
    return fires.count(after, upTo, effort);
  }

  /** Asks on a part of the work that is left, so that giving up leaves some. */
  <T> T onPart(int parts, Function<Course, T> question) {
    Effort part = new Effort(Math.max(1, effort.left() / parts));
    int given = part.left();
    try {
      return question.apply(new Course(fires, part));
    } finally {
      effort.steps(Math.min(effort.left(), given - part.left()));
    }
  }

  /** The last fire at or before an instant, as far as it is known. */
  static final class Newest {

    private Instant found;

    /**
     * @param known a fire
     */
    Newest(Instant known) {
      found = known;
    }

    Instant found() {
      return found;
    }

    /**
     * Without walking through an outage: each round halves the time in which the newest can lie,
     * however dense or sparse the fires are. Nor is anything looked for behind that time, so a long
     * stretch without fires is paid for twice at most.
     *
     * @throws EvaluationGaveUp when the work is used up; what was found so far stands
     */
    Instant search(Course course, Instant upTo) {
      // No fire lies after this one up to the end.
      Instant empty = upTo;
      for (Instant next = course.after(found, empty);
          next != null;
          next = course.after(found, empty)) {
        found = next;
        Instant middle = found.plus(Duration.between(found, empty).dividedBy(2));
        Instant later = course.after(middle, empty);
        if (later == null) {
          empty = middle;
        } else {
          found = later;
        }
      }
      return found;
    }
  }
}
