package dev.carillon.bench;

import java.util.Arrays;

/**
 * When each run of a round was executed, in microseconds after it was due.
 *
 * @param recorded when the system says that it started, sorted; empty if it keeps no such record
 * @param executed by the clock in the handler, sorted
 * @param last when the last one was executed, in microseconds after the first was due
 */
record Executed(long[] recorded, long[] executed, long last) {

  Executed {
    Arrays.sort(recorded);
    Arrays.sort(executed);
  }

  /** By nearest rank, in milliseconds. */
  static double percentile(long[] sorted, double percent) {
    int rank = (int) Math.ceil(percent / 100 * sorted.length);
    return sorted[Math.max(0, rank - 1)] / 1e3;
  }
}
