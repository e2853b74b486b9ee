package dev.carillon.ticker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.catalog.TestGroups;
import dev.carillon.run.GroupStatus;
import dev.carillon.run.Outcome;
import dev.carillon.testing.EngineFixture;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A group of ten thousand: what an end costs does not grow with those that wait. */
class LargeGroupTest {

  private static final int RUNS = 10_000;

  @Test
  void anEndReadsOnlyWhoIsAtWorkAndWhoIsNext() {
    try (EngineFixture engine = new EngineFixture().handler("noop", run -> Outcome.success())) {
      UUID job = engine.job("noop");
      TestGroups groups = new TestGroups(engine);
      UUID group = groups.create("{'mode':'SEQUENTIAL'}");
      engine.execute(
          """
          with r as (
            insert into runs (id, tenant_id, job_id, due_at, created_at, priority, group_id, position)
            select ('01890000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'default', ?, now(), now(), 2, ?, n
            from generate_series(1, ?) as n
            returning id, position
          ), q as (
            insert into queue (id, tenant_id, queue, priority, due_at, held_due, held_by, state, group_id, position)
            select r.id, 'default', 'default', 2, 'infinity', now() - interval '1 hour', 'group', 'PENDING', ?,
                   r.position
            from r
          )
          update groups set open = ?, status = 'QUEUED' where id = ?
          """,
          job,
          group,
          RUNS,
          group,
          RUNS,
          group);
      engine.execute("insert into group_ends (group_id, tenant_id) values (?, 'default')", group);
      engine.worker();
      engine.ticker();
      await().until(() -> engine.count("select succeeded from groups where id = ?", group) > 2);

      // When some more have ended, the rows that were fetched from the queue since are a few each
      long ended = engine.count("select succeeded from groups where id = ?", group);
      long before = fetched(engine);
      await()
          .atMost(Duration.ofSeconds(20))
          .until(
              () -> engine.count("select succeeded from groups where id = ?", group) >= ended + 10);
      long each =
          (fetched(engine) - before)
              / (engine.count("select succeeded from groups where id = ?", group) - ended);
      assertTrue(each < 1_000, "an end fetched " + each + " rows of " + RUNS);

      // And all the rest is cancelled in a moment
      groups.cancel(group);
      groups.awaitStatus(group, GroupStatus.CANCELED);
      assertEquals(RUNS, groups.get(group).counts().total());
      assertEquals(
          List.of(Map.of("n", (long) RUNS)),
          engine.rows(
              "select count(distinct run_id) as n from attempts where final_state is not null"));

      // And again by the group itself; nothing of it is told of in rows too large for a reader
      groups.retry(group);
      engine.execute("update groups set canceled_at = now() where id = ?", group);
      engine.execute("insert into group_ends (group_id, tenant_id) values (?, 'default')", group);
      groups.awaitStatus(group, GroupStatus.CANCELED);
      assertEquals(500, engine.count("select max(cardinality(runs)) from outbox"));
    }
  }

  private static long fetched(EngineFixture engine) {
    engine.execute("select pg_stat_clear_snapshot()");
    return engine.count(
        "select (seq_tup_read + idx_tup_fetch)::bigint from pg_stat_user_tables where relname = 'queue'");
  }
}
