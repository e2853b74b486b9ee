package dev.carillon;

import dev.carillon.run.RunState;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where a run stands.
 *
 * @param jobKey null: it has a target of its own
 * @param scheduleId that made it; null: it was asked for
 * @param dueAt UTC
 * @param attempt how often it has been tried; 0: not yet
 * @param startedAt of its last attempt, UTC; null: it has not started
 * @param finishedAt UTC; null while it lives
 * @param error what its last attempt failed of, in words; null: nothing
 * @param deduplicated whether a dedupe key had made it before it was asked for
 */
public record RunInfo(
    UUID id,
    @Nullable String jobKey,
    @Nullable UUID scheduleId,
    RunState state,
    Instant dueAt,
    int attempt,
    @Nullable Instant startedAt,
    @Nullable Instant finishedAt,
    @Nullable String error,
    boolean deduplicated) {}
