package dev.carillon.limit;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.RunContext;
import dev.carillon.catalog.TestGroups;
import dev.carillon.run.GroupStatus;
import dev.carillon.run.Outcome;
import dev.carillon.testing.EngineFixture;
import dev.carillon.testing.Waiting;
import dev.carillon.worker.Worker;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Limits as several workers keep them together; how many are at work is counted in the handlers.
 */
class LimitsTest {

  private static final Duration LONG = Duration.ofSeconds(60);

  private final Map<String, AtomicInteger> atWork = new ConcurrentHashMap<>();
  private final Map<String, Integer> most = new ConcurrentHashMap<>();
  private final AtomicInteger done = new AtomicInteger();
  private final CountDownLatch released = new CountDownLatch(1);
  private volatile Duration lasts = Duration.ZERO;
  private EngineFixture engine;
  private UUID job;

  @BeforeEach
  void open() {
    engine =
        new EngineFixture()
            .handler("noop", this::work)
            .handler(
                "slow",
                run -> {
                  released.await();
                  return Outcome.success();
                })
            .handler(
                "odd",
                run -> {
                  String how = String.valueOf(run.params());
                  if (how.contains("fail")) {
                    return Outcome.failure("no use");
                  }
                  if (how.contains("throw")) {
                    throw new IllegalStateException("once more");
                  }
                  if (how.contains("hang")) {
                    released.await();
                  }
                  return work(run);
                });
    job = engine.job("noop");
  }

  @AfterEach
  void close() {
    released.countDown();
    engine.close();
  }

  private Outcome work(RunContext run) {
    String customer = "customer " + customer(run);
    enter(customer);
    enter("all");
    // Long enough for others to be at work beside it.
    LockSupport.parkNanos(lasts.toNanos());
    atWork.get(customer).decrementAndGet();
    atWork.get("all").decrementAndGet();
    done.incrementAndGet();
    return Outcome.success();
  }

  private static Object customer(RunContext run) {
    return run.params() == null ? null : run.params().get("customer");
  }

  private void enter(String what) {
    int now = atWork.computeIfAbsent(what, name -> new AtomicInteger()).incrementAndGet();
    most.merge(what, now, Math::max);
  }

  @Test
  void keepsLimitsOfJobTenantAndKeyAtOnceInThreeWorkers() {
    // Given 1,000 short runs of ten customers, of each of which two may run at a time, beside a
    // limit of the tenant, and a second job with one of its own
    lasts = Duration.ofMillis(4);
    engine.execute(
        "update jobs set concurrency_key = '{params.customer}', max_concurrency = 2 where id = ?",
        job);
    UUID other = engine.job("odd");
    engine.execute("update jobs set max_concurrency = 5 where id = ?", other);
    ofTheTenant(engine.runs(job, 750, EngineFixture.REAL.instant()));
    ofTheTenant(engine.runs(other, 250, EngineFixture.REAL.instant()));
    engine.execute(
        """
        update runs set params = jsonb_build_object('customer', 'c' || n.n % 10)
        from (select id, row_number() over (order by id) as n from runs where job_id = ?) n where n.id = runs.id
        """,
        job);
    engine.execute(
        "update queue q set concurrency_key = r.params ->> 'customer' from runs r where r.id = q.id");
    engine.limits(new TenantLimits(null, Map.of(EngineFixture.TENANT, 12)));

    // When three workers and a leader are at it
    engine.ticker();
    for (int i = 0; i < 3; i++) {
      engine.worker();
    }
    engine.awaitEmptyQueue(LONG);

    // Then all ended, each once, and of each there were as many as there may be, and never more
    assertEquals(1_000, done.get());
    assertEquals(1_000, engine.count("select count(*) from attempts where outcome = 'SUCCEEDED'"));
    assertEquals(1_000, engine.count("select count(*) from attempts"));
    assertEquals(12, most.size(), most.toString());
    most.forEach(
        (what, count) ->
            assertEquals(
                what.equals("all") ? 12 : what.equals("customer null") ? 5 : 2,
                count,
                most.toString()));
    assertEquals(0, engine.count("select count(*) from places where until is null"));
  }

  @Test
  void passesALimitOfOneFromRunToRunWithoutWaitingForALook() {
    engine.execute("update jobs set max_concurrency = 1");
    ofTheTenant(engine.runs(job, 200, EngineFixture.REAL.instant()));

    // No ticker: nobody hears notices, and nobody looks
    engine.worker();
    engine.worker();
    engine.awaitEmptyQueue(LONG);

    assertEquals(200, done.get());
    assertEquals(1, most.get("all"));
  }

  @Test
  void keepsTheLimitOfEachTenantToItself() {
    engine.runs(job, 300, EngineFixture.REAL.instant());
    engine.limits(new TenantLimits(3, Map.of("t0", 1)));
    engine.execute("update runs set params = jsonb_build_object('customer', tenant_id)");
    engine.execute("update queue set tenant_id = r.tenant_id from runs r where r.id = queue.id");
    engine.ticker();
    engine.worker();
    engine.worker();

    engine.awaitEmptyQueue(LONG);

    assertEquals(300, done.get());
    most.forEach(
        (what, count) ->
            assertTrue(
                count <= (what.equals("all") ? 13 : what.contains("t0") ? 1 : 3), most.toString()));
  }

