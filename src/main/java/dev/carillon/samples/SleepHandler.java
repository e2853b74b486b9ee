package dev.carillon.samples;

import dev.carillon.JobHandler;
import dev.carillon.RunContext;
import dev.carillon.run.Outcome;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Takes as long as {@code params.duration} says (ISO 8601, one second if absent), or until it is
 * cancelled: for trying out timeouts, cancellation and shutdown.
 */
@ApplicationScoped
public class SleepHandler implements JobHandler {

  @Override
  public String name() {
    return "sleep";
  }

  @Override
  public Outcome handle(RunContext run) throws InterruptedException {
    Duration duration = Duration.parse(run.params().getOrDefault("duration", "PT1S").toString());
    CountDownLatch cancelled = new CountDownLatch(1);
    run.cancellation().onCancel(cancelled::countDown);
    boolean stopped = cancelled.await(duration.toNanos(), TimeUnit.NANOSECONDS);
    return stopped ? Outcome.retry("stopped before the time was over") : Outcome.success();
  }
}
