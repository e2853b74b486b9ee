package dev.carillon.time;

/** What becomes of a nominal local time that does not exist, because the clocks jump over it. */
public enum DstGap {
  /** It fires at the instant at which the gap ends; several such times are one fire. */
  FIRE_AT_GAP_END,
  /** It is read with the offset from before the gap, so later on the wall by the gap's length. */
  SHIFT_BY_GAP,
  /** It does not fire. */
  SKIP
}
