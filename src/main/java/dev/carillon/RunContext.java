package dev.carillon;

import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What a handler is told of the run it works on. Values do not change during an attempt. */
public interface RunContext {

  UUID runId();

  /** The owner of the run. */
  String tenant();

  /** Key of the job; null when the run has a target of its own and no job. */
  @Nullable String jobKey();

  /** The schedule that made the run; null for one made by a request. */
  @Nullable UUID scheduleId();

  /** The nominal instant of the schedule's fire, UTC; null unless a schedule fired. */
  @Nullable Instant fireAt();

  /** When the run was due, UTC. */
  Instant dueAt();

  /** 1 for the first try; goes on across retries, hand-backs and an operator's retry. */
  int attempt();

  /**
   * When this attempt's time is up, UTC: its token is cancelled then and it counts as timed out.
   */
  Instant deadline();

  /**
   * Resolved parameters as JSON values (maps, lists, strings, numbers, booleans, null); empty when
   * there are none.
   */
  Map<String, Object> params();

  /** What the run is about, for example {@code invoice → 4711}; empty when nobody said. */
  Map<String, String> scope();

  /** The same for every attempt of this run, and of no other run. */
  String idempotencyKey();

  /** W3C trace context of this attempt, to be passed on to whatever the handler calls. */
  String traceparent();

  /** Told when the run is cancelled, out of time, or taken from this worker. */
  CancellationToken cancellation();
}
