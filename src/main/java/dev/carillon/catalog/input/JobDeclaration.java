package dev.carillon.catalog.input;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carillon.run.RetryPolicy;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a person declares of a job.
 *
 * @param key stable, unique among the tenant's jobs
 * @param target where its runs happen, as JSON
 * @param queue the line that its due runs wait in
 * @param params for each run, under the schedule's and the run's own
 * @param timeout of one attempt
 * @param priority 0 (first) to 4
 * @param paramsSchema JSON Schema that the parameters of each run fit; null: they are free
 * @param maxConcurrency how many of its runs may run at once, with a concurrency key of each of its
 *     values; null: any number, with a key one
 * @param concurrencyKey a text with {@code {scope.NAME}} and {@code {params.path}} in it
 * @param dedupeWindow how long a dedupe key counts, from the request that took it; null: for ever
 * @param onFailure the key of the job that starts when a run has failed for good; it need not be
 *     there yet
 */
public record JobDeclaration(
    String key,
    @Nullable String name,
    @Nullable String description,
    ObjectNode target,
    String queue,
    @Nullable ObjectNode params,
    RetryPolicy retry,
    Duration timeout,
    int priority,
    @Nullable ObjectNode paramsSchema,
    @Nullable Integer maxConcurrency,
    @Nullable String concurrencyKey,
    @Nullable Duration dedupeWindow,
    EventPayload eventPayload,
    @Nullable String onFailure,
    @Nullable Map<String, String> labels) {

  public static final String DEFAULT_QUEUE = "default";
  public static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(5);

  /** In the middle: there is room before and behind. */
  public static final int DEFAULT_PRIORITY = 2;

  public static final int LAST_PRIORITY = 4;
}
