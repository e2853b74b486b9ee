package dev.carillon.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.pg.IdBounds;
import dev.carillon.testing.EngineFixture;
import dev.carillon.testing.PlannedOnce;
import io.vertx.sqlclient.Tuple;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The relay's statements are planned once, perhaps before there is anything to tell (rule 2). */
class RelaySqlTest {

  private static final int ROWS = 50_000;
  private static final int SOME = 2_000;

  private EngineFixture engine;

  @BeforeEach
  void open() {
    engine = new EngineFixture();
  }

  @AfterEach
  void close() {
    engine.close();
  }

  @Test
  void readsWhatARoundNeedsByAPlanThatWasMadeOnEmptyTables() {
    try (PlannedOnce details = new PlannedOnce(engine, RelaySql.DETAILS)) {
      details.explain(of(List.of(UUID.randomUUID())));
      List<UUID> runs = engine.runs(engine.job("noop"), ROWS, EngineFixture.REAL.instant());
      engine.execute(
          """
          insert into attempts (run_id, generation, attempt, tenant_id, outcome, final_state, finished_at)
          select id, 1, 1, tenant_id, 'SUCCEEDED', 'SUCCEEDED', now() from runs
          """);

      PlannedOnce.Plan plan = details.explain(of(runs.subList(20_000, 20_000 + SOME)));

      assertIsBounded(plan);
      assertEquals(
          SOME,
          engine.pg.hotRows(RelaySql.DETAILS, of(runs.subList(20_000, 20_000 + SOME))).size());
    }
  }

  @Test
  void readsAndDeletesByAPlanThatWasMadeOnAnEmptyOutbox() {
    try (PlannedOnce next = new PlannedOnce(engine, RelaySql.NEXT)) {
      UUID holder = lease();
      next.explain(Tuple.of(0L, 500, new Long[] {1L}, "relay", holder, 1L));
      engine.execute(
          """
          insert into outbox (at, kind, tenant_id, payload)
          select now(), 'CHANGED', 'default', '{}' from generate_series(1, ?)
          """,
          ROWS);
      Long[] published =
          engine.rows("select id from outbox order by id limit ?", SOME).stream()
              .map(row -> (Long) row.get("id"))
              .toArray(Long[]::new);

      PlannedOnce.Plan plan = next.explain(Tuple.of(0L, 500, published, "relay", holder, 1L));

      assertIsBounded(plan);
      assertEquals(ROWS - SOME, engine.count("select count(*) from outbox"));
    }
  }

  @Test
  void countsByAPlanThatWasMadeOnEmptyTables() {
    try (PlannedOnce next = new PlannedOnce(engine, RelaySql.NEXT_COUNTING)) {
      UUID holder = lease();
      next.explain(counting(new Long[] {1L}, new UUID[] {UUID.randomUUID()}, holder));
      UUID job = engine.job("noop");
      engine.execute(
          """
          with s as (
            insert into schedules (id, tenant_id, key, job_id, trigger, created_at, updated_at)
            select gen_random_uuid(), 'default', 's' || n, ?, '{}', now(), now() from generate_series(1, ?) as n
            returning id, tenant_id, key)
          insert into schedule_counts (schedule_id, tenant_id, fired)
          select id, tenant_id, 1 from s where key like '%0'
          """,
          job, ROWS);
      engine.execute(
          "insert into outbox (at, kind, runs, attempts) select now(), 'STARTED', '{}', '{}' from generate_series(1, 40)");
      Long[] published =
          engine.rows("select id from outbox").stream()
              .map(row -> (Long) row.get("id"))
              .toArray(Long[]::new);
      UUID[] schedules =
          engine.rows("select id from schedules limit ?", SOME).stream()
              .map(row -> (UUID) row.get("id"))
              .toArray(UUID[]::new);
      long before = engine.count("select sum(fired) from schedule_counts");

      PlannedOnce.Plan plan = next.explain(counting(published, schedules, holder));

      assertTrue(plan.isGeneric(), plan.text());
      assertFalse(plan.text().contains("Seq Scan"), plan.text());
      assertTrue(plan.rowsThrownAway() <= 2L * SOME, plan.text());
      assertTrue(plan.pages() <= 40L * SOME, plan.text());
      assertEquals(before + SOME, engine.count("select sum(fired) from schedule_counts"));
    }
  }

  private UUID lease() {
    UUID holder = UUID.randomUUID();
    engine.execute(
        "insert into leases (name, holder, epoch, expires_at) values ('relay', ?, 1, now() + interval '1 hour')",
        holder);
    return holder;
  }

  private static Tuple counting(Long[] published, UUID[] schedules, UUID holder) {
    Long[] one = new Long[schedules.length];
    Arrays.fill(one, 1L);
    Integer[] zero = new Integer[schedules.length];
    Arrays.fill(zero, 0);
    return Tuple.of(0L, 500, published)
        .addString("relay")
        .addUUID(holder)
        .addLong(1L)
        .addArrayOfUUID(schedules)
        .addArrayOfLong(one)
        .addArrayOfLong(one)
        .addArrayOfLong(one)
        .addArrayOfLong(one)
        .addArrayOfLong(one)
        .addArrayOfInteger(zero)
        .addArrayOfInteger(zero)
        .addArrayOfInteger(zero);
  }

  private static void assertIsBounded(PlannedOnce.Plan plan) {
    assertTrue(plan.isGeneric(), plan.text());
    assertFalse(plan.text().contains("Seq Scan"), plan.text());
    assertFalse(plan.text().contains("_tenant_id"), plan.text());
    assertTrue(plan.rowsThrownAway() <= 2L * SOME, plan.text());
    assertTrue(plan.pages() <= 20L * SOME, plan.text());
  }

  private static Tuple of(List<UUID> runs) {
    UUID[] ids = runs.toArray(UUID[]::new);
    IdBounds bounds = IdBounds.of(ids);
    return Tuple.tuple()
        .addArrayOfUUID(ids)
        .addUUID(bounds.lowest())
        .addUUID(bounds.highest())
        .addArrayOfUUID(ids)
        .addUUID(bounds.lowest())
        .addUUID(bounds.highest())
        .addArrayOfInteger(new Integer[] {1});
  }
}
