package dev.carillon.schedule;

/**
 * What becomes of a fire when a run of its schedule has not ended yet. The meanings are Temporal's
 * schedule overlap policies.
 */
public enum OverlapPolicy {
  /** It runs beside the other. */
  ALLOW_ALL,
  /** It is skipped. */
  SKIP,
  /** It waits for the other's end; while one waits, further ones are skipped. */
  BUFFER_ONE,
  /** It waits its turn, up to a bound; beyond it, it is skipped. */
  BUFFER_ALL,
  /** The other is cancelled, and it waits for its end. */
  CANCEL_OTHER,
  /** The other is ended at once, whatever its handler does, and it starts. */
  TERMINATE_OTHER
}
