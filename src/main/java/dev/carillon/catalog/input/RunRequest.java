package dev.carillon.catalog.input;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carillon.schedule.OverlapPolicy;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
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
 * @param concurrencyKey runs with the same key run one after the other; null: the job's
 * @param retry what it says of retries otherwise than schedule and job, as JSON; null: nothing
 * @param labels for people and filters; null: none
 * @param membership its place in a group; null: it belongs to none
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
    @Nullable OverlapPolicy overlap,
    @Nullable String concurrencyKey,
    @Nullable ObjectNode retry,
    @Nullable Map<String, String> labels,
    @Nullable Membership membership) {

  /**
   * A place in a group.
   *
   * @param position the lower the sooner; null: the group has not given it one yet
   */
  public record Membership(UUID group, @Nullable Integer position) {}

  /** The same, in a place that a group has given it. */
  public RunRequest at(UUID group, int position) {
    return new RunRequest(
        jobKey,
        target,
        dueAt,
        expiresAt,
        dedupeKey,
        params,
        scope,
        priority,
        overlap,
        concurrencyKey,
        retry,
        labels,
        new Membership(group, position));
  }
}
