package dev.carillon.worker;

import dev.carillon.limit.TenantLimits;
import java.time.Duration;
import java.util.Set;

/**
 * @param name what people call this worker: its host, usually; no identity
 * @param queues which queues it serves; empty: all
 * @param slots how many runs at once
 * @param lease how long it may be silent before its runs are taken back; extended every third of it
 * @param drain how long a shutdown waits for runs in execution before it hands them back
 * @param version of the software
 * @param loggedPerSecond how many attempts a second have their start and end in the log; 0 or more
 * @param limits how many runs of a tenant may be at work at once, in all workers together
 */
public record WorkerSettings(
    String name,
    Set<String> queues,
    int slots,
    Duration lease,
    Duration drain,
    String version,
    int loggedPerSecond,
    TenantLimits limits) {

  /** Enough to follow what a quiet process does. */
  public static final int LOGGED_PER_SECOND = 50;

  /**
   * How long a cancelled or timed-out handler is given to stop before its attempt is recorded
   * without it.
   */
  static final Duration STOP_GRACE = Duration.ofSeconds(5);

  /**
   * Beyond the timeout and the grace, after which somebody else ends an attempt whose worker does
   * not.
   */
  static final Duration DEADLINE_GRACE = Duration.ofSeconds(15);

  public WorkerSettings {
    queues = Set.copyOf(queues);
    if (loggedPerSecond < 0) {
      throw new IllegalArgumentException(
          "attempts logged a second must be 0 or more, not " + loggedPerSecond);
    }
  }

  /** With the usual number of lines in the log, and where tenants have no limits. */
  public WorkerSettings(
      String name, Set<String> queues, int slots, Duration lease, Duration drain, String version) {
    this(name, queues, slots, lease, drain, version, LOGGED_PER_SECOND, TenantLimits.NONE);
  }
}
