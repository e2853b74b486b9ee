package dev.carillon.limit;

import java.util.random.RandomGenerator;

/**
 * Of eight places, one goes to the oldest whichever its priority. Which of the eight is drawn: with
 * a fixed one, a process that serves several limits by turns could come to the same limit each
 * time. Not thread-safe.
 */
final class OldestsTurn {

  private static final int ROUND = 8;

  private final RandomGenerator random;
  private int given;
  private int oldest;

  OldestsTurn(RandomGenerator random) {
    this.random = random;
    this.oldest = random.nextInt(ROUND);
  }

  /** Whether the next place is the oldest's. */
  boolean isNow() {
    return given == oldest;
  }

  /** A place was given. */
  void passed() {
    if (++given == ROUND) {
      given = 0;
      oldest = random.nextInt(ROUND);
    }
  }
}
