package dev.carillon.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.carillon.run.AttemptOutcome;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;

class MetersTest {

  private static final Duration SECOND = Duration.ofSeconds(1);

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final Meters meters = new Meters(registry);

  @Test
  void countsTheEndsOfEachJobsAttempts() {
    meters.ended("j", AttemptOutcome.SUCCEEDED, false, SECOND);
    meters.ended("j", AttemptOutcome.FAILED, true, SECOND);
    meters.ended("j", AttemptOutcome.FAILED, false, SECOND);
    meters.ended("j", AttemptOutcome.TIMED_OUT, true, SECOND);
    meters.ended("j", AttemptOutcome.LOST, true, Duration.ofHours(9));
    meters.ended("j", AttemptOutcome.CANCELED, false, SECOND);
    meters.ended("j", AttemptOutcome.DRAINED, true, SECOND);
    meters.abandoned("j");

    assertEquals(1, count("job.success", "j"));
    assertEquals(4, count("job.failure", "j"));
    assertEquals(3, count("job.retries", "j"));
    assertEquals(1, count("job.timeouts", "j"));
    assertEquals(1, count("job.lost", "j"));
    assertEquals(1, count("job.abandoned", "j"));
    assertEquals(1, registry.get("carillon.handlers.abandoned").counter().count());
    assertEquals(6, registry.get("job.duration").tag("job", "j").timer().count());
    assertEquals(
        6, registry.get("job.duration").tag("job", "j").timer().totalTime(TimeUnit.SECONDS));
  }

  @Test
  void hasNoMoreLabelsThanAThousandJobs() {
    for (int i = 0; i < 1_500; i++) {
      meters.ended("job-" + i, AttemptOutcome.SUCCEEDED, false, SECOND);
    }
    meters.ended(null, AttemptOutcome.SUCCEEDED, false, SECOND);

    assertEquals(1_001, registry.find("job.success").counters().size());
    assertEquals(501, count("job.success", "(others)"));
  }

  @Test
  void showsHowManyHandlersAreStuck() {
    IntSupplier stuck = () -> 7;
    BooleanSupplier blocked = () -> true;
    meters.watch(() -> 1, () -> 2, stuck, blocked);

    assertEquals(7, registry.get("carillon.handlers.stuck").gauge().value());
    assertEquals(1, registry.get("carillon.worker.blocked").gauge().value());
  }

  private double count(String name, String job) {
    return registry.get(name).tag("job", job).counter().count();
  }
}
