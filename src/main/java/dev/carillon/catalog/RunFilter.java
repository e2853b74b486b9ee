package dev.carillon.catalog;

import dev.carillon.run.RunState;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
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
    @Nullable UUID groupId,
    @Nullable Instant dueFrom,
    @Nullable Instant dueTo) {

  /** Every run. */
  static final RunFilter ANY = new RunFilter(null, null, null, null, null, null);

  /** Whether every candidate of the tenant's, the job's, schedule's or group's index fits. */
  boolean isAnsweredByOneIndex() {
    long narrower = Stream.of(jobKey, scheduleId, groupId).filter(Objects::nonNull).count();
    return state == null && dueFrom == null && dueTo == null && narrower <= 1;
  }
}
