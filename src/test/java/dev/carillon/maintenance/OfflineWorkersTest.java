package dev.carillon.maintenance;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.run.AttemptOutcome;
import dev.carillon.run.Outcome;
import dev.carillon.testing.EngineFixture;
import dev.carillon.testing.LogLines;
import dev.carillon.worker.Worker;
import dev.carillon.worker.WorkerMeters;
import io.smallrye.mutiny.Uni;
import java.net.ConnectException;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rule 4: whose worker is gone is taken back; what a zombie still sends is refused. */
class OfflineWorkersTest {

  private static final Duration LEASE = Duration.ofSeconds(2);

  private EngineFixture engine;
  private UUID job;
  private final CountDownLatch held = new CountDownLatch(1);
  private final AtomicInteger cancelled = new AtomicInteger();
  private final AtomicInteger started = new AtomicInteger();
  private final List<String> ended = new CopyOnWriteArrayList<>();

  @BeforeEach
  void open() {
    engine =
        new EngineFixture()
            .meters(new Measured())
            .handler(
                "holding",
                run -> {
                  started.incrementAndGet();
                  run.cancellation().onCancel(cancelled::incrementAndGet);
                  if (run.attempt() == 1) {
                    held.await();
                  }
                  return Outcome.success();
                });
    job = engine.job("holding");
  }

  @AfterEach
  void close() {
    held.countDown();
    engine.close();
  }

  @Test
  void retriesAtOnceWhatASilentWorkerHad() {
    UUID gone = worker(0, null);
    UUID run = runningUnder(gone, 0);
    long begun = System.nanoTime();

    engine.maintenance(LEASE);

    await().atMost(Duration.ofSeconds(10)).until(() -> engine.attempts(run).equals("LOST"));
    assertTrue(
        System.nanoTime() - begun >= LEASE.toNanos(), "not before its lease was over for us too");
    assertEquals("QUEUED", stateOf(run));
    assertEquals(1, engine.count("select count(*) from queue where lost = 1 and tried = 0"));
    assertEquals(1, engine.count("select count(*) from workers where retired_at is not null"));
  }

  @Test
  void takesTheThirdLossForPoison() {
    UUID gone = worker(0, "now()");
    UUID run = runningUnder(gone, 2);
    String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    engine.execute(
        "update runs set trace = '00-" + trace + "-00f067aa0ba902b7-01' where id = ?", run);
    engine.execute("update queue set locked_at = now() - interval '90 s' where id = ?", run);

    try (LogLines lines = LogLines.of("dev.carillon.runs")) {
      engine.maintenance(LEASE);
      engine.awaitState(run, "DEAD");

      // Told like any other end, though it was another process that began it
      await().until(() -> lines.size() == 1);
      String line = lines.with("LOST ").get(0);
      assertTrue(
          line.startsWith(
              "LOST tenant=default job=holding schedule=null run="
                  + run
                  + " attempt=1 trace="
                  + trace
                  + " durationMs=9"),
          line);
      assertTrue(line.contains("error=POISON: ") && line.endsWith("; the run is DEAD"), line);
    }
    assertEquals(
        "POISON",
        engine
            .row("select error ->> 'class' as class from attempts where run_id = ?", run)
            .get("class"));
  }

  @Test
  void leavesAloneWhatALivingWorkerHas() {
    Worker worker = engine.worker(8, LEASE);
    UUID run = engine.run(job);
    await().until(() -> started.get() == 1);

    engine.maintenance(LEASE);
    UUID gone = worker(0, null);
    UUID lost = runningUnder(gone, 0);
    await().atMost(Duration.ofSeconds(10)).until(() -> engine.attempts(lost).startsWith("LOST"));

    assertEquals("RUNNING", engine.state(run));
    assertEquals("", engine.attempts(run));
    assertTrue(worker.inHand() >= 1);
  }

