package dev.carillon.run;

/** How the pause between two tries grows. */
public enum Backoff {
  /** Always the initial delay. */
  FIXED,
  /** By the initial delay each time, up to the longest. */
  LINEAR,
  /** Doubling from the initial delay up to the longest. */
  EXPONENTIAL,
  /** As a list says, its last one again and again. */
  LIST
}
