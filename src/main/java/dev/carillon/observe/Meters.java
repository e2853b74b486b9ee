package dev.carillon.observe;

import dev.carillon.event.integration.RequestMeters;
import dev.carillon.run.AttemptOutcome;
import dev.carillon.worker.WorkerMeters;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What is measured, under the names that dashboards know: {@code job_duration_seconds} and its
 * like.
 */
@Singleton
public class Meters implements WorkerMeters, RequestMeters {

  /** Of a run without a job. */
  private static final String AD_HOC = "(none)";

  /** Label values are for ever; beyond this many jobs the rest share one. */
  private static final int MOST_JOBS = 1_000;

  private static final String OTHERS = "(others)";

  private final MeterRegistry registry;
  private final Timer lateness;
  private final Counter abandoned;
  private final Map<Result, Counter> requests = new EnumMap<>(Result.class);
  private final Map<String, OfJob> jobs = new ConcurrentHashMap<>();

  private record OfJob(
      Timer duration,
      Counter success,
      Counter failure,
      Counter retries,
      Counter timeouts,
      Counter lost,
      Counter abandoned) {}

  Meters(MeterRegistry registry) {
    this.registry = registry;
    this.lateness =
        Timer.builder("carillon.start.lateness")
            .description("From the instant a run is due to its claim")
            .publishPercentiles(0.5, 0.95, 0.99)
            .register(registry);
    this.abandoned =
        Counter.builder("carillon.handlers.abandoned")
            .description("Handlers that did not stop when their attempt ended")
            .register(registry);
    for (Result result : Result.values()) {
      requests.put(
          result,
          Counter.builder("carillon.requests")
              .description("Requests of other services, by what became of them")
              .tag("result", result.name().toLowerCase(Locale.ROOT))
              .register(registry));
    }
  }

  @Override
  public void watch(
      IntSupplier slotsTaken, IntSupplier slots, IntSupplier stuck, BooleanSupplier blocked) {
    // By suppliers, which the registry keeps: of other objects it would have weak references only.
    Gauge.builder("carillon.worker.slots.taken", slotsTaken::getAsInt).register(registry);
    Gauge.builder("carillon.worker.slots", slots::getAsInt).register(registry);
    Gauge.builder("carillon.handlers.stuck", stuck::getAsInt)
        .description("Handlers that are still at it although their attempts are over")
        .register(registry);
    Gauge.builder("carillon.worker.blocked", () -> blocked.getAsBoolean() ? 1 : 0)
        .description("1 while so many handlers are stuck that the worker takes no more runs")
        .register(registry);
  }

  @Override
  public void started(Duration late) {
    lateness.record(late.isNegative() ? Duration.ZERO : late);
  }

  @Override
  public void ended(@Nullable String job, AttemptOutcome outcome, boolean again, Duration took) {
    OfJob meters = of(job == null ? AD_HOC : job);
    if (outcome == AttemptOutcome.LOST) {
      // Nobody knows how long it really took.
      meters.lost.increment();
    } else {
      meters.duration.record(took.isNegative() ? Duration.ZERO : took);
    }
    switch (outcome) {
      case SUCCEEDED -> meters.success.increment();
      case FAILED, CANCELED -> meters.failure.increment();
      case TIMED_OUT -> {
        meters.failure.increment();
        meters.timeouts.increment();
      }
      default -> {
        // Neither success nor failure: another worker goes on.
      }
    }
    if (again && outcome != AttemptOutcome.DRAINED) {
      meters.retries.increment();
    }
  }

  @Override
  public void abandoned(@Nullable String job) {
    abandoned.increment();
    of(job == null ? AD_HOC : job).abandoned.increment();
  }

  @Override
  public void watchRequests(IntSupplier inHand) {
    Gauge.builder("carillon.requests.in.hand", inHand::getAsInt).register(registry);
  }

  @Override
  public void requested(Result result) {
    Objects.requireNonNull(requests.get(result)).increment();
  }

  private OfJob of(String job) {
    OfJob known = jobs.get(job);
    if (known != null) {
      return known;
    }
    String label = jobs.size() < MOST_JOBS ? job : OTHERS;
    return jobs.computeIfAbsent(label, this::make);
  }

  private OfJob make(String job) {
    return new OfJob(
        Timer.builder("job.duration")
            .description("Time that attempts took")
            .tag("job", job)
            .register(registry),
        counter("job.success", "Attempts that succeeded", job),
        counter("job.failure", "Attempts that failed, timed out or were cancelled", job),
        counter(
            "job.retries", "Attempts that failed, timed out or were lost and are tried again", job),
        counter("job.timeouts", "Attempts whose time was up", job),
        counter("job.lost", "Attempts whose worker disappeared", job),
        counter("job.abandoned", "Attempts whose handler did not stop when asked", job));
  }

  private Counter counter(String name, String description, String job) {
    return Counter.builder(name).description(description).tag("job", job).register(registry);
  }
}
