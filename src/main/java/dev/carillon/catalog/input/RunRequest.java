package dev.carillon.catalog.input;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carillon.schedule.OverlapPolicy;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A run that somebody asks for.
 *
 * @param jobKey which job; null when it brings its own target
 * @param target its own; null: the job's
 * @param dueAt null, or in the past: now
 * @param expiresAt until when it must have started, else it is MISSED, UTC; null: it may start at
 *     any time
 * @param dedupeKey one run a key; null: none
 * @param params over the job's
 * @param scope what it belongs to, for filters
 * @param priority null: the job's
 * @param overlap what it does when others of its schedule live; null: what the schedule says
 */
public record RunRequest(
    @Nullable String jobKey,
    @Nullable ObjectNode target,
    @Nullable Instant dueAt,
    @Nullable Instant expiresAt,
    @Nullable String dedupeKey,
    @Nullable ObjectNode params,
    @Nullable Map<String, String> scope,
    @Nullable Integer priority,
    @Nullable OverlapPolicy overlap) {}