  /** The run's own policy lies over the job's, also where nobody executes it any more. */
  @Test
  void asksTheRunsOwnPolicyWhetherItIsTriedAgain() {
    UUID living = worker(0, null);
    UUID gone = worker(0, "now()");
    UUID stuck = runningUnder(living, 0);
    UUID once = runningUnder(gone, 0);
    UUID old = runningUnder(gone, 0);
    UUID again = runningUnder(gone, 0);
    engine.execute("update queue set deadline = now() - interval '1 second' where id = ?", stuck);
    engine.execute("update runs set retry = '{\"noRetryOn\":[\"Timeout\"]}' where id = ?", stuck);
    engine.execute("update runs set retry = '{\"noRetryOn\":[\"Lost\"]}' where id = ?", once);
    engine.execute(
        "update runs set retry = '{\"maxAge\":\"PT1M\"}', due_at = now() - interval '1 hour' where id = ?",
        old);
    engine.execute(
        "update runs set retry = '{\"maxAge\":\"PT1M\"}', due_at = now() - interval '1 hour' where id = ?",
        again);
    // An operator tried this one again just now.
    engine.execute("update queue set aged_from = now() where id = ?", again);

    engine.maintenance(Duration.ofMinutes(5));

    engine.awaitState(stuck, "FAILED");
    engine.awaitState(once, "FAILED");
    engine.awaitState(old, "DEAD");
    await().until(() -> engine.attempts(again).equals("LOST"));
    assertEquals("QUEUED", stateOf(again));
    assertEquals(
        List.of(
            "holding LOST ended",
            "holding LOST ended",
            "holding LOST tried again",
            "holding TIMED_OUT ended"),
        ended.stream().sorted().toList());
  }

  @Test
  void endsAnAttemptThatIsStuckUnderALivingWorker() {
    UUID living = worker(0, null);
    UUID run = runningUnder(living, 0);
    engine.execute("update queue set deadline = now() - interval '1 second'");

    engine.maintenance(Duration.ofMinutes(5));

    await().until(() -> engine.attempts(run).equals("TIMED_OUT"));
    assertEquals(1, engine.count("select count(*) from queue where tried = 1 and lost = 0"));
  }

  @Test
  void takesBackTheOthersBesideAJobWhosePolicyCannotBeRead() {
    engine.execute("update jobs set retry = '{\"maxAttempts\":\"many\"}'");
    UUID run = runningUnder(worker(0, null), 0);
    engine.execute("update queue set deadline = now() - interval '1 second'");

    engine.maintenance(Duration.ofMinutes(5));

    await().until(() -> engine.attempts(run).equals("TIMED_OUT"));
  }

