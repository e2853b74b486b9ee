package dev.carillon.catalog;

import dev.carillon.run.RunState;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which runs a list shows; null: whichever.
 *
 * @param dueFrom inclusive
 * @param dueTo exclusive
 */
public record RunFilter(
    @Nullable RunState state,
    @Nullable String jobKey,
    @Nullable UUID scheduleId,
    @Nullable Instant dueFrom,
    @Nullable Instant dueTo) {

  /** Whether every candidate of the tenant's, the job's or the schedule's index fits. */
  boolean isAnsweredByOneIndex() {
    return state == null
        && dueFrom == null
        && dueTo == null
        && (jobKey == null || scheduleId == null);
  }
}
