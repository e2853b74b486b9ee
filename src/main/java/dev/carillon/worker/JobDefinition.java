package dev.carillon.worker;

import dev.carillon.run.RetryPolicy;
import dev.carillon.target.TargetSpec;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a worker must know of a job: read at the claim, so that a run executes by the definition of
 * that moment.
 *
 * @param id null for a run without a job
 * @param target null when it cannot be read by this version
 */
record JobDefinition(
    @Nullable UUID id,
    @Nullable String key,
    int version,
    @Nullable TargetSpec target,
    RetryPolicy retry,
    Duration timeout) {

  /** Of an attempt of a job that says nothing else. */
  static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(5);

  /** For a run with a target of its own and no job. */
  static final JobDefinition NONE =
      new JobDefinition(null, null, 0, null, RetryPolicy.DEFAULT, DEFAULT_TIMEOUT);
}
