package dev.carillon.ticker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.testing.EngineFixture;
import dev.carillon.testing.PlannedOnce;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What lets waiting runs go where no worker does. */
class LimitWatchTest {

  private EngineFixture engine;
  private UUID job;
  private UUID running;
  private UUID waiting;

  @BeforeEach
  void open() {
    engine = new EngineFixture();
    engine.execute(
        "insert into workers (id, name, started_at, lease_until, slots) values (gen_random_uuid(), 'w', now(), now() + interval '1 hour', 9)");
    job = engine.job("noop");
    engine.execute("update jobs set max_concurrency = 1");
    running = engine.run(job);
    engine.execute(
        "update queue set state = 'RUNNING', attempt = 1, placed = true, locked_at = now() where id = ?",
        running);
    engine.execute(
        "insert into places (tenant_id, key, run_id, attempt) values ('default', ?, ?, 1)",
        "job:" + job,
        running);
    waiting = engine.run(job);
    engine.execute(
        "update queue set held_by = 'job', held_key = ?, held_due = due_at, due_at = 'infinity' where id = ?",
        "job:" + job,
        waiting);
  }

  @AfterEach
  void close() {
    engine.close();
  }

  @Test
  void givesBackThePlacesOfWhatIsTerminated() {
    List<Row> ended =
        engine.pg.rows(
            AdmissionSql.END,
            new UUID[] {running},
            new String[] {"TERMINATE"},
            "{}",
            EngineFixture.utc(EngineFixture.REAL.instant()));

    assertTrue(ended.get(0).getBoolean("placed"));
    assertEquals(0, engine.count("select count(*) from places"));
  }

  @Test
  void letsTheNextOneGoWhoseWakeUpWasLost() {
    engine.ticker();
    await().until(() -> engine.count("select count(*) from leases where holder is not null") > 0);
    assertEquals(1, engine.count("select count(*) from queue where held_by = 'job'"));

    // A run that ends without anybody's telling; its place is left over
    engine.execute("delete from queue where id = ?", running);

    await()
        .until(
            () ->
                engine.count(
                        "select count(*) from queue where held_by is null and held_key is null"
                            + " and held_due is null and due_at < now() and id = ?",
                        waiting)
                    == 1);
    assertEquals(1, engine.count("select count(*) from places where until is not null"));
  }

  /** More than one look reads: the next one goes on behind them, and then begins anew. */
  @Test
  void comesToEachOfManyLimits() {
    engine.runs(job, 1_500, EngineFixture.REAL.instant());
    engine.execute(
        """
        update queue set tenant_id = 'default', concurrency_key = lpad(n.n::text, 4, '0'), held_by = 'key',
               held_key = 'key:' || lpad(n.n::text, 4, '0'), held_due = due_at, due_at = 'infinity'
        from (select id, row_number() over (order by id) as n from queue where tenant_id <> 'default') n
        where n.id = queue.id
        """);
    engine.execute("update jobs set max_concurrency = null");
    engine.execute(
        "insert into places (tenant_id, key, run_id, attempt) select 'default', held_key, ?, 1 from queue where held_by = 'key' and held_key not in ('key:0001', 'key:1500')",
        running);

    engine.ticker();

    await()
        .atMost(java.time.Duration.ofSeconds(15))
        .until(() -> engine.count("select count(*) from queue where held_by = 'key'") == 1_498);
  }

  /** What somebody waits for under a limit is in nobody's way who waits for others. */
  @Test
  void keepsTheLookAtOverlapsCheapWhileManyWaitForALimit() {
    engine.execute(
        """
        insert into queue (id, tenant_id, schedule_id, queue, priority, due_at, held_by, held_key, held_due)
        select gen_random_uuid(), 'default', gen_random_uuid(), 'default', 2, 'infinity', 'job', 'job:x', now() - interval '1 minute'
        from generate_series(1, 20000)
        """);
    try (PlannedOnce look = new PlannedOnce(engine, AdmissionSql.LOOK)) {
      PlannedOnce.Plan plan =
          look.explain(
              Tuple.tuple()
                  .addOffsetDateTime(EngineFixture.utc(EngineFixture.REAL.instant()))
                  .addArrayOfUUID(null));
      assertEquals(0, plan.rowsThrownAway(), plan.text());
    }
  }

  @Test
  void letsNobodyGoWhomNoWorkerServes() {
    engine.execute("update workers set queues = '{mail}'");
    engine.execute("update queue set queue = 'mail' where id = ?", engine.run(job));
    UUID served = engine.run(job);
    engine.execute(
        "update queue set queue = 'mail', held_by = 'job', held_key = ?, held_due = due_at, due_at = 'infinity' where id = ?",
        "job:" + job,
        served);
    engine.execute("delete from queue where id = ?", running);

    engine.ticker();

    await()
        .until(
            () ->
                engine.count("select count(*) from queue where id = ? and held_by is null", served)
                    == 1);
    assertEquals(1, engine.count("select count(*) from queue where held_by = 'job'"));
  }
}
