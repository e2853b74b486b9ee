package dev.carillon.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.run.Outcome;
import dev.carillon.run.RunState;
import dev.carillon.testing.EngineFixture;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Dead runs, many of them. */
class RunBulkTest {

  private EngineFixture engine;
  private Operators operators;

  @BeforeEach
  void open() {
    engine = new EngineFixture().handler("noop", run -> Outcome.success());
    operators = new Operators(engine);
  }

  @AfterEach
  void close() {
    engine.close();
  }

  @Test
  void doesWithThousandsInOneRequest() {
    int many = 6_000;
    dead(many);

    long before = System.nanoTime();
    assertEquals(many, operators.all("{'state':'DEAD','dryRun':true}", Revival.RETRY).matched());
    assertEquals(
        new RunBulk.Matched(many, null, null), operators.all("{'state':'DEAD'}", Revival.RETRY));
    Duration took = Duration.ofNanos(System.nanoTime() - before);

    assertEquals(
        many, engine.count("select count(*) from queue where generation = 2 and attempt = 1"));
    assertEquals(
        500, engine.count("select max(cardinality(runs)) from outbox where kind = 'RETRIED'"));
    assertEquals(
        many,
        engine.count(
            "select count(distinct r) from outbox, unnest(runs) r where kind = 'RETRIED'"));
    assertEquals(0, operators.all("{'state':'DEAD'}", Revival.RETRY).matched());
    assertTrue(took.compareTo(Duration.ofSeconds(20)) < 0, took.toString());
  }

  /** Those that fit lie behind those that do not. */
  @Test
  void looksAtNoMoreThanANumberAndSaysWhereToGoOn() {
    engine.job("other");
    dead(60);
    UUID other = (UUID) engine.row("select id from jobs where key = 'other'").get("id");
    engine.execute(
        "update runs set job_id = ? where id in (select id from runs order by id limit 25)", other);
    RunBulk.Bounds few = new RunBulk.Bounds(10, 15, 30);

    RunBulk.Matched first =
        operators.all("{'state':'DEAD','jobKey':'other'}", Revival.DISCARD, few);
    assertEquals(0, first.matched());
    assertEquals(true, first.more());
    assertEquals(id(29), first.next());
    RunBulk.Matched second = after(first, few);
    assertEquals(15, second.matched());
    assertEquals(true, second.more());
    RunBulk.Matched third = after(second, few);

    assertEquals(new RunBulk.Matched(10, null, null), third);
    assertEquals(25, engine.count("select count(*) from attempts where final_state = 'CANCELED'"));
  }

  /** Of a job with few runs, not all that are dead are looked at. */
  @Test
  void looksOnlyAtTheRunsOfAJobThatHasFew() {
    engine.job("other");
    dead(60);
    UUID other = (UUID) engine.row("select id from jobs where key = 'other'").get("id");
    engine.execute(
        "update runs set job_id = ? where id in (select id from runs order by id limit 3)", other);

    assertEquals(
        new RunBulk.Matched(3, null, null),
        operators.all(
            "{'state':'DEAD','jobKey':'other'}", Revival.RETRY, new RunBulk.Bounds(10, 15, 10)));
  }

  private RunBulk.Matched after(RunBulk.Matched last, RunBulk.Bounds bounds) {
    return operators.all(
        "{'state':'DEAD','jobKey':'other','after':'" + last.next() + "'}", Revival.DISCARD, bounds);
  }

  private UUID id(int newest) {
    return (UUID)
        engine.row("select id from runs order by id desc offset ? limit 1", newest).get("id");
  }

  /** Others may wait for a schedule's clock: workers, for whom everybody waits. */
  @Test
  void leavesTheClocksOfSchedulesToOthersWhileItRetries() {
    UUID job = engine.job("delayed");
    UUID schedule =
        engine.schedule(
            job,
            "s",
            "{\"type\":\"FIXED_DELAY\",\"delay\":\"PT1H\"}",
            "UTC",
            EngineFixture.REAL.instant().plusSeconds(3600));
    engine.execute("update schedules set overlap_policy = 'SKIP'");
    dead(1);
    engine.execute("update runs set schedule_id = ?", schedule);
    UUID run = id(0);

    operators.revive(
        run,
        Revival.RETRY,
        () ->
            assertEquals(
                1, engine.rows("select schedule_id from clock for no key update nowait").size()));

    assertEquals(
        "overlap", engine.row("select held_by from queue where id = ?", run).get("held_by"));
  }

