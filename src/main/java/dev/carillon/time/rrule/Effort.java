package dev.carillon.time.rrule;

/**
 * How much work one question may cost, in counted steps: the same question always costs the same,
 * however busy the machine is. A step is a month or a period looked at, some tens of nanoseconds.
 */
public final class Effort {

  /** Thrown when the steps are used up. */
  public static final class Spent extends RuntimeException {

    private Spent() {
      super("the allowed number of steps is used up", null, false, false);
    }
  }

  /**
   * Twenty times the 97,200 months from 1900 to 9999, so that a rule which is merely rare is found;
   * and about 100 ms when warm.
   */
  private static final int STEPS = 2_000_000;

  private int left = STEPS;

  void step() {
    if (--left < 0) {
      throw new Spent();
    }
  }
}
