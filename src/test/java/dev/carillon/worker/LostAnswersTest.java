package dev.carillon.worker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.run.Outcome;
import dev.carillon.testing.EngineFixture;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.net.ConnectException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The database did what it was asked, and the answer never came; or it was away. */
class LostAnswersTest {

  private EngineFixture engine;
  private final ConcurrentHashMap<UUID, AtomicInteger> calls = new ConcurrentHashMap<>();
  private final CountDownLatch held = new CountDownLatch(1);
  private UUID job;

  @BeforeEach
  void open() {
    engine =
        new EngineFixture()
            .handler(
                "noop",
                run -> {
                  calls.computeIfAbsent(run.runId(), id -> new AtomicInteger()).incrementAndGet();
                  return Outcome.success();
                })
            .handler(
                "odd",
                run -> {
                  held.await();
                  return Outcome.success(run.params());
                });
    job = engine.job("noop");
  }

  @AfterEach
  void close() {
    held.countDown();
    engine.close();
  }

  /** Rule 3. */
  @Test
  void handsBackWhatItClaimedWithoutHearingOfIt() {
    // Given a claim that commits and whose connection breaks before it answers
    AtomicInteger lost = new AtomicInteger();
    engine.pg.fault(
        (sql, parameters, go) ->
            sql.equals(ClaimSql.CLAIM) && lost.getAndIncrement() == 0
                ? go.chain(answer -> broken())
                : go);
    List<UUID> runs = engine.runs(job, 10, EngineFixture.REAL.instant());

    // When a worker claims
    engine.ticker();
    engine.worker();

    // Then all of them run, and the attempt that nobody executed says so
    engine.awaitEmptyQueue(Duration.ofSeconds(15));
    assertEquals(10, calls.size());
    long drained = engine.count("select count(*) from attempts where outcome = 'DRAINED'");
    assertTrue(drained > 0);
    assertEquals(drained, engine.count("select count(*) from attempts where attempt = 2"));
    runs.forEach(run -> assertEquals(1, calls.get(run).get()));
  }

  /** The server ends every connection of the engine in the middle of the work. */
  @Test
  void losesNothingWhenItsConnectionsAreCut() {
    engine.ticker();
    engine.worker();
    engine.runs(job, 1_500, EngineFixture.REAL.instant());

    await().until(() -> calls.size() > 100);
    engine.execute(
        """
        select pg_terminate_backend(pid) from pg_stat_activity
        where application_name = 'carillon' and datname = current_database()
        """);

    engine.awaitEmptyQueue(Duration.ofSeconds(30));
    assertEquals(1_500, calls.size());
    assertEquals(
        1_500, engine.count("select count(*) from attempts where final_state = 'SUCCEEDED'"));
  }

  @Test
  void finishesWhatStandsAsItsOwnBehindItsBack() {
    Worker worker = engine.worker(64, Duration.ofSeconds(3));
    await().until(() -> worker.worker() != null);
    UUID run = engine.run(job);

    // Whether it claimed the run itself or finds it so: it runs in the end
    engine.execute(
        """
        update queue set state = 'RUNNING', attempt = attempt + 1, locked_by = ?, locked_at = now(),
               deadline = now() + interval '1 hour'
        where id = ? and state = 'QUEUED'
        """,
        worker.worker(),
        run);

    engine.awaitState(run, "SUCCEEDED");
  }

  @Test
  void recordsACompletionOnceWhoseAnswerWasLost() {
    AtomicInteger lost = new AtomicInteger();
    engine.pg.fault(
        (sql, parameters, go) ->
            sql.equals(CompleteSql.COMPLETE) && lost.getAndIncrement() == 0
                ? go.chain(answer -> broken())
                : go);
    List<UUID> runs = engine.runs(job, 10, EngineFixture.REAL.instant());

    Worker worker = engine.worker();

    engine.awaitEmptyQueue(Duration.ofSeconds(10));
    await().until(() -> worker.inHand() == 0);
    assertEquals(10, engine.count("select count(*) from attempts"));
    runs.forEach(run -> assertEquals("SUCCEEDED", engine.state(run)));
  }

  /** Rule 9. */
  @Test
  void failsTheOneResultOfABatchThatCannotBeStored() {
    UUID odd = hundredResultsOneOfThemRefused();

    held.countDown();

    engine.awaitEmptyQueue(Duration.ofSeconds(10));
    assertEquals("FAILED", engine.state(odd));
    assertEquals(
        "Unstorable",
        engine
            .row("select error ->> 'class' as class from attempts where run_id = ?", odd)
            .get("class"));
    assertEquals(99, engine.count("select count(*) from attempts where outcome = 'SUCCEEDED'"));
  }

  /**
   * A batch that was written in part must not be counted twice: its worker would stop collecting.
   */
  @Test
  void goesOnCollectingAfterAnOutageInTheMiddleOfHalving() {
    hundredResultsOneOfThemRefused();
    AtomicReference<String> before = new AtomicReference<>("nothing");
    engine.pg.fault(
        (sql, parameters, go) -> {
          if (!sql.equals(CompleteSql.COMPLETE) && !sql.equals(CompleteSql.COMPLETE_AGAIN)) {
            return go;
          }
          if (before.get().equals("a half was written")) {
            before.set("the outage is over");
            return broken();
          }
          return go.onFailure()
              .invoke(refused -> before.compareAndSet("nothing", "a batch was refused"))
              .invoke(done -> before.compareAndSet("a batch was refused", "a half was written"));
        });

    held.countDown();
    engine.awaitEmptyQueue(Duration.ofSeconds(10));
    UUID next = engine.run(job);

    engine.awaitState(next, "SUCCEEDED");
    assertEquals("the outage is over", before.get());
    assertEquals(
        99,
        engine.count(
            "select count(*) from attempts where outcome = 'SUCCEEDED' and run_id <> ?", next));
  }

  private UUID hundredResultsOneOfThemRefused() {
    engine.execute(
        "alter table attempts add constraint refused check (output ->> 'refused' is null)");
    UUID oddJob = engine.job("odd");
    UUID odd = null;
    for (int i = 0; i < 100; i++) {
      UUID run = engine.run(oddJob, i == 37 ? "{\"refused\":1}" : "{\"fine\":1}");
      odd = i == 37 ? run : odd;
    }
    Worker worker = engine.worker(100, Duration.ofSeconds(30));
    await().atMost(Duration.ofSeconds(10)).until(() -> worker.inHand() == 100);
    return odd;
  }

  private static Uni<RowSet<Row>> broken() {
    return Uni.createFrom().failure(new ConnectException("connection reset"));
  }
}
