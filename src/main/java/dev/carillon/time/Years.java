package dev.carillon.time;

import java.time.Instant;

/** The span of time in which triggers exist: the years 1900 to 9999, in UTC. */
final class Years {

  static final int FIRST_YEAR = 1900;
  static final int LAST_YEAR = 9999;

  /** The first instant that can be a fire. */
  static final Instant FIRST = Instant.parse("1900-01-01T00:00:00Z");

  /** The last instant that can be a fire. */
  static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999999999Z");

  private Years() {}

  /**
   * Brings an exclusive lower bound into the span: just before {@link #FIRST}, or to {@link #LAST},
   * after which there is nothing.
   */
  static Instant clampAfter(Instant after) {
    if (after.isBefore(FIRST)) {
      return FIRST.minusNanos(1);
    }
    return after.isAfter(LAST) ? LAST : after;
  }

  static boolean contain(Instant at) {
    return !at.isBefore(FIRST) && !at.isAfter(LAST);
  }
}
