package dev.carillon.bench.contestant;

import java.util.Arrays;

/**
 * When each run of a round was executed, in microseconds after it was due.
 *
 * @param recorded when the system says that it started, sorted; empty if it keeps no such record
 * @param executed by the clock in the handler, sorted; below zero if it came early
 * @param took from when the first was due, or executed if that was earlier, to the last execution
 */
public record Executed(long[] recorded, long[] executed, long took) {

  public Executed {
    Arrays.sort(recorded);
    Arrays.sort(executed);
  }

  /** By nearest rank, in milliseconds. */
  public static double percentile(long[] sorted, double percent) {
    int rank = (int) Math.ceil(percent / 100 * sorted.length);
    return sorted[Math.max(0, rank - 1)] / 1e3;
  }
}
