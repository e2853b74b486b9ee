package dev.carillon.bench;

import java.util.List;
import java.util.Map;

/**
 * One workload on one system, all counted rounds of it.
 *
 * @param variant what distinguishes it within its workload
 */
record Measurement(
    String workload,
    String variant,
    String system,
    String setup,
    List<Map<String, Double>> rounds) {

  boolean has(String figure) {
    return rounds.get(0).containsKey(figure);
  }

  /** Of an even number of rounds, the mean of the two in the middle. */
  double median(String figure) {
    double[] sorted = rounds.stream().mapToDouble(round -> round.get(figure)).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
