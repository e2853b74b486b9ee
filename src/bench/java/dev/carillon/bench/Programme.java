package dev.carillon.bench;

import dev.carillon.bench.contestant.Pace;
import java.time.Duration;
import java.util.List;

/**
 * What is played on a system: rounds that warm it and are not counted, then parts of several
 * counted rounds each.
 *
 * @param slots of each of Carillon's processes
 */
record Programme(String workload, int slots, List<Part> warmUps, List<Part> parts) {

  /**
   * One kind of round.
   *
   * @param variant what distinguishes it within its workload
   * @param spread zero: all runs are due at once
   */
  record Part(String variant, int count, Duration spread) {

    static Part atOnce(int count) {
      return new Part("at once", count, Duration.ZERO);
    }

    static Part stream(int perSecond, Duration length) {
      int count = Math.toIntExact(perSecond * length.toSeconds());
      return new Part(perSecond + "/s", count, length);
    }
  }

  /** Makes a programme that a system of some pace can get through. */
  interface Maker {
    Programme at(Pace pace);
  }
}