  @Test
  void saysWhyARunWaitsAndGoesOnHoweverTheOneBeforeItEnds() {
    // Given runs that end in every way, one at a time
    UUID odd = engine.job("odd", "{\"type\":\"HANDLER\"}", Duration.ofMillis(300), 2);
    engine.execute("update jobs set max_concurrency = 1 where id = ?", odd);
    UUID hangs = engine.run(odd, "{\"how\":\"hang\"}");
    engine.ticker();
    engine.worker();
    engine.awaitState(hangs, "RUNNING");
    List<UUID> runs =
        List.of(
            engine.run(odd, "{\"how\":\"fail\"}"),
            engine.run(odd, "{\"how\":\"throw\"}"),
            engine.run(odd, "{\"how\":\"hang\"}"),
            engine.run(odd, "{\"how\":\"well\"}"));
    await()
        .atMost(LONG)
        .until(
            () ->
                engine.count(
                        "select count(*) from queue where held_by = 'job' and due_at = 'infinity'"
                            + " and held_due < now() and held_key = ?",
                        "job:" + odd)
                    > 0);

    // When nobody does anything about it
    engine.awaitEmptyQueue(LONG);

    // Then all came to their ends: by a time-out, a failure, a failure after another try, …
    assertEquals("TIMED_OUT TIMED_OUT", engine.attempts(hangs));
    assertEquals("SUCCEEDED", engine.state(runs.get(3)));
    assertEquals(6, engine.count("select count(distinct run_id) + 1 from attempts"));
  }

  @Test
  void goesOnWhenTheRunIsCancelledOrItsWorkerIsLost() {
    UUID slow = engine.job("slow");
    engine.execute("update jobs set max_concurrency = 1 where id = ?", slow);
    UUID first = engine.run(slow);
    engine.ticker();
    engine.worker();
    engine.awaitState(first, "RUNNING");
    UUID second = engine.run(slow);
    UUID third = engine.run(slow);
    await().atMost(LONG).until(() -> held(second) && held(third));

    engine.execute("update queue set cancel_requested = true where id = ?", first);
    engine.awaitState(second, "RUNNING");
    // A worker that nobody hears of any more has it
    UUID gone = UUID.randomUUID();
    engine.execute(
        "insert into workers (id, name, started_at, lease_until, slots, retired_at) values (?, 'gone', now(), now(), 1, now())",
        gone);
    engine.execute("update queue set locked_by = ?, lost = 2 where id = ?", gone, second);
    engine.maintenance(Duration.ofSeconds(30));
    engine.awaitState(second, "DEAD");
    engine.awaitState(third, "RUNNING");
  }

  @Test
  void obeysAnEditedMaximum() {
    UUID slow = engine.job("slow");
    engine.execute("update jobs set max_concurrency = 1 where id = ?", slow);
    ofTheTenant(engine.runs(slow, 20, EngineFixture.REAL.instant()));
    engine.ticker();
    engine.worker();
    await().atMost(LONG).until(() -> running() == 1 && waiting() == 19);

    engine.execute("update jobs set max_concurrency = 4 where id = ?", slow);
    await().atMost(LONG).until(() -> running() == 4);
    engine.execute("update jobs set max_concurrency = null where id = ?", slow);
    await().atMost(LONG).until(() -> running() == 20 && waiting() == 0);
  }

  @Test
  void claimsUnlimitedRunsOfTheSameBatchAsEver() {
    UUID slow = engine.job("slow");
    engine.execute("update jobs set max_concurrency = 1 where id = ?", slow);
    ofTheTenant(engine.runs(slow, 30, EngineFixture.REAL.instant()));
    ofTheTenant(engine.runs(job, 30, EngineFixture.REAL.instant()));
    engine.worker();

    await().atMost(LONG).until(() -> done.get() == 30);
    await().atMost(LONG).until(() -> running() == 1 && waiting() == 29);
    assertEquals(1, engine.count("select count(*) from places"));
    assertEquals(1, engine.count("select count(*) from queue where placed"));
  }

  /** No ticker, so no hints: whoever is in the table has to be found while a line lasts. */
  @Test
  void letsAnUrgentRunWithoutALimitGoBeforeTheRestOfALine() {
    UUID limited =
        engine.job("limited", "{\"type\":\"HANDLER\",\"name\":\"noop\"}", Duration.ofMinutes(1), 1);
    engine.execute("update jobs set max_concurrency = 2 where id = ?", limited);
    lasts = Duration.ofMillis(2);
    ofTheTenant(engine.runs(limited, 1_000, EngineFixture.REAL.instant()));
    engine.execute(
        """
        update queue set held_by = 'job', held_key = ?, held_due = due_at, due_at = 'infinity'
        where id not in (select id from queue order by id limit 2)
        """,
        "job:" + limited);
    // With a slot that the look into the table leaves free: nothing says that there is more in it
    engine.worker(3, Duration.ofSeconds(30));
    await().atMost(LONG).until(() -> done.get() > 10);

    UUID urgent = engine.run(job, "{\"customer\":\"urgent\"}");
    engine.execute("update queue set priority = 0 where id = ?", urgent);
    engine.awaitState(urgent, "SUCCEEDED");

    assertTrue(waiting() > 100, "only " + waiting() + " still wait");
  }

