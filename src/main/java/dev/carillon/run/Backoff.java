package dev.carillon.run;

/** How the pause between two tries grows. */
public enum Backoff {
  /** Always the initial delay. */
  FIXED,
  /** Doubling from the initial delay up to the longest. */
  EXPONENTIAL
}
