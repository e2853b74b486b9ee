package dev.carillon.worker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.run.Outcome;
import dev.carillon.testing.EngineFixture;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Whatever a handler does ends as a recorded attempt, and the worker goes on. */
class WorkerTest {

  private static EngineFixture engine;
  private static final CountDownLatch NEVER = new CountDownLatch(1);
  private static final AtomicBoolean RELEASED = new AtomicBoolean();
  private static final AtomicInteger INTERRUPTED = new AtomicInteger();
  private static final AtomicInteger STARTED = new AtomicInteger();

  @BeforeAll
  static void start() {
    engine =
        new EngineFixture()
            .handler("good", run -> Outcome.success(Map.of("attempt", run.attempt())))
            .handler(
                "once-busy",
                run ->
                    run.attempt() == 1
                        ? Outcome.retry("busy", Duration.ofMillis(150))
                        : Outcome.success())
            .handler("wrong", run -> Outcome.failure("no such invoice"))
            .handler(
                "throwing",
                run -> {
                  throw new IllegalArgumentException("boom");
                })
            .handler(
                "erring",
                run -> {
                  throw new NoClassDefFoundError("gone");
                })
            .handler(
                "treacherous",
                run -> {
                  throw new IllegalStateException() {
                    private static final long serialVersionUID = 1L;

                    @Override
                    public String getMessage() {
                      throw new UnsupportedOperationException("not even this");
                    }
                  };
                })
            .handler("null", run -> null)
            .handler(
                "resigning",
                run -> {
                  try {
                    NEVER.await();
                  } catch (InterruptedException e) {
                    return Outcome.failure("half of it is done");
                  }
                  return Outcome.success();
                })
            .handler(
                "hanging",
                run -> {
                  STARTED.incrementAndGet();
                  try {
                    NEVER.await();
                  } catch (InterruptedException e) {
                    INTERRUPTED.incrementAndGet();
                    throw e;
                  }
                  return Outcome.success();
                })
            .handler(
                "deaf",
                run -> {
                  STARTED.incrementAndGet();
                  while (!RELEASED.get()) {
                    Thread.onSpinWait();
                    Thread.interrupted();
                  }
                  return Outcome.success();
                })
            .handler(
                "late-success",
                run -> {
                  STARTED.incrementAndGet();
                  CountDownLatch asked = new CountDownLatch(1);
                  run.cancellation().onCancel(asked::countDown);
                  try {
                    asked.await();
                  } catch (InterruptedException e) {
                    // It was nearly done.
                  }
                  return Outcome.success("done all the same");
                })
            .handler("output", run -> Outcome.success(output(run.params().get("kind").toString())))
            .asyncHandler(
                "async", run -> CompletableFuture.completedFuture(Outcome.success("later")))
            .asyncHandler(
                "async-failed",
                run -> CompletableFuture.failedFuture(new IllegalStateException("no")))
            .asyncHandler("async-null", run -> null)
            .asyncHandler(
                "async-erring",
                run -> {
                  throw new StackOverflowError("deep");
                });
    engine.ticker();
    engine.worker(8, Duration.ofSeconds(30));
  }

  @AfterAll
  static void stop() {
    RELEASED.set(true);
    NEVER.countDown();
    engine.close();
  }

  @Test
  void recordsWhatAHandlerAnswered() {
    UUID run = engine.run(engine.job("good"));

    engine.awaitState(run, "SUCCEEDED");

    Map<String, Object> attempt = attempt(run, 1);
    assertEquals("SUCCEEDED", attempt.get("outcome"));
    assertEquals("{\"attempt\": 1}", attempt.get("output"));
    assertTrue((boolean) attempt.get("ordered"));
    assertEquals(1, attempt.get("job_version"));
  }

  @Test
  void triesAgainAfterTheDelayThatTheHandlerNamed() {
    UUID run = engine.run(engine.job("once-busy"));

    engine.awaitState(run, "SUCCEEDED");

    assertEquals("FAILED SUCCEEDED", engine.attempts(run));
    Map<String, Object> pause =
        engine.row(
            """
            select extract(epoch from b.started_at - a.finished_at) * 1000 as ms
            from attempts a join attempts b on b.run_id = a.run_id and b.attempt = 2
            where a.run_id = ? and a.attempt = 1
            """,
            run);
    double millis = ((BigDecimal) pause.get("ms")).doubleValue();
    assertTrue(millis >= 149 && millis < 1_500, () -> millis + " ms");
  }

