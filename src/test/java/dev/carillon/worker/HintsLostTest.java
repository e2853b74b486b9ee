package dev.carillon.worker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.broker.DueChannel;
import dev.carillon.broker.JobDue;
import dev.carillon.broker.inprocess.InProcessDueChannel;
import dev.carillon.run.Outcome;
import dev.carillon.testing.EngineFixture;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A due event is a wake-up with a name on it; the table decides (rule 5). */
class HintsLostTest {

  @Test
  void startsEveryRunSoonWhenTheBrokerLosesEveryHint() {
    try (EngineFixture engine =
        new EngineFixture().handler("noop", run -> Outcome.success()).due(new Losing())) {
      UUID job = engine.job("noop");
      engine.ticker();
      engine.worker();
      UUID first = engine.run(job);
      engine.awaitState(first, "SUCCEEDED");

      // Ten times what the worker has slots for
      engine.runs(job, 640, EngineFixture.REAL.instant());
      engine.awaitEmptyQueue(Duration.ofSeconds(20));

      double worst =
          ((Number)
                  engine
                      .row(
                          """
                          select extract(epoch from max(a.started_at - greatest(r.due_at, r.created_at)))::float8 as late
                          from attempts a join runs r on r.id = a.run_id
                          """)
                      .get("late"))
              .doubleValue();
      // A second for the names of the queues, a quarter for idling, and no further pause between
      // slots
      assertTrue(worst < 2.5, () -> worst + " s late");
      assertEquals(641, engine.count("select count(*) from attempts"));
    }
  }

  @Test
  void runsEachOnceWhenTheBrokerRepeatsAndReordersHints() {
    ConcurrentHashMap<UUID, AtomicInteger> calls = new ConcurrentHashMap<>();
    try (EngineFixture engine =
        new EngineFixture()
            .handler(
                "noop",
                run -> {
                  calls.computeIfAbsent(run.runId(), id -> new AtomicInteger()).incrementAndGet();
                  return Outcome.success();
                })
            .due(new Repeating())) {
      UUID job = engine.job("noop");
      engine.ticker();
      engine.worker();
      engine.worker();
      engine.worker();

      engine.runs(job, 1_000, EngineFixture.REAL.instant().plusSeconds(1));

      await().atMost(Duration.ofSeconds(20)).until(() -> calls.size() == 1_000);
      engine.awaitEmptyQueue(Duration.ofSeconds(10));
      assertEquals(
          1_000,
          calls.values().stream().mapToInt(AtomicInteger::get).sum(),
          "calls of the handler");
      assertEquals(1_000, engine.count("select count(*) from attempts"));
    }
  }

  @Test
  void neverHasMoreInHandThanSlots() {
    AtomicInteger inHand = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    try (EngineFixture engine =
        new EngineFixture()
            .asyncHandler(
                "counted",
                run -> {
                  most.accumulateAndGet(inHand.incrementAndGet(), Math::max);
                  return java.util.concurrent.CompletableFuture.supplyAsync(
                          Outcome::success,
                          java.util.concurrent.CompletableFuture.delayedExecutor(
                              2, java.util.concurrent.TimeUnit.MILLISECONDS))
                      .whenComplete((done, failure) -> inHand.decrementAndGet());
                })) {
      UUID job = engine.job("counted");
      engine.ticker();
      Worker worker = engine.worker(5, Duration.ofSeconds(30));

      engine.runs(job, 300, EngineFixture.REAL.instant());

      AtomicInteger claimed = new AtomicInteger();
      await()
          .pollInterval(Duration.ofMillis(5))
          .atMost(Duration.ofSeconds(20))
          .until(
              () -> {
                claimed.accumulateAndGet(
                    (int) engine.count("select count(*) from queue where state = 'RUNNING'"),
                    Math::max);
                return engine.count("select count(*) from queue") == 0;
              });
      assertTrue(most.get() <= 5, () -> most + " at once");
      assertTrue(claimed.get() > 0);
      await().until(() -> worker.inHand() == 0);
    }
  }

  private static final class Losing implements DueChannel {

    @Override
    public Uni<Void> publish(List<JobDue> due) {
      return Uni.createFrom().voidItem();
    }

    @Override
    public Multi<DueBatch> consume(Set<String> queues) {
      return Multi.createFrom().nothing();
    }
  }

  private static final class Repeating implements DueChannel {
    private final InProcessDueChannel channel = new InProcessDueChannel();
    private final Random random = new Random(7);

    @Override
    public Uni<Void> publish(List<JobDue> due) {
      List<JobDue> disorderly = new ArrayList<>(due);
      disorderly.addAll(due);
      disorderly.addAll(due);
      Collections.shuffle(disorderly, random);
      return channel.publish(disorderly);
    }

    @Override
    public Multi<DueBatch> consume(Set<String> queues) {
      return channel.consume(queues);
    }
  }
}
