package dev.carillon.run;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * Where a run stands, and the one table of edges between states; an edge that is not listed is
 * refused.
 *
 * <pre>
 * PENDING ──► SCHEDULED ──► QUEUED ──► RUNNING ──► SUCCEEDED
 * (group)         │            │  ▲        ├──► RETRY_SCHEDULED ──► QUEUED
 *                 │            │  └────────┤    drained: handed back
 *                 │            │           ├──► FAILED, DEAD, CANCELED
 *                 ├────────────┴──► MISSED, SKIPPED
 * PENDING ──► MISSED                     expired while its group let it wait
 * PENDING, SCHEDULED, QUEUED, RETRY_SCHEDULED ──► CANCELED
 * FAILED, DEAD, CANCELED ──► QUEUED      an operator's retry
 * FAILED, DEAD, CANCELED ──► PENDING     the same, of a run of a group
 * FAILED, DEAD ──► CANCELED              an operator's discard
 * MISSED, SKIPPED ──► SCHEDULED          a backfill of their window
 * </pre>
 */
public enum RunState {
  PENDING,
  SCHEDULED,
  QUEUED,
  RUNNING,
  RETRY_SCHEDULED,
  SUCCEEDED,
  FAILED,
  DEAD,
  CANCELED,
  MISSED,
  SKIPPED;

  private static final Map<RunState, Set<RunState>> EDGES =
      Map.ofEntries(
          Map.entry(PENDING, EnumSet.of(SCHEDULED, MISSED, CANCELED)),
          Map.entry(SCHEDULED, EnumSet.of(QUEUED, MISSED, SKIPPED, CANCELED)),
          Map.entry(QUEUED, EnumSet.of(RUNNING, MISSED, SKIPPED, CANCELED)),
          Map.entry(
              RUNNING, EnumSet.of(SUCCEEDED, RETRY_SCHEDULED, QUEUED, FAILED, DEAD, CANCELED)),
          Map.entry(RETRY_SCHEDULED, EnumSet.of(QUEUED, CANCELED)),
          Map.entry(SUCCEEDED, EnumSet.noneOf(RunState.class)),
          Map.entry(FAILED, EnumSet.of(PENDING, QUEUED, CANCELED)),
          Map.entry(DEAD, EnumSet.of(PENDING, QUEUED, CANCELED)),
          Map.entry(CANCELED, EnumSet.of(PENDING, QUEUED)),
          Map.entry(MISSED, EnumSet.of(SCHEDULED)),
          Map.entry(SKIPPED, EnumSet.of(SCHEDULED)));

  /** Whether the engine does nothing more with the run by itself. */
  public boolean isFinal() {
    return switch (this) {
      case SUCCEEDED, FAILED, DEAD, CANCELED, MISSED, SKIPPED -> true;
      default -> false;
    };
  }

  /** Whether a worker may claim a run in this state. */
  public boolean isExecutable() {
    return this == QUEUED;
  }

  public boolean mayBecome(RunState next) {
    return EDGES.get(this).contains(next);
  }

  /**
   * The next state, if there is such an edge.
   *
   * @param operation what is being tried, for the message: "cancel", "complete"
   * @throws IllegalTransitionException naming operation, run and state
   */
  public RunState to(RunState next, String operation, Object run) {
    if (!mayBecome(next)) {
      throw new IllegalTransitionException(operation, run, this, next);
    }
    return next;
  }
}
