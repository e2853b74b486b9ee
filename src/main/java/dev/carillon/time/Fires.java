package dev.carillon.time;

import dev.carillon.time.civil.Effort;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The fires of one trigger in one time zone, as a function; immutable and thread-safe. */
public interface Fires {

  /**
   * The first fire strictly after an instant.
   *
   * <p>Strictly increasing in UTC: {@code next(t).isAfter(t)} always, and the same sequence comes
   * out whichever instants one asks from.
   *
   * @param after exclusive; instants before 1900 are taken as just before 1900
   * @return the nominal instant of the fire, or null when there is none any more up to the year
   *     9999
   * @throws EvaluationGaveUp when bounded work did not find the answer; nothing else is thrown
   */
  default @Nullable Instant next(Instant after) {
    Fire fire = nextFire(after);
    return fire == null ? null : fire.at();
  }

  /**
   * As {@link #next}, with the local time and what moved the fire away from its nominal local time.
   *
   * @param after exclusive
   * @return the fire, or null when there is none any more
   * @throws EvaluationGaveUp as {@link #next}
   */
  @Nullable Fire nextFire(Instant after);

  /**
   * As {@link #nextFire(Instant)}, on a budget that several questions share. The kinds whose work
   * is small by their nature take nothing from it.
   *
   * @param after exclusive
   * @param effort the steps that are left for this question and those that follow
   * @return the fire, or null when there is none any more
   * @throws EvaluationGaveUp when the budget is used up
   */
  default @Nullable Fire nextFire(Instant after, Effort effort) {
    return nextFire(after);
  }

  /**
   * As {@link #nextFire(Instant, Effort)}, when a fire is of no interest beyond some instant: what
   * lies behind it is not paid for.
   *
   * @param after exclusive
   * @param upTo inclusive
   * @return the fire, or null when there is none up to then
   * @throws EvaluationGaveUp when the budget is used up
   */
  default @Nullable Fire nextFire(Instant after, Instant upTo, Effort effort) {
    Fire fire = nextFire(after, effort);
    return fire == null || fire.at().isAfter(upTo) ? null : fire;
  }

  /**
   * How many fires there are in a stretch of time, exactly. They are not looked at one by one where
   * that can be avoided: a pattern's matches are counted by its days, and elapsed steps by one
   * division.
   *
   * @param after exclusive
   * @param upTo inclusive
   * @param effort the steps that are left for this question and those that follow
   * @throws EvaluationGaveUp when the budget is used up, or as {@link #next}
   */
  default long count(Instant after, Instant upTo, Effort effort) {
    long found = 0;
    try {
      for (Fire fire = nextFire(after, upTo, effort);
          fire != null;
          fire = nextFire(fire.at(), upTo, effort)) {
        effort.step();
        found++;
      }
    } catch (Effort.Spent e) {
      throw new EvaluationGaveUp(
          "the fires are too many to be counted within the work allowed; choose a shorter time, or"
              + " make the rule simpler");
    }
    return found;
  }
}
