package dev.carillon.ticker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.lease.Lease;
import dev.carillon.run.Outcome;
import dev.carillon.schedule.OverlapPolicy;
import dev.carillon.testing.EngineFixture;
import dev.carillon.testing.Waiting;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Many decide at once, while runs start, end and are cancelled: never do two have one place. */
class AdmissionRaceTest {

  private static final int SCHEDULES = 20;
  private static final int FIRES = 12;
  private static final OverlapPolicy[] ONE_AT_A_TIME = {
    OverlapPolicy.SKIP,
    OverlapPolicy.BUFFER_ONE,
    OverlapPolicy.BUFFER_ALL,
    OverlapPolicy.CANCEL_OTHER
  };

  private final Map<UUID, AtomicInteger> running = new ConcurrentHashMap<>();
  private final Queue<String> violations = new ConcurrentLinkedQueue<>();

  @Test
  void neverLetsTwoRunsOfOneScheduleRunAtATime() throws Exception {
    Random random = new Random(6);
    try (Waiting waiting = new Waiting()) {
      EngineFixture engine = waiting.engine;
      engine.handler(
          "short",
          run -> {
            AtomicInteger now =
                running.computeIfAbsent(run.scheduleId(), id -> new AtomicInteger());
            if (now.incrementAndGet() > 1) {
              violations.add("two runs of " + run.scheduleId());
            }
            try {
              java.util.concurrent.locks.LockSupport.parkNanos(
                  2_000_000L + (run.runId().getLeastSignificantBits() & 0x7FFFFF));
              return (run.runId().getLeastSignificantBits() & 7) == 0 && run.attempt() == 1
                  ? Outcome.retry("once more", Duration.ofMillis(20))
                  : Outcome.success();
            } finally {
              now.decrementAndGet();
            }
          });
      UUID job = engine.job("short");
      List<UUID> schedules = new ArrayList<>();
      Instant from = EngineFixture.REAL.instant().plusMillis(500);
      int bufferAll = 0;
      for (int i = 0; i < SCHEDULES; i++) {
        OverlapPolicy policy = ONE_AT_A_TIME[i % ONE_AT_A_TIME.length];
        UUID schedule = waiting.schedule(policy);
        schedules.add(schedule);
        for (int n = 0; n < FIRES; n++) {
          waiting.fire(
              schedule, policy, from.plusMillis(random.nextInt(1_500)).plusNanos(n * 1_000L));
          bufferAll += policy == OverlapPolicy.BUFFER_ALL ? 1 : 0;
        }
      }
      engine.execute("update runs set job_id = ?", job);
      engine.worker();
      engine.ticker();
      await().until(() -> engine.count("select count(*) from leases where name = 'ticker'") == 1);

      // When two more decide with the leader's own lease, as fast as they can
      AtomicBoolean over = new AtomicBoolean();
      List<Thread> rivals = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        Thread rival = new Thread(() -> decide(engine, schedules, over));
        rivals.add(rival);
        rival.start();
      }
      engine.awaitEmptyQueue(Duration.ofSeconds(30));
      over.set(true);
      for (Thread rival : rivals) {
        rival.join();
      }

      // Then nobody ran beside another, and each fire came to one end
      assertEquals(List.of(), List.copyOf(violations));
      assertEquals(
          SCHEDULES * FIRES,
          engine.count("select count(*) from attempts where final_state is not null"));
      assertEquals(
          bufferAll,
          engine.count(
              """
              select count(*) from attempts a
              join runs r on r.id = a.run_id
              join schedules s on s.id = r.schedule_id
              where s.overlap_policy = 'BUFFER_ALL' and a.final_state = 'SUCCEEDED'
              """));
      for (UUID schedule : schedules) {
        assertTrue(
            engine.count(
                    """
                    select count(*) from attempts a join runs r on r.id = a.run_id
                    where r.schedule_id = ? and a.final_state = 'SUCCEEDED'
                    """,
                    schedule)
                > 0);
      }
    }
  }

  private void decide(EngineFixture engine, List<UUID> schedules, AtomicBoolean over) {
    Map<String, Object> row = engine.row("select * from leases where name = 'ticker'");
    Lease.Held held = new Lease.Held("ticker", (UUID) row.get("holder"), (Long) row.get("epoch"));
    AdmissionStep step = new AdmissionStep(engine.pg);
    while (!over.get()) {
      // The reconciler and idle workers find what it releases and does not announce.
      step.decide(held, schedules, EngineFixture.REAL.instant())
          .subscribeAsCompletionStage()
          .toCompletableFuture()
          .join();
    }
  }
}