  @Test
  void abandonsEverythingAndTakesANewIdWhenItWasRetired() {
    // Given a worker with a run in hand
    engine.maintenance(LEASE);
    Worker worker = engine.worker(8, LEASE);
    UUID run = engine.run(job);
    await().until(() -> started.get() == 1);
    UUID before = worker.worker();

    // When somebody retires it
    engine.execute("update workers set retired_at = now() where id = ?", before);

    // Then it stops its handler, goes on as somebody else, and the run is tried again
    await().atMost(Duration.ofSeconds(5)).until(() -> cancelled.get() == 1);
    await().until(() -> worker.worker() != null);
    assertNotEquals(before, worker.worker());
    held.countDown();
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> engine.attempts(run).equals("LOST SUCCEEDED"));
  }

  @Test
  void abandonsEverythingWhenItCannotExtendItsLease() {
    // Given a worker whose extensions do not get through
    AtomicBoolean away = new AtomicBoolean();
    engine.pg.fault(
        (sql, parameters, go) ->
            away.get() ? Uni.createFrom().failure(new ConnectException("away")) : go);
    Worker worker = engine.worker(8, LEASE);
    engine.run(job);
    await().until(() -> started.get() == 1);
    UUID before = worker.worker();

    away.set(true);

    // Then it is nobody before its lease is over
    await().atMost(LEASE).until(() -> worker.worker() == null);
    assertEquals(1, cancelled.get());
    assertEquals(0, worker.inHand());
    away.set(false);
    await().until(() -> worker.worker() != null);
    assertNotEquals(before, worker.worker());
    assertFalse(
        engine
            .rows("select 1 from workers where id = ? and retired_at is not null", before)
            .isEmpty());
  }

  /** A run whose worker came back after an outage was not killed by that run (design §4). */
  @Test
  void countsNoLossTowardsPoisonWhenItsWorkerCameBackByItself() {
    AtomicBoolean away = new AtomicBoolean();
    engine.pg.fault(
        (sql, parameters, go) ->
            away.get() ? Uni.createFrom().failure(new ConnectException("away")) : go);
    engine.maintenance(LEASE);
    Worker worker = engine.worker(8, LEASE);
    UUID run = engine.run(job);
    await().until(() -> started.get() == 1);

    away.set(true);
    await().atMost(Duration.ofSeconds(5)).until(() -> worker.worker() == null);
    away.set(false);

    engine.awaitState(run, "SUCCEEDED");
    assertEquals("DRAINED SUCCEEDED", engine.attempts(run));
  }

  @Test
  void keepsHouse() {
    engine.execute(
        """
        insert into idempotency_keys (tenant_id, key, request_hash, status, headers, created_at)
        select 't', 'k' || n, '', 201, '{}', now() - n * interval '1 hour' from generate_series(1, 48) as n
        """);
    UUID running = runningUnder(worker(0, null), 0);
    engine.execute(
        """
        insert into run_progress (run_id, tenant_id, attempt, fraction, at)
        select gen_random_uuid(), 't', 1, 0.5, now() - interval '1 hour'
        union all select ?, 't', 1, 0.5, now() - interval '1 hour'
        union all select gen_random_uuid(), 't', 1, 0.5, now()
        """,
        running);
    worker(0, "now() - interval '8 days'");
    engine.execute("drop table runs_" + partitionInAYear());

    engine.maintenance(LEASE);

    await().until(() -> engine.count("select count(*) from workers") == 1);
    assertEquals(2, engine.count("select count(*) from run_progress"));
    assertEquals(23, engine.count("select count(*) from idempotency_keys"));
    assertEquals(
        1,
        engine.count(
            "select count(*) from pg_class where relname = ?", "runs_" + partitionInAYear()));
  }

  @Test
  void forgetsDedupeKeysThatCountNoLonger() throws Exception {
    engine.execute(
        """
        insert into dedupe_keys (tenant_id, namespace, key, run_id, expires_at)
        select 't', 'run', 'k' || n, gen_random_uuid(), now() + (n - 6000) * interval '1 hour'
        from generate_series(1, 6010) as n
        union all select 't', 'run', 'ever', gen_random_uuid(), null
        """);
    // Given a key that somebody is just taking over
    try (Connection other = engine.database.connect()) {
      other.setAutoCommit(false);
      EngineFixture.rows(
          other,
          "update dedupe_keys set expires_at = now() + interval '1 day' where key = 'k5500'");

      engine.maintenance(LEASE);

      await()
          .until(
              () ->
                  engine.count(
                          "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")
                      == 1);
      other.commit();
    }

    // Then it is kept, with those that still count; one that has just expired may wait a minute
    await().until(() -> engine.count("select count(*) from dedupe_keys") == 13);
    assertEquals(
        1,
        engine.count(
            "select count(*) from dedupe_keys where key = 'k5500' and expires_at > now()"));
  }

  private String partitionInAYear() {
    return engine
        .row(
            "select to_char((now() at time zone 'UTC') + interval '12 months', 'YYYY_MM') as month")
        .get("month")
        .toString();
  }

  private UUID worker(long beat, String retired) {
    UUID id = UUID.randomUUID();
    engine.execute(
        "insert into workers values (?, 'gone', now(), now(), ?, " + retired + ", 8, null, '1')",
        id,
        beat);
    return id;
  }

  private UUID runningUnder(UUID worker, int lostBefore) {
    UUID run = engine.run(job);
    engine.execute(
        """
        update queue set state = 'RUNNING', attempt = attempt + 1, locked_by = ?, locked_at = now(),
               deadline = now() + interval '1 hour', lost = ?
        where id = ?
        """,
        worker,
        lostBefore,
        run);
    return run;
  }

  private String stateOf(UUID run) {
    Object state = engine.row("select state::text from queue where id = ?", run).get("state");
    return "RETRY_SCHEDULED".equals(state) ? "QUEUED" : state.toString();
  }

  @Test
  void looksForAbandonedRunsByTheIndexHoweverManyWait() {
    String plan =
        EngineFixture.withBacklog()
            .pg
            .rows(
                "explain (analyze, costs off) " + MaintenanceSql.ABANDONED,
                EngineFixture.utc(EngineFixture.REAL.instant()),
                500)
            .stream()
            .map(row -> row.getString(0))
            .collect(Collectors.joining("\n"));

    assertTrue(plan.contains("queue_due"), plan);
    assertTrue(plan.contains("Rows Removed by Filter: 10\n"), plan);
  }

  private final class Measured implements WorkerMeters {

    @Override
    public void watch(
        IntSupplier slotsTaken, IntSupplier slots, IntSupplier stuck, BooleanSupplier blocked) {}

    @Override
    public void started(Duration late) {}

    @Override
    public void ended(String of, AttemptOutcome outcome, boolean again, Duration took) {
      ended.add(of + " " + outcome + (again ? " tried again" : " ended"));
    }

    @Override
    public void abandoned(String of) {}
  }
}
