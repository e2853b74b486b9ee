package dev.carillon.ticker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.lease.Lease;
import dev.carillon.run.RunIds;
import dev.carillon.schedule.FirePlan;
import dev.carillon.schedule.SchedulePolicies;
import dev.carillon.schedule.TzdataVersion;
import dev.carillon.testing.Background;
import dev.carillon.testing.EngineFixture;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One fire per schedule and instant, whoever plans it, and nothing by whom it is not due. */
class PlanSqlTest {

  private static final String CRON = "{\"type\":\"CRON\",\"expression\":\"* * * * *\"}";

  private EngineFixture engine;
  private UUID job;
  private UUID schedule;
  private UUID leader;
  private Instant next;

  @BeforeEach
  void open() {
    engine = new EngineFixture();
    job = engine.job("noop");
    next = EngineFixture.REAL.instant().plusSeconds(1);
    schedule = engine.schedule(job, "minutely", CRON, "UTC", next);
    leader = UUID.randomUUID();
    engine.execute(
        "insert into leases values ('ticker', ?, 7, 0, now() + interval '1 minute')", leader);
  }

  @AfterEach
  void close() {
    engine.close();
  }

  @Test
  void movesTheClockAndMakesTheRunInOneStatement() {
    List<Row> planned = plan(leader, 7, 1, next, false);

    assertEquals(RunIds.ofFire("default", "minutely", next), planned.get(0).getUUID("id"));
    assertEquals(1, planned.get(0).getLong("moved"));
    assertEquals(1, engine.count("select count(*) from runs"));
    assertEquals(1, engine.count("select count(*) from queue"));
    assertEquals(
        1,
        engine.count(
            "select count(*) from clock where last_fire_at = ? and next_fire_at = ? and rules = '2025c'",
            EngineFixture.utc(next),
            EngineFixture.utc(next.plusSeconds(60))));
  }

  @Test
  void doesNothingForALeaderThatWasReplaced() {
    assertEquals(0, plan(leader, 6, 1, next, false).get(0).getLong("moved"));
    assertEquals(0, plan(UUID.randomUUID(), 7, 1, next, false).get(0).getLong("moved"));
    engine.execute("update leases set expires_at = now() - interval '1 second'");
    assertEquals(0, plan(leader, 7, 1, next, false).get(0).getLong("moved"));

    assertEquals(0, engine.count("select count(*) from runs"));
    assertEquals(
        1,
        engine.count("select count(*) from clock where next_fire_at = ?", EngineFixture.utc(next)));
  }

  /** A key share would let the take-over through. */
  @Test
  void holdsUpATakeOverUntilThePlanIsCommitted() throws SQLException {
    // Given a plan that has not committed
    try (Connection planner = engine.database.connect()) {
      planner.setAutoCommit(false);
      EngineFixture.rows(
          planner,
          """
          with live as materialized (
            select 1 from leases where name = 'ticker' and holder = ? and epoch = 7
              and expires_at > clock_timestamp()
            for share)
          select * from live
          """,
          leader);

      // When another takes over
      CompletableFuture<Void> takeOver =
          Background.run(
              () ->
                  engine.pg.rows(
                      "update leases set holder = $1, epoch = epoch + 1 where name = 'ticker'",
                      UUID.randomUUID()));

      // Then it waits
      awaitLockWaiter();
      assertFalse(takeOver.isDone());
      planner.commit();
      takeOver.join();
    }
    assertTrue(PlanSql.PLAN.contains("for share\n"));
    assertEquals(0, plan(leader, 7, 1, next, false).get(0).getLong("moved"));
  }

  @Test
  void doesNothingWhenATakeOverCommitsWhileThePlanWaitsForIt() throws SQLException {
    try (Connection usurper = engine.database.connect()) {
      usurper.setAutoCommit(false);
      EngineFixture.rows(usurper, "update leases set holder = ?, epoch = 8", UUID.randomUUID());

      CompletableFuture<List<Row>> planning =
          Background.supply(() -> plan(leader, 7, 1, next, false));
      awaitLockWaiter();
      usurper.commit();

      assertEquals(0, planning.join().get(0).getLong("moved"));
      assertEquals(0, engine.count("select count(*) from runs"));
    }
  }

  @Test
  void doesNothingWhenTheScheduleWasEditedMeanwhile() {
    engine.execute("update clock set revision = revision + 1");

    List<Row> planned = plan(leader, 7, 1, next, false);

    assertEquals(0, planned.get(0).getLong("moved"));
    assertEquals(null, planned.get(0).getArrayOfUUIDs("busy"));
    assertEquals(0, engine.count("select count(*) from runs"));
  }

