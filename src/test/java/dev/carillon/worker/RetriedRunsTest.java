package dev.carillon.worker;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.run.Outcome;
import dev.carillon.run.RunIds;
import dev.carillon.testing.EngineFixture;
import dev.carillon.testing.LogLines;
import io.vertx.core.http.HttpServer;
import java.io.FileNotFoundException;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What becomes of runs whose attempts fail, by the job's policy and the run's own. */
class RetriedRunsTest {

  private static final AtomicInteger CLOSED = new AtomicInteger();
  private static final AtomicInteger ASKED = new AtomicInteger();
  private static final CountDownLatch ZOMBIE = new CountDownLatch(1);
  private static final AtomicInteger WALKING = new AtomicInteger();

  private static EngineFixture engine;
  private static HttpServer receiver;

  @BeforeAll
  static void start() throws Exception {
    engine =
        new EngineFixture()
            .handler(
                "missing",
                run -> {
                  throw new FileNotFoundException("invoice.pdf");
                })
            .handler("declined", run -> Outcome.problem("CardDeclined", "no"))
            .handler("insisting", run -> Outcome.retry("busy"))
            .handler(
                "zombie",
                run -> {
                  WALKING.incrementAndGet();
                  while (ZOMBIE.getCount() > 0) {
                    try {
                      ZOMBIE.await();
                    } catch (InterruptedException e) {
                      // It walks on.
                    }
                  }
                  return Outcome.success();
                })
            .asyncHandler("never", run -> new CompletableFuture<>());
    receiver =
        engine
            .vertx
            .createHttpServer()
            .requestHandler(
                request -> {
                  request.connection().closeHandler(closed -> CLOSED.incrementAndGet());
                  ASKED.incrementAndGet();
                  if (request.path().equals("/busy")) {
                    request.response().setStatusCode(503).putHeader("Retry-After", "0").end();
                  } else if (request.path().equals("/gone")) {
                    request.response().setStatusCode(410).end();
                  }
                })
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get(10, SECONDS);
    engine.ticker();
    engine.worker(16, Duration.ofSeconds(30));
  }

  @AfterAll
  static void stop() {
    ZOMBIE.countDown();
    engine.close();
  }

  @Test
  void areTriedAsOftenAsTheirOwnPolicySaysOverTheJobs() {
    UUID job = engine.job("missing");

    UUID own = withOwn(job, "{\"maxAttempts\":2,\"backoff\":\"LIST\",\"delays\":[\"PT0S\"]}");
    UUID refused = withOwn(job, "{\"noRetryOn\":[\"IOException\"]}");
    UUID only = withOwn(job, "{\"retryOn\":[\"CardDeclined\",\"java.net.*\"]}");
    UUID asTheJobSays = engine.run(job);

    engine.awaitState(own, "DEAD");
    engine.awaitState(refused, "FAILED");
    engine.awaitState(only, "FAILED");
    engine.awaitState(asTheJobSays, "DEAD");
    assertEquals("FAILED FAILED", engine.attempts(own));
    assertEquals("FAILED", engine.attempts(refused));
    assertEquals("FAILED", engine.attempts(only));
    assertEquals("FAILED FAILED FAILED", engine.attempts(asTheJobSays));
  }

  @Test
  void failByTheNameThatTheirHandlerGivesButNotAgainstItsWord() {
    UUID declined = withOwn(engine.job("declined"), "{\"noRetryOn\":[\"CardDeclined\"]}");
    UUID insisting = withOwn(engine.job("insisting"), "{\"retryOn\":[\"Nothing\"]}");

    engine.awaitState(declined, "FAILED");
    engine.awaitState(insisting, "DEAD");
    assertEquals("CardDeclined", error(declined, 1, "class"));
    assertEquals("FAILED FAILED FAILED", engine.attempts(insisting));
  }

  @Test
  void areDeadOnceTheyAreTooOldWhateverIsLeft() {
    UUID run =
        withOwn(
            engine.job(
                "aging", "{\"type\":\"HANDLER\",\"name\":\"missing\"}", Duration.ofMinutes(1), 3),
            "{\"maxAge\":\"PT0.001S\"}");

    engine.awaitState(run, "DEAD");

    assertEquals("FAILED", engine.attempts(run));
    assertTrue(
        error(run, 1, "message").startsWith("not tried again, it would be older than maxAge"));
  }

  @Test
  void countTheAgeFromAnOperatorsRetry() {
    UUID run =
        withOwn(
            engine.job(
                "revived", "{\"type\":\"HANDLER\",\"name\":\"missing\"}", Duration.ofMinutes(1), 3),
            "{\"maxAge\":\"PT1M\"}",
            "now() - interval '1 hour'",
            "now()");

    engine.awaitState(run, "DEAD");

    assertEquals("FAILED FAILED FAILED", engine.attempts(run));
  }

