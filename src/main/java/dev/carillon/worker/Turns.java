package dev.carillon.worker;

/**
 * Whose turn it is: of eight runs that are taken, one is the oldest whichever its priority, the
 * others are the most urgent, by priority and then by age. So a steady stream of urgent runs leaves
 * an eighth to all others, in the order in which they became due. Not thread-safe.
 */
final class Turns {

  private static final int ROUND = 8;

  private int passed;

  /** How many turns have passed since the oldest had its own: 0 to 7. */
  int passed() {
    return passed;
  }

  /** Takes a turn. True: the oldest's. */
  boolean next() {
    take(1);
    return passed == 0;
  }

  /** So many were taken. */
  void take(int count) {
    passed = (passed + count) % ROUND;
  }
}
