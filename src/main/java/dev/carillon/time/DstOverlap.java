package dev.carillon.time;

/** Which pass counts for a nominal local time that exists twice, because the clocks go back. */
public enum DstOverlap {
  /** The first, in the offset from before the change. */
  FIRST,
  /** The last, in the offset from after the change. */
  LAST,
  /** Both: two fires. */
  BOTH
}