  @Test
  void doesNotTryAgainWhenTheHandlerSaysSo() {
    UUID run = engine.run(engine.job("wrong"));

    engine.awaitState(run, "FAILED");

    assertEquals("FAILED", engine.attempts(run));
    assertEquals("no such invoice", error(run, 1).getString("message"));
    assertEquals(false, error(run, 1).getBoolean("retryable"));
  }

  @Test
  void isDeadWhenItsTriesAreUsedUpWhateverTheHandlerThrows() {
    UUID thrown = engine.run(engine.job("throwing"));
    UUID erred = engine.run(engine.job("erring"));
    UUID treacherous = engine.run(engine.job("treacherous"));

    engine.awaitState(thrown, "DEAD");
    engine.awaitState(erred, "DEAD");
    engine.awaitState(treacherous, "DEAD");

    assertEquals("FAILED FAILED FAILED", engine.attempts(thrown));
    assertEquals("java.lang.IllegalArgumentException", error(thrown, 3).getString("class"));
    assertEquals("java.lang.NoClassDefFoundError", error(erred, 1).getString("class"));
  }

  @Test
  void takesNoAnswerForAFailure() {
    UUID run = engine.run(engine.job("null"));

    engine.awaitState(run, "DEAD");

    assertEquals("NoOutcome", error(run, 1).getString("class"));
  }

  @Test
  void failsARunWhoseHandlerIsUnknownByNamingThoseThatAreKnown() {
    UUID run = engine.run(engine.job("nobody"));

    engine.awaitState(run, "DEAD");

    String message = error(run, 1).getString("message");
    assertTrue(message.contains("nobody") && message.contains("once-busy"), message);
  }

  @Test
  void interruptsAHandlerWhoseTimeIsUp() {
    UUID job = engine.job("hanging", "{\"type\":\"HANDLER\"}", Duration.ofMillis(200), 1);
    int before = INTERRUPTED.get();

    UUID run = engine.run(job);

    engine.awaitState(run, "DEAD");
    assertEquals("TIMED_OUT", engine.attempts(run));
    assertEquals("still running after PT0.2S", error(run, 1).getString("message"));
    await().until(() -> INTERRUPTED.get() > before);
  }

  /** What must not be tried again is not, though it was said in the time of grace. */
  @Test
  void heedsADoNotRetryOfAHandlerWhoseTimeIsUp() {
    UUID run =
        engine.run(engine.job("resigning", "{\"type\":\"HANDLER\"}", Duration.ofMillis(200), 3));

    engine.awaitState(run, "FAILED");

    assertEquals("FAILED", engine.attempts(run));
    assertEquals("half of it is done", error(run, 1).getString("message"));
  }

  @Test
  void recordsATimeoutAlsoOfAHandlerThatIgnoresTheInterrupt() {
    UUID job = engine.job("deaf", "{\"type\":\"HANDLER\"}", Duration.ofMillis(200), 1);

    UUID run = engine.run(job);

    engine.awaitState(run, "DEAD");
    assertEquals("TIMED_OUT", engine.attempts(run));
    UUID next =
        engine.run(
            engine.job(
                "after-deaf",
                "{\"type\":\"HANDLER\",\"name\":\"good\"}",
                Duration.ofMinutes(1),
                1));
    engine.awaitState(next, "SUCCEEDED");
  }

  @Test
  void cancelsARunThatIsRunning() {
    UUID job =
        engine.job(
            "cancelled", "{\"type\":\"HANDLER\",\"name\":\"hanging\"}", Duration.ofMinutes(1), 3);
    int before = STARTED.get();
    UUID run = engine.run(job);
    await().until(() -> STARTED.get() > before);

    engine.execute("update queue set cancel_requested = true where id = ?", run);
    engine.execute("select pg_notify('carillon_cancel', ?)", run.toString());

    engine.awaitState(run, "CANCELED");
    assertEquals("CANCELED", engine.attempts(run));
  }

  @Test
  void findsACancellationWhoseNoticeWasLost() {
    UUID job =
        engine.job(
            "unnoticed", "{\"type\":\"HANDLER\",\"name\":\"hanging\"}", Duration.ofMinutes(1), 3);
    int before = STARTED.get();
    UUID run = engine.run(job);
    await().until(() -> STARTED.get() > before);

    engine.execute("update queue set cancel_requested = true where id = ?", run);

    engine.awaitState(run, "CANCELED");
  }

  @Test
  void letsASuccessWinOverACancellation() {
    UUID job = engine.job("late-success");
    int before = STARTED.get();
    UUID run = engine.run(job);
    await().until(() -> STARTED.get() > before);

    engine.execute("update queue set cancel_requested = true where id = ?", run);
    engine.execute("select pg_notify('carillon_cancel', ?)", run.toString());

    engine.awaitState(run, "SUCCEEDED");
    assertEquals("SUCCEEDED", engine.attempts(run));
  }

