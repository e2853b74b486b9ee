package dev.carillon;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where a schedule stands.
 *
 * @param status ACTIVE, PAUSED (disabled too), PARKED (it cannot be worked out) or EXHAUSTED
 * @param lastFireAt UTC; null: it has not fired
 * @param nextFireAt when its next run is due, UTC; null: never, as it stands
 * @param version raised by each change
 */
public record ScheduleInfo(
    UUID id,
    String key,
    @Nullable String jobKey,
    String status,
    @Nullable Instant lastFireAt,
    @Nullable Instant nextFireAt,
    int version) {}
