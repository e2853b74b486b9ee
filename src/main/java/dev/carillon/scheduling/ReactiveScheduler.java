package dev.carillon.scheduling;

import dev.carillon.AsyncScheduler;
import dev.carillon.JobDefinition;
import dev.carillon.RunInfo;
import dev.carillon.RunOptions;
import dev.carillon.ScheduleDefinition;
import dev.carillon.ScheduleInfo;
import dev.carillon.run.Trace;
import dev.carillon.tenancy.Requester;
import dev.carillon.tenancy.Tenant;
import io.smallrye.mutiny.Uni;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** For one tenant; what is done is the same for those who wait for it. */
final class ReactiveScheduler implements AsyncScheduler {

  private final Work work;
  private final Tenant tenant;
  private final Start start;

  /** Who does what. */
  record Work(OwnContext context, Declaring declaring, Ordering ordering) {}

  /** Where work is started, and its answer comes back. */
  interface Start {
    <T> CompletionStage<T> work(Supplier<Uni<T>> work);
  }

  ReactiveScheduler(Work work, Tenant tenant, Start start) {
    this.work = work;
    this.tenant = tenant;
    this.start = start;
  }

  @Override
  public AsyncScheduler of(String other) {
    return new ReactiveScheduler(work, new Tenant(other), start);
  }

  @Override
  public CompletionStage<ScheduleInfo> schedule(ScheduleDefinition definition) {
    return start(definition, () -> work.declaring.schedule(requester(null), definition));
  }

  @Override
  public CompletionStage<Boolean> unschedule(String key) {
    return start("schedule " + key, () -> work.declaring.unschedule(requester(null), key));
  }

  @Override
  public CompletionStage<Void> declare(JobDefinition job) {
    return start(job, () -> work.declaring.declare(requester(null), job));
  }

  @Override
  public CompletionStage<RunInfo> enqueue(
      String jobKey, Map<String, ?> params, RunOptions options) {
    return start(
        "a run of " + jobKey,
        () -> work.ordering.enqueue(requester(options.traceparent()), jobKey, params, options));
  }

  @Override
  public CompletionStage<RunInfo> cancel(UUID run) {
    return start("run " + run, () -> work.ordering.cancel(requester(null), run));
  }

  @Override
  public CompletionStage<Optional<RunInfo>> find(UUID run) {
    return start("run " + run, () -> work.ordering.find(tenant, run));
  }

  @Override
  public CompletionStage<Optional<ScheduleInfo>> findSchedule(String key) {
    return start("schedule " + key, () -> work.declaring.find(tenant, key));
  }

  private Requester requester(@Nullable String traceparent) {
    return new Requester(tenant, Trace.isValid(traceparent) ? traceparent : null);
  }

  private <T> CompletionStage<T> start(Object of, Supplier<Uni<T>> asked) {
    return start.work(
        () ->
            Uni.createFrom()
                .deferred(() -> asked.get())
                .onFailure()
                .transform(failure -> Failures.told(of, failure)));
  }
}
