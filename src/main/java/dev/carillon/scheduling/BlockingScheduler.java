package dev.carillon.scheduling;

import dev.carillon.AsyncScheduler;
import dev.carillon.JobDefinition;
import dev.carillon.RunInfo;
import dev.carillon.RunOptions;
import dev.carillon.ScheduleDefinition;
import dev.carillon.ScheduleInfo;
import dev.carillon.Scheduler;
import dev.carillon.SchedulerException;
import dev.carillon.SchedulerException.Reason;
import dev.carillon.tenancy.Tenant;
import io.vertx.core.Context;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Waits for what a {@link ReactiveScheduler} does, on a thread that may. */
final class BlockingScheduler implements Scheduler {

  /** A few statements, each of which the database ends after 15 s. */
  private static final Duration LONGEST = Duration.ofSeconds(60);

  private final ReactiveScheduler.Work work;
  private final Tenant tenant;
  private final AsyncScheduler started;

  private BlockingScheduler(ReactiveScheduler.Work work, Tenant tenant) {
    this.work = work;
    this.tenant = tenant;
    // Not back on the caller's context: on that of a worker, it would wait behind the caller.
    this.started = new ReactiveScheduler(work, tenant, work.context()::run);
  }

  /** Both forms, for the default tenant. */
  @Singleton
  static final class Beans {

    @Produces
    @Singleton
    @Typed(Scheduler.class)
    Scheduler blocking(OwnContext context, Declaring declaring, Ordering ordering) {
      return new BlockingScheduler(
          new ReactiveScheduler.Work(context, declaring, ordering), Tenant.DEFAULT);
    }

    @Produces
    @Singleton
    @Typed(AsyncScheduler.class)
    AsyncScheduler asynchronous(Scheduler blocking) {
      return blocking.async();
    }
  }

  @Override
  public Scheduler of(String other) {
    return new BlockingScheduler(work, new Tenant(other));
  }

  @Override
  public AsyncScheduler async() {
    return new ReactiveScheduler(work, tenant, work.context()::runAndReturn);
  }

  @Override
  public ScheduleInfo schedule(ScheduleDefinition definition) {
    return await("schedule", () -> started.schedule(definition));
  }

  @Override
  public boolean unschedule(String key) {
    return await("unschedule", () -> started.unschedule(key));
  }

  @Override
  public void declare(JobDefinition job) {
    await("declare", () -> started.declare(job));
  }

  @Override
  public RunInfo enqueue(String jobKey, Map<String, ?> params, RunOptions options) {
    return await("enqueue", () -> started.enqueue(jobKey, params, options));
  }

  @Override
  public RunInfo cancel(UUID run) {
    return await("cancel", () -> started.cancel(run));
  }

  @Override
  public Optional<RunInfo> find(UUID run) {
    return await("find", () -> started.find(run));
  }

  @Override
  public Optional<ScheduleInfo> findSchedule(String key) {
    return await("findSchedule", () -> started.findSchedule(key));
  }

  private static <T> T await(String method, Supplier<CompletionStage<T>> asked) {
    if (Context.isOnEventLoopThread()) {
      throw new IllegalStateException(
          "Scheduler.%s blocks, and %s is an event loop; use Scheduler.async(), or mark the caller @Blocking"
              .formatted(method, Thread.currentThread().getName()));
    }
    try {
      return asked.get().toCompletableFuture().get(LONGEST.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException failed) {
      throw asOurs(failed.getCause());
    } catch (TimeoutException late) {
      throw unknown("there was no answer within " + LONGEST.toSeconds() + " s", late);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw unknown("the thread was interrupted", interrupted);
    }
  }

  /** The caller's own line must be in the stack trace, beside the one of where it happened. */
  private static SchedulerException asOurs(@Nullable Throwable cause) {
    if (cause instanceof SchedulerException told) {
      return new SchedulerException(
          told.reason(), String.valueOf(told.getMessage()), told.problems(), told);
    }
    throw new IllegalStateException(cause);
  }

  private static SchedulerException unknown(String why, Throwable cause) {
    return new SchedulerException(
        Reason.UNAVAILABLE, why + "; it may have come about or not", List.of(), cause);
  }
}
