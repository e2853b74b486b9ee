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
 * @param limits how many runs of a tenant may be at work at once, in all workers together
 */
public record WorkerSettings(
    String name,
    Set<String> queues,
    int slots,
    Duration lease,
    Duration drain,
    String version,
    TenantLimits limits) {

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
  }

  /** Where tenants have no limits. */
  public WorkerSettings(
      String name, Set<String> queues, int slots, Duration lease, Duration drain, String version) {
    this(name, queues, slots, lease, drain, version, TenantLimits.NONE);
  }
}
