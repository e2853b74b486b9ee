package dev.carillon.run;

/**
 * How the pause between two tries is spread, so that what failed together is not tried together.
 */
public enum RetryJitter {
  /** Not at all. */
  NONE,
  /** Anywhere between none and the whole pause. */
  FULL,
  /** Anywhere between half of the pause and the whole. */
  EQUAL,
  /**
   * Anywhere between the first delay and three times the pause before, up to the longest: it grows
   * by itself, whatever the backoff. Of LIST the first and the longest are the list's.
   */
  DECORRELATED
}
