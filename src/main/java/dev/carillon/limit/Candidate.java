package dev.carillon.limit;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A run that may get places.
 *
 * @param due its due instant, UTC
 * @param heldKey for which limit it waits; null: it does not yet
 * @param attempt its last one
 * @param kept whether places are kept for it, so that it goes first
 * @param limits all that it stands under
 */
public record Candidate(
    UUID run,
    String tenant,
    String queue,
    int priority,
    Instant due,
    @Nullable String heldKey,
    int attempt,
    boolean kept,
    List<Limit> limits) {

  /** One limit, and how many may run under it for this run to be one of them. */
  public record Limit(LimitKey key, int most) {}

  public Candidate {
    limits = List.copyOf(limits);
  }

  boolean waits() {
    return heldKey != null;
  }
}
