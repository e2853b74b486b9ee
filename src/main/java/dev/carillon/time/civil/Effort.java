package dev.carillon.time.civil;

import java.util.BitSet;

/**
 * How much work one question, or one row of questions, may cost, in counted steps: the same
 * question always costs the same, however busy the machine is. A step is a month, a period or a
 * change of offset looked at, or as much of a longer list as takes the same time: some 50
 * nanoseconds when warm. Not thread-safe: it belongs to whoever asks.
 */
public final class Effort {

  /** Thrown when the steps are used up. */
  public static final class Spent extends RuntimeException {

    private Spent() {
      super("the allowed number of steps is used up", null, false, false);
    }
  }

  /**
   * What one question may cost: twenty times the 97,200 months from 1900 to 9999, so that a rule
   * which is merely rare is found; and about 100 ms when warm.
   */
  public static final int ONE_QUESTION = 2_000_000;

  /**
   * Of so many years a question may ask a calendar without paying for them: nearly every question
   * asks of no more, and their tables are kept for all who ask.
   */
  public static final int FREE_YEARS = 4;

  private int left;

  /** By the distance from the first one: twice it, and one less where it is negative. */
  private final BitSet years = new BitSet();

  private int firstYear;
  private int lastAsked;

  /** {@link #ONE_QUESTION}. */
  public Effort() {
    this(ONE_QUESTION);
  }

  /**
   * @param steps how many steps may be taken, from 1
   */
  public Effort(int steps) {
    if (steps < 1) {
      throw new IllegalArgumentException("steps must be at least 1, not " + steps);
    }
    left = steps;
  }

  /** How many steps may still be taken. */
  public int left() {
    return left;
  }

  /**
   * Counts one step.
   *
   * @throws Spent when all were taken before
   */
  public void step() {
    steps(1);
  }

  /**
   * Counts that a calendar is asked of a day of a year, whose holidays have to be worked out first.
   * Whether somebody had them worked out before makes no difference, or the same question would not
   * always cost the same.
   *
   * @param year of the calendar that the question is about
   * @param cost steps to work it out; counted once for each year but for the first {@link
   *     #FREE_YEARS}
   * @throws Spent when fewer were left
   */
  public void year(int year, int cost) {
    if (years.isEmpty()) {
      firstYear = year;
    } else if (year == lastAsked) {
      return;
    }
    lastAsked = year;
    int distance = year - firstYear;
    int place = distance < 0 ? -2 * distance - 1 : 2 * distance;
    if (!years.get(place)) {
      years.set(place);
      if (years.cardinality() > FREE_YEARS) {
        steps(cost);
      }
    }
  }

  /**
   * Counts work that takes as long as several steps.
   *
   * @param count not negative
   * @throws Spent when fewer were left
   */
  public void steps(int count) {
    left -= count;
    if (left < 0) {
      left = 0;
      throw new Spent();
    }
  }
}
