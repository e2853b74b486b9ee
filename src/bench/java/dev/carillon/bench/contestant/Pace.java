package dev.carillon.bench.contestant;

/**
 * How much of the workloads a system is asked for: one that would need minutes for what others do
 * in a second shows its rate with fewer runs just as well.
 *
 * @param partOfW1 it is given the n-th part of W1's runs
 * @param mostPerSecond the highest rate of W2 that it is asked for: one that it cannot keep up with
 *     would measure the length of its backlog, which is the length of the round
 */
public record Pace(int partOfW1, int mostPerSecond) {

  static final Pace WHOLE = new Pace(1, Integer.MAX_VALUE);
}