  @Test
  void areTriedAgainWhenTheReceiverSaysUnlessThePolicyKnowsBetter() {
    UUID busy = engine.run(http("busy", "/busy", Duration.ofMinutes(1)));
    UUID gone =
        withOwn(http("gone", "/gone", Duration.ofMinutes(1)), "{\"noRetryOn\":[\"Http4xx\"]}");

    engine.awaitState(busy, "DEAD");
    engine.awaitState(gone, "FAILED");

    assertEquals("FAILED FAILED FAILED", engine.attempts(busy));
    assertEquals("Http503", error(busy, 1, "class"));
    assertEquals("Http410", error(gone, 1, "class"));
  }

  @Test
  void abortARequestAtOnceWhenItsTimeIsUpOrItIsCancelled() {
    UUID late = withOwn(http("late", "/silent", Duration.ofMillis(200)), "{\"maxAttempts\":1}");
    UUID cancelled = engine.run(http("cancelled", "/silent", Duration.ofMinutes(1)));
    await().until(() -> ASKED.get() >= 2 && engine.state(cancelled).equals("RUNNING"));
    engine.execute("update queue set cancel_requested = true where id = ?", cancelled);
    engine.execute("select pg_notify('carillon_cancel', ?)", cancelled.toString());
    long begun = System.nanoTime();

    engine.awaitState(late, "DEAD");
    engine.awaitState(cancelled, "CANCELED");

    assertEquals("TIMED_OUT", engine.attempts(late));
    assertEquals("CANCELED", engine.attempts(cancelled));
    // Far below the grace that handlers are given to stop.
    assertTrue(System.nanoTime() - begun < WorkerSettings.STOP_GRACE.toNanos());
    await().until(() -> CLOSED.get() >= 2);
  }

  @Test
  void timeOutAlsoWhereAHandlerNeverAnswers() {
    UUID run =
        withOwn(
            engine.job("never", "{\"type\":\"HANDLER\"}", Duration.ofMillis(100), 3),
            "{\"noRetryOn\":[\"Timeout\"]}");

    engine.awaitState(run, "FAILED");

    assertEquals("TIMED_OUT", engine.attempts(run));
  }

  /** A zombie: its run was taken back and is another's by now; what it says late is refused. */
  @Test
  void keepWhatTheirNewWorkerSaysWhateverAZombieSays() {
    UUID other = UUID.randomUUID();
    try (LogLines lines = LogLines.of(Completions.class.getName())) {
      UUID run = engine.run(engine.job("zombie"));
      await().until(() -> WALKING.get() == 1);
      engine.execute(
          "insert into workers values (?, 'other', now(), now(), 0, null, 8, null, '1')", other);
      engine.execute(
          "update queue set attempt = attempt + 1, locked_by = ?, locked_at = now() where id = ?",
          other,
          run);

      ZOMBIE.countDown();

      await().until(() -> lines.with("run " + run + " attempt 1: refused").size() == 1);
      assertEquals("RUNNING", engine.state(run));
      assertEquals("", engine.attempts(run));
      engine.execute("delete from queue where id = ?", run);
    }
  }

  private static UUID http(String key, String path, Duration timeout) {
    return engine.job(
        key,
        "{\"type\":\"HTTP\",\"url\":\"http://127.0.0.1:%d%s\"}"
            .formatted(receiver.actualPort(), path),
        timeout,
        3);
  }

  private static UUID withOwn(UUID job, String retry) {
    return withOwn(job, retry, "now()", "null");
  }

  /** A run with a policy of its own, as a schedule's or a request's is kept. */
  private static UUID withOwn(UUID job, String retry, String due, String agedFrom) {
    UUID id = RunIds.random(EngineFixture.REAL.instant(), RandomGenerator.getDefault());
    engine.execute(
        """
        with r as (
          insert into runs (id, tenant_id, job_id, due_at, created_at, priority, retry)
          values (?, 'default', ?, %s, now(), 2, ?::jsonb) returning id)
        insert into queue (id, tenant_id, queue, priority, due_at, aged_from)
        select r.id, 'default', 'default', 2, now(), %s from r
        """
            .formatted(due, agedFrom),
        id,
        job,
        retry);
    return id;
  }

  private static String error(UUID run, int attempt, String field) {
    Map<String, Object> row =
        engine.row(
            "select error ->> ? as told from attempts where run_id = ? and attempt = ?",
            field,
            run,
            attempt);
    return row.get("told").toString();
  }
}