  @Test
  void executesHandlersThatAnswerLater() {
    UUID good = engine.run(engine.job("async"));
    UUID bad = engine.run(engine.job("async-failed"));

    engine.awaitState(good, "SUCCEEDED");
    engine.awaitState(bad, "DEAD");
    assertEquals("java.lang.IllegalStateException", error(bad, 1).getString("class"));
  }

  @Test
  void losesNoSlotToAnAsynchronousHandlerThatAnswersNoStageOrThrowsAnError() {
    UUID nothing = engine.job("async-null");
    UUID erring = engine.job("async-erring");
    List<UUID> runs = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      runs.add(engine.run(i % 2 == 0 ? nothing : erring));
    }

    runs.forEach(run -> engine.awaitState(run, "DEAD"));

    UUID next =
        engine.run(
            engine.job(
                "after-null",
                "{\"type\":\"HANDLER\",\"name\":\"good\"}",
                Duration.ofMinutes(1),
                1));
    engine.awaitState(next, "SUCCEEDED");
  }

  @Test
  void storesOutputsThatPostgresqlWouldRefuse() {
    UUID job = engine.job("output");
    Map<String, UUID> runs = new HashMap<>();
    for (String kind : List.of("nul", "surrogate", "huge-number", "megabyte")) {
      runs.put(kind, engine.run(job, "{\"kind\":\"%s\"}".formatted(kind)));
    }
    UUID circular = engine.run(job, "{\"kind\":\"circular\"}");

    runs.values().forEach(run -> engine.awaitState(run, "SUCCEEDED"));
    engine.awaitState(circular, "FAILED");

    assertEquals("\"a\uFFFDb\"", attempt(runs.get("nul"), 1).get("output"));
    assertEquals("\"a\uFFFDb\"", attempt(runs.get("surrogate"), 1).get("output"));
    assertTrue(
        attempt(runs.get("huge-number"), 1).get("output").toString().startsWith("\"a number"));
    assertTrue(
        new JsonObject(attempt(runs.get("megabyte"), 1).get("output").toString())
            .getBoolean("truncated"));
    assertEquals("Output", error(circular, 1).getString("class"));
  }

  @Test
  void executesTheOthersOfABatchBesideAJobWhosePolicyCannotBeRead() {
    UUID broken =
        engine.job("broken", "{\"type\":\"HANDLER\",\"name\":\"good\"}", Duration.ofMinutes(1), 1);
    engine.execute("update jobs set retry = '{\"backoff\":\"SIDEWAYS\"}' where id = ?", broken);
    UUID fine =
        engine.job(
            "beside-broken", "{\"type\":\"HANDLER\",\"name\":\"good\"}", Duration.ofMinutes(1), 1);

    UUID first = engine.run(broken);
    UUID second = engine.run(fine);

    engine.awaitState(second, "SUCCEEDED");
    engine.awaitState(first, "SUCCEEDED");
    assertEquals("SUCCEEDED", engine.attempts(first));
  }

  @Test
  void failsARunWhoseTargetOrRowIsBeyondReading() {
    UUID unreadable =
        engine.run(
            engine.job("unreadable", "{\"type\":\"CARRIER_PIGEON\"}", Duration.ofMinutes(1), 3));
    UUID orphan = engine.run(engine.job("orphan"));
    engine.execute("delete from runs where id = ?", orphan);

    engine.awaitState(unreadable, "FAILED");
    engine.awaitState(orphan, "FAILED");

    assertEquals("Unreadable", error(unreadable, 1).getString("class"));
  }

  private static Object output(String kind) {
    Map<String, Object> circular = new HashMap<>();
    circular.put("self", circular);
    return switch (kind) {
      case "nul" -> "a\u0000b";
      case "surrogate" -> "a\uD800b";
      case "huge-number" -> new BigDecimal("1e1000000");
      case "megabyte" -> "x".repeat(1024 * 1024);
      default -> circular;
    };
  }

  private static Map<String, Object> attempt(UUID run, int number) {
    return engine.row(
        """
        select outcome::text as outcome, output::text as output, error::text as error, job_version,
               started_at <= finished_at as ordered
        from attempts where run_id = ? and attempt = ?
        """,
        run,
        number);
  }

  private static JsonObject error(UUID run, int number) {
    return new JsonObject(attempt(run, number).get("error").toString());
  }
}
