package dev.carillon;

import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/**
 * A {@link Scheduler} that does not block: each method starts its work and returns at once, on
 * whatever thread. The stage fails with a {@link SchedulerException}, and goes on where it was
 * asked from if that is a Vert.x context.
 */
public interface AsyncScheduler {

  /** As {@link Scheduler#of}. */
  AsyncScheduler of(String tenant);

  /** As {@link Scheduler#schedule}. */
  CompletionStage<ScheduleInfo> schedule(ScheduleDefinition definition);

  /** As {@link Scheduler#unschedule}. */
  CompletionStage<Boolean> unschedule(String scheduleKey);

  /** As {@link Scheduler#declare}. */
  CompletionStage<Void> declare(JobDefinition job);

  /** As {@link Scheduler#enqueue(String, Map, RunOptions)}. */
  CompletionStage<RunInfo> enqueue(String jobKey, Map<String, ?> params, RunOptions options);

  /** As {@link Scheduler#cancel}. */
  CompletionStage<RunInfo> cancel(UUID run);

  /** As {@link Scheduler#find}. */
  CompletionStage<Optional<RunInfo>> find(UUID run);

  /** As {@link Scheduler#findSchedule}. */
  CompletionStage<Optional<ScheduleInfo>> findSchedule(String scheduleKey);
}