  /** No ticker: the table is read a few rows at a time, and what is found there has to wait. */
  @Test
  void comesThroughManyOverdueRunsUnderALimitToThoseBehindThem() {
    UUID slow = engine.job("slow");
    engine.execute("update jobs set max_concurrency = 1 where id = ?", slow);
    ofTheTenant(engine.runs(slow, 800, EngineFixture.REAL.instant().minusSeconds(10)));
    UUID behind = engine.run(job);
    long before = System.nanoTime();

    engine.worker(9, Duration.ofSeconds(30));
    engine.awaitState(behind, "SUCCEEDED");

    // Eight at a time and a rest after each would be 25 s.
    Duration took = Duration.ofNanos(System.nanoTime() - before);
    assertTrue(took.compareTo(Duration.ofSeconds(10)) < 0, "it took " + took);
  }

  @Test
  void claimsOthersWhileSomebodyKeepsALimitLocked() throws Exception {
    UUID limited =
        engine.job("limited", "{\"type\":\"HANDLER\",\"name\":\"noop\"}", Duration.ofMinutes(1), 1);
    engine.execute("update jobs set max_concurrency = 1 where id = ?", limited);
    engine.execute("insert into limits (tenant_id, key) values ('default', ?)", "job:" + limited);
    UUID waits = engine.run(limited);
    try (Connection stalled = engine.database.connect()) {
      stalled.setAutoCommit(false);
      EngineFixture.rows(stalled, "select 1 from limits for update");
      engine.worker();
      await()
          .atMost(LONG)
          .until(
              () ->
                  engine.count(
                          "select count(*) from pg_stat_activity where wait_event_type = 'Lock'")
                      > 0);
      long before = System.nanoTime();
      engine.awaitState(engine.run(job), "SUCCEEDED");
      Duration took = Duration.ofNanos(System.nanoTime() - before);
      assertTrue(took.compareTo(Duration.ofSeconds(4)) < 0, "it took " + took);
      assertEquals("QUEUED", engine.state(waits));
      stalled.rollback();
    }
    engine.awaitState(waits, "SUCCEEDED");
  }

  @Test
  void keepsItsLimitBesideAGroupOthersOfAScheduleAndAWorkerThatDrains() throws Exception {
    // Given one job, two at a time, for a group, for a schedule whose runs wait for each other, and
    // for runs of their own
    engine.execute("update jobs set max_concurrency = 2 where id = ?", job);
    lasts = Duration.ofMillis(5);
    TestGroups groups = new TestGroups(engine);
    UUID group = groups.create("'mode':'PARALLEL','maxParallel':3", "noop", 15);
    UUID schedule =
        engine.schedule(
            job, "s", Waiting.NEVER, "UTC", java.time.Instant.parse("9000-01-01T00:00:00Z"));
    List<UUID> fires = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      fires.add(engine.run(job, "{\"customer\":\"schedule\"}"));
      engine.run(job);
    }
    UUID[] ids = fires.toArray(UUID[]::new);
    engine.execute("update runs set schedule_id = ? where id = any(?)", schedule, ids);
    engine.execute(
        """
        update queue set schedule_id = ?, overlap = 'BUFFER_ALL', held_by = 'overlap', held_due = due_at,
               due_at = 'infinity'
        where id = any(?)
        """,
        schedule,
        ids);

    // When one of two workers drains meanwhile
    engine.ticker();
    Worker drained = engine.worker();
    engine.worker();
    await().atMost(LONG).until(() -> done.get() > 5);
    drained.drain().toCompletableFuture().get(10, TimeUnit.SECONDS);
    engine.awaitEmptyQueue(LONG);

    // Then each kept its own
    groups.awaitStatus(group, GroupStatus.COMPLETED);
    assertEquals(31, engine.count("select count(*) from attempts where final_state = 'SUCCEEDED'"));
    assertEquals(2, most.get("all"), most.toString());
    assertEquals(1, most.get("customer schedule"), most.toString());
    assertEquals(0, engine.count("select count(*) from places where until is null"));
  }

  private boolean held(UUID run) {
    return engine.count("select count(*) from queue where id = ? and held_by = 'job'", run) == 1;
  }

  private long running() {
    return engine.count("select count(*) from queue where state = 'RUNNING'");
  }

  private long waiting() {
    return engine.count("select count(*) from queue where held_key is not null");
  }

  private void ofTheTenant(List<UUID> runs) {
    UUID[] ids = runs.toArray(UUID[]::new);
    engine.execute("update queue set tenant_id = 'default' where id = any(?)", (Object) ids);
    engine.execute("update runs set tenant_id = 'default' where id = any(?)", (Object) ids);
  }
}
