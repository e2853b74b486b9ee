package dev.carillon.broker;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A wake-up with a name on it: this run may be tried, from its due instant on. It goes out a moment
 * before ({@link #AHEAD}), and may arrive twice, late, or never; the claim decides.
 *
 * @param due when the run is due, UTC
 * @param priority 0 (first) to 4
 * @param job the job's key; null: the run has none, or the event stays within this process
 * @param traceparent the W3C trace context that the run was requested in; null: none, or the event
 *     stays within this process
 */
public record JobDue(
    UUID run,
    Instant due,
    int priority,
    String tenant,
    String queue,
    @Nullable String job,
    @Nullable String traceparent) {

  /**
   * How long before its instant a due event goes out at most, and a run is claimed: long enough for
   * a broker and a commit to be done by then, and for what is due in it to share one claim; short
   * enough that nobody minds a run that can no longer be changed (docs/decisions/0016).
   */
  public static final Duration AHEAD = Duration.ofMillis(60);

  /** What a worker needs. */
  public JobDue(UUID run, Instant due, int priority, String tenant, String queue) {
    this(run, due, priority, tenant, queue, null, null);
  }
}
