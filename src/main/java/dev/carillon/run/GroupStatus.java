package dev.carillon.run;

/**
 * Where a group stands.
 *
 * <pre>
 * CREATED ──a run is added──► QUEUED ──one starts or ends──► RUNNING ──none is left──► COMPLETED, PARTIAL
 *    │                          │                              │  ▲                         │
 *    └───────── cancelled ──────┴──────────────────────────────┴──│──► CANCELED             │
 *                                                                 └───────── retried ───────┴── from CANCELED too
 * </pre>
 */
public enum GroupStatus {
  /** It has no runs yet. */
  CREATED,
  /** It has runs, and none of them has started. */
  QUEUED,
  RUNNING,
  /** All of its runs succeeded, were skipped or missed. */
  COMPLETED,
  /** A run failed, died or was cancelled. */
  PARTIAL,
  /** Somebody cancelled the group itself, and all of its runs have ended. */
  CANCELED;

  /** Whether nothing more becomes of the group by itself. */
  public boolean isFinal() {
    return this == COMPLETED || this == PARTIAL || this == CANCELED;
  }
}
