package dev.carillon.limit;

import java.util.Comparator;
import java.util.UUID;

/**
 * Which limit it is.
 *
 * @param key {@code job:} and the job's id, {@code key:} and the value of a concurrency key, or
 *     {@code tenant}
 */
public record LimitKey(String tenant, String key) implements Comparable<LimitKey> {

  private static final String JOB = "job:";
  private static final Comparator<LimitKey> ORDER =
      Comparator.comparing(LimitKey::tenant).thenComparing(LimitKey::key);

  static LimitKey ofJob(String tenant, UUID job) {
    return new LimitKey(tenant, JOB + job);
  }

  static LimitKey ofValue(String tenant, String value) {
    return new LimitKey(tenant, "key:" + value);
  }

  static LimitKey ofTenant(String tenant) {
    return new LimitKey(tenant, "tenant");
  }

  /**
   * What people are told who ask why a run waits: {@code job}, {@code tenant} or {@code key:VALUE}.
   */
  String heldBy() {
    return key.startsWith(JOB) ? "job" : key;
  }

  @Override
  public int compareTo(LimitKey other) {
    return ORDER.compare(this, other);
  }
}