  @Test
  void showsTheNewestAttemptsWithTheRunsParameters() {
    dead(1);
    UUID run = id(0);
    engine.execute("update runs set params = '{\"n\":1}'");
    engine.execute(
        """
        insert into attempts (run_id, generation, attempt, tenant_id, outcome, final_state, finished_at)
        select id, n, n, 'default', 'FAILED', 'DEAD', now() from runs, generate_series(2, 130) n
        """);

    RunView shown = operators.get(run, null);

    assertEquals(130, shown.attempt());
    assertEquals(100, shown.attempts().size());
    assertEquals(31, shown.attempts().get(0).number());
    assertEquals(130, shown.attempts().get(99).number());
    shown.attempts().forEach(attempt -> assertSame(shown.params(), attempt.params()));
  }

  @Test
  void listsDeadRunsWithoutThoseThatWereRetriedOrDiscarded() {
    dead(1_500);
    List<UUID> newest =
        engine.rows("select id from runs order by id desc limit 1200").stream()
            .map(row -> (UUID) row.get("id"))
            .toList();
    UUID alive =
        engine.rows("select id from runs order by id limit 1").stream()
            .map(row -> (UUID) row.get("id"))
            .findFirst()
            .orElseThrow();
    newest.forEach(
        run ->
            engine.execute(
                """
                insert into attempts (run_id, generation, attempt, tenant_id, outcome, final_state, finished_at)
                values (?, 2, 2, 'default', 'CANCELED', 'CANCELED', now())
                """,
                run));
    operators.revive(alive, Revival.RETRY);

    List<UUID> seen = new ArrayList<>();
    UUID after = null;
    int pages = 0;
    do {
      Page<RunView> page = operators.list(RunState.DEAD, after, 100);
      page.items().forEach(run -> seen.add(run.id()));
      after = page.next();
      pages++;
    } while (after != null && pages < 20);

    assertEquals(299, seen.size());
    assertEquals(299, seen.stream().distinct().count());
    assertFalse(seen.contains(alive));
    assertTrue(pages <= 5, pages + " pages");
  }

  @Test
  void readsTheListOfTheDeadByItsIndex() {
    engine.execute(
        """
        insert into attempts (run_id, generation, attempt, tenant_id, outcome, final_state, finished_at)
        select (substr(carillon_uuid_floor(now())::text, 1, 13) || '-7' || substr(md5(n::text), 1, 3) || '-8'
                || substr(md5(n::text || 'x'), 1, 3) || '-' || substr(md5(n::text || 'y'), 1, 12))::uuid,
               1, 1, 'default', 'SKIPPED', case when n % 1000 = 0 then 'DEAD' else 'SKIPPED' end::run_state, now()
        from generate_series(1, 5000) n
        """);
    engine.execute("analyze attempts");

    // As who asks: row-level security must not stand in the way of the index.
    engine.execute("set role carillon_api");
    engine.execute("set carillon.tenant = 'default'");

    String plan =
        engine
            .rows(
                "explain "
                    + RunShownSql.ended(RunState.DEAD)
                        .replace("$1", "'default'")
                        .replace("$2", "'ffffffff-ffff-ffff-ffff-ffffffffffff'")
                        .replace("$3", "1000"))
            .toString();

    engine.execute("reset role");
    String month =
        "attempts_"
            + DateTimeFormatter.ofPattern("yyyy_MM")
                .withZone(ZoneOffset.UTC)
                .format(EngineFixture.REAL.instant());
    assertTrue(plan.contains(" using " + month + "_tenant_id_run_id_idx"), plan);
    assertFalse(plan.contains("Seq Scan on " + month), plan);
  }

  private void dead(int many) {
    UUID job = engine.job("bulk");
    engine.runs(job, many, EngineFixture.REAL.instant());
    engine.execute("update runs set tenant_id = 'default'");
    engine.execute(
        """
        insert into attempts (run_id, generation, attempt, tenant_id, outcome, final_state, started_at, finished_at)
        select id, 1, 1, 'default', 'FAILED', 'DEAD', now(), now() from queue
        """);
    engine.execute("delete from queue");
  }
}
