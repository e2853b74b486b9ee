package dev.carillon.run;

/** What became of one attempt; the record of it never changes. */
public enum AttemptOutcome {
  SUCCEEDED,
  /** The handler said so, threw, or returned nothing. */
  FAILED,
  /** It was still running when its time was up. */
  TIMED_OUT,
  /** Its worker disappeared. */
  LOST,
  CANCELED,
  /** Handed back by a worker that was shutting down; uses no retry. */
  DRAINED,
  SKIPPED,
  MISSED
}
