package dev.carillon.catalog.input;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carillon.run.RetryPolicy;
import java.time.Duration;
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
    int priority) {

  public static final String DEFAULT_QUEUE = "default";
  public static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(5);

  /** In the middle: there is room before and behind. */
  public static final int DEFAULT_PRIORITY = 2;

  public static final int LAST_PRIORITY = 4;
}
