package dev.carillon.schedule;

/** What becomes of fires that were missed in an outage. */
public enum MisfirePolicy {
  /** The newest fires once, if it lies within the catch-up window; the others are let go. */
  LAST,
  /** All within the catch-up window fire, up to a cap, at a bounded rate. */
  ALL,
  /** All are let go. */
  NONE
}
