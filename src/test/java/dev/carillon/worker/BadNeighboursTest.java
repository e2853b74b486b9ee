package dev.carillon.worker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.run.AttemptOutcome;
import dev.carillon.run.Outcome;
import dev.carillon.testing.EngineFixture;
import dev.carillon.testing.LogLines;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;

/** One job that misbehaves never harms another (E3), whatever it does. */
class BadNeighboursTest {

  private static final String TARGET = "{\"type\":\"HANDLER\"}";
  private static final int SLOTS = 4;

  private final CountDownLatch released = new CountDownLatch(1);
  private final Measured measured = new Measured();

  @Test
  void harmNobodyWhateverTheyDo() {
    try (EngineFixture engine = neighbours();
        LogLines lines = LogLines.of(Worker.class.getName())) {
      engine.ticker();
      // Given handlers that block for ever in half of the slots
      UUID deaf = engine.job("deaf", TARGET, Duration.ofMillis(100), 1);
      List<UUID> stuck = List.of(engine.run(deaf), engine.run(deaf));
      engine.worker(SLOTS, Duration.ofSeconds(30));
      await().until(() -> measured.started.get() == 2);

      // When all the others come, each kind by turns with good ones
      UUID good = engine.job("good", TARGET, Duration.ofMinutes(1), 1);
      List<UUID> goods = new ArrayList<>();
      List<UUID> bads = new ArrayList<>();
      for (String kind : BAD) {
        UUID job = engine.job(kind, TARGET, Duration.ofMinutes(1), 1);
        for (int i = 0; i < 5; i++) {
          bads.add(engine.run(job));
          goods.add(engine.run(good));
        }
      }

      // Then every good one succeeds at its first try, and every bad one is recorded
      goods.forEach(run -> engine.awaitState(run, "SUCCEEDED"));
      bads.forEach(run -> engine.awaitState(run, "DEAD"));
      goods.forEach(run -> assertEquals("SUCCEEDED", engine.attempts(run)));
      assertTrue(measured.slots.getAsInt() <= SLOTS);

      // And those that never stop are given up, which is said and measured
      stuck.forEach(run -> engine.awaitState(run, "DEAD"));
      assertEquals(2, lines.with("has not stopped 5 s after").size());
      assertEquals(2, measured.abandoned.get());
      assertEquals(2, measured.stuck.getAsInt());
      await().until(() -> measured.slots.getAsInt() == 0);
      released.countDown();
      await().until(() -> measured.stuck.getAsInt() == 0);
      stuck.forEach(run -> assertEquals("TIMED_OUT", engine.attempts(run)));
    }
  }

  /** Threads are finite: who has lost too many of them takes no more runs to lose them to. */
  @Test
  void areGivenNoMoreThreadsThanTheWorkerCanBear() {
    int slots = 16;
    try (EngineFixture engine = neighbours();
        LogLines lines = LogLines.of(Slots.class.getName())) {
      UUID deaf = engine.job("deaf", TARGET, Duration.ofMinutes(5), 1);
      for (int i = 0; i < 5 * slots; i++) {
        engine.run(deaf);
      }
      Worker worker = engine.worker(slots, Duration.ofMillis(900));

      // Given a worker that loses its lease again and again, with handlers that do not mind
      while (!worker.isBlocked()) {
        await().until(() -> worker.isBlocked() || worker.inHand() == slots);
        UUID current = worker.worker();
        engine.execute("update workers set retired_at = now() where id = ?", current);
        await().until(() -> worker.worker() != null && !worker.worker().equals(current));
      }

      // Then it takes nothing more, says so once, and goes on when they stop
      UUID good = engine.run(engine.job("good", TARGET, Duration.ofMinutes(1), 1));
      await().during(Duration.ofMillis(700)).until(() -> engine.state(good).equals("QUEUED"));
      assertEquals(4 * slots, measured.stuck.getAsInt());
      assertTrue(measured.blocked.getAsBoolean());
      assertEquals(1, lines.with("64 handlers do not stop").size());
      released.countDown();
      engine.awaitState(good, "SUCCEEDED");
      assertEquals(1, lines.with("takes runs again").size());
    }
  }

  private static final List<String> BAD =
      List.of(
          "error",
          "overflow",
          "memory",
          "nothing",
          "treacherous",
          "async-error",
          "async-nothing",
          "async-null-outcome");

  private EngineFixture neighbours() {
    return new EngineFixture()
        .meters(measured)
        .handler("good", run -> Thread.interrupted() ? Outcome.failure("hit") : marked())
        .handler(
            "error",
            run -> {
              Thread.currentThread().interrupt();
              throw new NoClassDefFoundError("gone");
            })
        .handler("overflow", run -> deeper(run.attempt()))
        .handler(
            "memory",
            run -> {
              throw new OutOfMemoryError("Java heap space");
            })
        .handler("nothing", run -> null)
        .handler(
            "treacherous",
            run -> {
              throw new IllegalStateException() {
                private static final long serialVersionUID = 1L;

                @Override
                public String getMessage() {
                  throw new StackOverflowError();
                }

                @Override
                public String toString() {
                  throw new StackOverflowError();
                }
              };
            })
        .handler(
            "deaf",
            run -> {
              while (true) {
                try {
                  released.await();
                  return Outcome.success();
                } catch (InterruptedException e) {
                  // It does not listen.
                }
              }
            })
        .asyncHandler(
            "async-error",
            run -> {
              throw new StackOverflowError("deep");
            })
        .asyncHandler("async-nothing", run -> null)
        .asyncHandler("async-null-outcome", run -> CompletableFuture.completedFuture(null));
  }

  /** It leaves its thread interrupted, for whoever comes next. */
  private static Outcome marked() {
    Thread.currentThread().interrupt();
    return Outcome.success(Map.of());
  }

  private static Outcome deeper(int depth) {
    return depth < 0 ? Outcome.success() : deeper(depth + 1);
  }

  private static final class Measured implements WorkerMeters {

    private final AtomicInteger started = new AtomicInteger();
    private final AtomicInteger abandoned = new AtomicInteger();
    private IntSupplier slots = () -> -1;
    private IntSupplier stuck = () -> -1;
    private BooleanSupplier blocked = () -> false;

    @Override
    public void watch(
        IntSupplier slotsTaken,
        IntSupplier size,
        IntSupplier stuckHandlers,
        BooleanSupplier isBlocked) {
      slots = slotsTaken;
      stuck = stuckHandlers;
      blocked = isBlocked;
    }

    @Override
    public void started(Duration late) {
      started.incrementAndGet();
    }

    @Override
    public void ended(String job, AttemptOutcome outcome, boolean again, Duration took) {}

    @Override
    public void abandoned(String job) {
      assertEquals("deaf", job);
      abandoned.incrementAndGet();
    }
  }
}