  /** However long somebody edits a schedule, the others are planned. */
  @Test
  void waitsForNobodyWhoHasLockedAClock() throws SQLException {
    try (Connection editor = engine.database.connect()) {
      editor.setAutoCommit(false);
      EngineFixture.rows(editor, "select 1 from clock where schedule_id = ? for update", schedule);

      List<Row> planned = plan(leader, 7, 1, next, false);

      assertEquals(0, planned.get(0).getLong("moved"));
      assertArrayEquals(new UUID[] {schedule}, planned.get(0).getArrayOfUUIDs("busy"));
      editor.rollback();
    }
    assertEquals(1, plan(leader, 7, 1, next, false).get(0).getLong("moved"));
  }

  @Test
  void firesOnceWhenTwoPlanTheSame() {
    CompletableFuture<List<Row>> one = Background.supply(() -> plan(leader, 7, 1, next, false));
    CompletableFuture<List<Row>> other = Background.supply(() -> plan(leader, 7, 1, next, false));

    long moved = one.join().get(0).getLong("moved") + other.join().get(0).getLong("moved");

    assertEquals(1, moved);
    assertEquals(1, engine.count("select count(*) from queue"));
  }

  @Test
  void makesTheSameFireOnceAlsoAcrossDeletionAndReCreation() {
    plan(leader, 7, 1, next, false);
    engine.execute("delete from queue");
    engine.execute("delete from schedules");
    UUID again = engine.schedule(job, "minutely", CRON, "UTC", next);

    List<Row> planned = plan(again, leader, 7, 1, next, false);

    assertEquals(1, planned.get(0).getLong("moved"));
    assertEquals(null, planned.get(0).getUUID("id"));
    assertEquals(1, engine.count("select count(*) from runs"));
    assertEquals(0, engine.count("select count(*) from queue"));
  }

  @Test
  void recordsAMissedFireWithItsEvent() {
    plan(leader, 7, 1, next, true);

    UUID run = RunIds.ofFire("default", "minutely", next);
    assertEquals("MISSED", engine.state(run));
    assertEquals(
        1,
        engine.count("select count(*) from outbox where kind = 'ENDED' and runs = array[?]", run));
  }

  @Test
  void looksAheadByTheIndexHoweverManyRunsThereAre() {
    EngineFixture full = EngineFixture.withBacklog();
    OffsetDateTime now = EngineFixture.utc(EngineFixture.REAL.instant());

    String plan =
        full
            .pg
            .rows("explain " + DueSql.WINDOW, now.minusSeconds(600), now.plusSeconds(5), 1_000)
            .stream()
            .map(row -> row.getString(0))
            .collect(Collectors.joining("\n"));

    assertTrue(plan.contains("queue_due"), plan);
    assertFalse(plan.contains("Seq Scan on queue"), plan);
    assertEquals(
        10, full.pg.rows(DueSql.WINDOW, now.minusSeconds(600), now.plusSeconds(5), 1_000).size());
  }

  private List<Row> plan(UUID holder, long epoch, long revision, Instant old, boolean missed) {
    return plan(schedule, holder, epoch, revision, old, missed);
  }

  private List<Row> plan(
      UUID of, UUID holder, long epoch, long revision, Instant old, boolean missed) {
    FirePlan made =
        missed
            ? new FirePlan(List.of(), List.of(old), null, following(old), true)
            : FirePlan.of(List.of(old), following(old));
    return plan(
        of, holder, epoch, revision, made, fire -> new PlannedFire(fire, fire, null, false));
  }

  /** What the planner makes of a plan of the schedule whose next fire is the first one of it. */
  private List<Row> plan(FirePlan made, Function<Instant, PlannedFire> timed) {
    return plan(schedule, leader, 7, 1, made, timed);
  }

  private List<Row> plan(
      UUID of,
      UUID holder,
      long epoch,
      long revision,
      FirePlan made,
      Function<Instant, PlannedFire> timed) {
    Instant old = made.missed().isEmpty() ? made.fires().get(0) : made.missed().get(0);
    PlanRow row =
        new PlanRow(
            of,
            "default",
            revision,
            old,
            old,
            null,
            null,
            false,
            null,
            "minutely",
            CRON,
            "UTC",
            null,
            null,
            old,
            SchedulePolicies.DEFAULT);
    PlanParameters parameters = new PlanParameters(new TzdataVersion("2025c"));
    parameters.add(
        new FireEvaluation.Planned(row, made),
        made.fires().stream().map(timed).toList(),
        EngineFixture.REAL.instant());
    Tuple values =
        parameters.under(new Lease.Held("ticker", holder, epoch), EngineFixture.REAL.instant());
    return engine.pg.asEngine(PlanSql.PLAN, values).await().atMost(Duration.ofSeconds(10)).stream()
        .toList();
  }

  private static Instant following(Instant fire) {
    return fire.plus(Duration.ofMinutes(1));
  }

  private void awaitLockWaiter() {
    await()
        .until(
            () ->
                engine.count(
                        "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()")
                    > 0);
  }
}
