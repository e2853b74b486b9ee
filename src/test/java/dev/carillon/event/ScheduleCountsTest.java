package dev.carillon.event;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.testing.EngineFixture;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the relay counts of schedules, and what it does when too many of their runs fail. */
class ScheduleCountsTest {

  private static final Duration SOON = Duration.ofSeconds(10);
  private static final String NEVER = "{\"type\":\"ONE_SHOT\",\"at\":\"9000-01-01T00:00:00Z\"}";

  private EngineFixture engine;
  private UUID job;

  @BeforeEach
  void open() {
    engine = new EngineFixture();
    job = engine.job("noop");
  }

  @AfterEach
  void close() {
    engine.close();
  }

  @Test
  void countsWhatBecameOfEachRun() {
    UUID schedule = schedule("a");
    UUID other = schedule("b");
    engine.relay();
    started(run(schedule), 1);
    UUID tried = run(schedule);
    started(tried, 1);
    ended(tried, 1, "FAILED", null);
    started(tried, 2);
    ended(tried, 2, "SUCCEEDED", "SUCCEEDED");
    ended(run(schedule), 1, "FAILED", "FAILED");
    ended(run(schedule), 1, "LOST", "DEAD");
    ended(run(schedule), 1, "MISSED", "MISSED");
    ended(run(schedule), 1, "SKIPPED", "SKIPPED");
    ended(run(schedule), 1, "CANCELED", "CANCELED");
    ended(run(other), 1, "SKIPPED", "SKIPPED");
    ended(run(null), 1, "SUCCEEDED", "SUCCEEDED");
    engine.execute(
        "insert into outbox (at, kind, tenant_id, payload) values (now(), 'CHANGED', 'default', ?::jsonb)",
        OutboxRows.payload(
                "scheduler.run.missed",
                "schedules/" + schedule,
                18,
                null,
                new JsonObject().put("id", schedule.toString()).put("count", 400))
            .encode());

    awaitToldAll();

    assertEquals("fired=2 succeeded=1 failed=2 missed=401 skipped=1 row=2", counts(schedule));
    assertEquals("fired=0 succeeded=0 failed=0 missed=0 skipped=1 row=0", counts(other));
    assertEquals(2, engine.count("select count(*) from schedule_counts"));
  }

  /** It had an attempt before, but none that anybody began. */
  @Test
  void countsTheStartOfARevivedRunOnce() {
    UUID schedule = schedule("a");
    engine.relay();
    UUID revived = run(schedule);
    ended(revived, 1, "MISSED", "MISSED");
    started(revived, 2);
    ended(revived, 2, "FAILED", null);
    started(revived, 3);
    ended(revived, 3, "SUCCEEDED", "SUCCEEDED");

    awaitToldAll();

    assertEquals("fired=1 succeeded=1 failed=0 missed=1 skipped=0 row=0", counts(schedule));
  }

  /** That old fires fail says nothing of those to come. */
  @Test
  void doesNotPauseForTheFailuresOfABackfill() {
    UUID schedule = schedule("a");
    engine.execute("update schedules set pause_after_failures = 2");
    UUID backfill = UUID.randomUUID();
    engine.execute(
        """
        insert into backfills (id, tenant_id, schedule_id, from_at, to_at, overlap_policy, rate, planned, revived,
                               left_alone, created_at)
        values (?, 'default', ?, now(), now(), 'BUFFER_ALL', 1, 3, 0, 0, now())
        """,
        backfill,
        schedule);
    engine.relay();
    for (int i = 0; i < 3; i++) {
      UUID run = run(schedule);
      engine.execute(
          "insert into backfill_runs (backfill_id, run_id, tenant_id, generation) values (?, ?, 'default', 1)",
          backfill,
          run);
      ended(run, 1, "FAILED", "FAILED");
    }
    ended(run(schedule), 1, "FAILED", "FAILED");

    awaitToldAll();

    assertEquals("ACTIVE", status(schedule));
    assertEquals("fired=0 succeeded=0 failed=4 missed=0 skipped=0 row=1", counts(schedule));
  }

  /** As an edit does: what somebody moved was asked for. */
  @Test
  void leavesAFireThatWasMovedWhenItPauses() {
    UUID schedule = schedule("a");
    engine.execute("update schedules set pause_after_failures = 1");
    UUID moved = fire(schedule, Duration.ofDays(1));
    UUID planned = fire(schedule, Duration.ofDays(1));
    engine.execute("update queue set moved = true where id = ?", moved);
    engine.relay();
    ended(run(schedule), 1, "FAILED", "FAILED");

    await().atMost(SOON).until(() -> status(schedule).equals("PAUSED"));

    assertEquals(0, engine.count("select count(*) from queue where id = ?", planned));
    assertEquals(1, engine.count("select count(*) from queue where id = ?", moved));
  }

  /** Published by one and deleted by nobody, published again by the next: counted once. */
  @Test
  void countsOnceWhatTwoLeadersPublish() {
    UUID schedule = schedule("a");
    AtomicInteger published = new AtomicInteger();
    Relay first = relay(published, new AtomicBoolean());
    ended(run(schedule), 1, "SUCCEEDED", "SUCCEEDED");
    await().atMost(SOON).until(() -> published.get() > 0);
    // It is told that the broker has it only after another has taken over.
    engine.execute("update leases set holder = gen_random_uuid(), epoch = epoch + 1");
    first.stop();
    engine.execute("update leases set holder = null");

    Relay second = relay(new AtomicInteger(), new AtomicBoolean(true));
    awaitToldAll();

    assertEquals("fired=0 succeeded=1 failed=0 missed=0 skipped=0 row=0", counts(schedule));
    second.stop();
  }

  /** The paused leader wakes and deletes: nothing happens under its old epoch. */
  @Test
  void countsNothingUnderALeaseThatWasTakenOver() {
    UUID schedule = schedule("a");
    UUID holder = UUID.randomUUID();
    engine.execute(
        "insert into leases (name, holder, epoch, expires_at) values ('relay', ?, 7, now() + interval '1 hour')",
        holder);
    Long id = changed();

    assertEquals(0, counting(id, schedule, holder, 6));
    assertEquals(1, engine.count("select count(*) from outbox where id = ?", id));
    assertEquals(1, counting(id, schedule, holder, 7));
    // And once more, as after an answer that was lost
    assertEquals(1, counting(id, schedule, holder, 7));
    assertEquals(0, engine.count("select count(*) from outbox where id = ?", id));
  }

  /** A paused leader that has nothing to count would else delete a part of what the next counts. */
  @Test
  void countsAllThatIsPublishedThoughAFormerLeaderWakesInBetween() {
    UUID schedule = schedule("a");
    UUID holder = UUID.randomUUID();
    engine.execute(
        "insert into leases (name, holder, epoch, expires_at) values ('relay', ?, 7, now() + interval '1 hour')",
        holder);
    Long[] first = {changed(), changed(), changed()};
    Long[] all = {first[0], first[1], first[2], changed(), changed()};

    engine.pg.hotRows(
        RelaySql.NEXT, io.vertx.sqlclient.Tuple.of(0L, 500, first, "relay", UUID.randomUUID(), 6L));

    assertEquals(5, engine.count("select count(*) from outbox"));
    assertEquals(1, counting(all, schedule, holder, 7));
    assertEquals(0, engine.count("select count(*) from outbox"));
    Long more = changed();
    engine.pg.hotRows(
        RelaySql.NEXT,
        io.vertx.sqlclient.Tuple.of(0L, 500, new Long[] {more}, "relay", holder, 7L));
    assertEquals(0, engine.count("select count(*) from outbox"));
  }

  private long counting(Long published, UUID schedule, UUID holder, long epoch) {
    return counting(new Long[] {published}, schedule, holder, epoch);
  }

  /** How many it has counted so far. */
  private long counting(Long[] published, UUID schedule, UUID holder, long epoch) {
    Rollup rollup = new Rollup();
    rollup.add(
        new ChangeEvent(
            "scheduler.run.missed",
            EngineFixture.TENANT,
            "schedules/" + schedule,
            8,
            Instant.EPOCH,
            null,
            new JsonObject().put("id", schedule.toString()).put("count", 1)));
    engine.pg.hotRows(
        RelaySql.NEXT_COUNTING,
        rollup.onto(
            io.vertx.sqlclient.Tuple.of(0L, 500, published)
                .addString("relay")
                .addUUID(holder)
                .addLong(epoch)));
    return engine.count("select coalesce(sum(missed), 0) from schedule_counts");
  }

  private Long changed() {
    return (Long)
        engine
            .row(
                "insert into outbox (at, kind, tenant_id, payload) values (now(), 'CHANGED', 'default', '{}') returning id")
            .get("id");
  }

  @Test
  void countsNothingMoreOfAScheduleThatIsGone() {
    UUID schedule = schedule("a");
    UUID other = schedule("b");
    ended(run(schedule), 1, "SUCCEEDED", "SUCCEEDED");
    ended(run(other), 1, "SUCCEEDED", "SUCCEEDED");
    engine.execute("delete from schedules where id = ?", schedule);

    engine.relay();
    awaitToldAll();

    assertEquals(
        1, engine.count("select count(*) from schedule_counts where schedule_id = ?", other));
    assertEquals(1, engine.count("select count(*) from schedule_counts"));
  }

  // ── pauseAfterFailures
  // ───────────────────────────────────────────────────────────────────────────

  @Test
  void pausesAfterFailuresInARowAndWithdrawsWhatIsPlanned() {
    UUID schedule = schedule("a");
    engine.execute("update schedules set pause_after_failures = 3 where id = ?", schedule);
    engine.execute(
        "update clock set runs_left = 5, last_fire_at = now() where schedule_id = ?", schedule);
    UUID planned = fire(schedule, Duration.ofSeconds(4));
    UUID queued = fire(schedule, Duration.ofSeconds(-1));
    engine.relay();
    ended(run(schedule), 1, "FAILED", "FAILED");
    ended(run(schedule), 1, "FAILED", "DEAD");
    ended(run(schedule), 1, "FAILED", null);
    awaitToldAll();
    assertEquals("ACTIVE", status(schedule));

    ended(run(schedule), 1, "FAILED", "FAILED");

    await().atMost(SOON).until(() -> "PAUSED".equals(status(schedule)));
    Map<String, Object> row = engine.row("select * from schedules where id = ?", schedule);
    assertEquals(false, row.get("enabled"));
    assertEquals("paused after 3 failed runs in a row", row.get("status_reason"));
    assertEquals(2, row.get("version"));
    Map<String, Object> clock = engine.row("select * from clock where schedule_id = ?", schedule);
    assertEquals(false, clock.get("enabled"));
    assertNull(clock.get("next_fire_at"));
    assertEquals(2L, clock.get("revision"));
    assertEquals(6, clock.get("runs_left"));
    assertEquals(0, engine.count("select count(*) from queue where id = ?", planned));
    assertEquals(0, engine.count("select count(*) from runs where id = ?", planned));
    assertEquals(1, engine.count("select count(*) from queue where id = ?", queued));
    await()
        .atMost(SOON)
        .until(
            () ->
                engine.events.stream()
                    .anyMatch(
                        event ->
                            event.type().equals("scheduler.schedule.disabled")
                                && event.sequence() == 24
                                && "PAUSED".equals(event.data().getString("status"))));
    assertEquals("fired=0 succeeded=0 failed=3 missed=0 skipped=0 row=0", counts(schedule));

    // While it is disabled nothing adds up, and enabling it begins anew
    ended(run(schedule), 1, "FAILED", "FAILED");
    ended(run(schedule), 1, "FAILED", "FAILED");
    awaitToldAll();
    engine.execute("update schedules set enabled = true, status = 'ACTIVE' where id = ?", schedule);
    ended(run(schedule), 1, "FAILED", "FAILED");
    awaitToldAll();
    assertEquals("ACTIVE", status(schedule));
    assertEquals("fired=0 succeeded=0 failed=6 missed=0 skipped=0 row=1", counts(schedule));
  }

  @Test
  void beginsAnewAfterASuccess() {
    UUID schedule = schedule("a");
    engine.execute("update schedules set pause_after_failures = 2 where id = ?", schedule);
    engine.relay();
    for (int i = 0; i < 3; i++) {
      ended(run(schedule), 1, "FAILED", "FAILED");
      ended(run(schedule), 1, "SUCCEEDED", "SUCCEEDED");
      awaitToldAll();
    }

    assertEquals("ACTIVE", status(schedule));
    assertEquals("fired=0 succeeded=3 failed=3 missed=0 skipped=0 row=0", counts(schedule));
  }

  /** How many rows one batch takes is chance, and no reason to do otherwise. */
  @Test
  void pausesAlsoWhereASuccessFollowsInTheSameBatch() {
    UUID schedule = schedule("a");
    engine.execute("update schedules set pause_after_failures = 2 where id = ?", schedule);
    ended(run(schedule), 1, "FAILED", "FAILED");
    ended(run(schedule), 1, "FAILED", "FAILED");
    ended(run(schedule), 1, "SUCCEEDED", "SUCCEEDED");

    engine.relay();

    await().atMost(SOON).until(() -> "PAUSED".equals(status(schedule)));
  }

  /** Counted, and then its relay was gone. */
  @Test
  void pausesWhatAFormerLeaderLeft() {
    UUID schedule = schedule("a");
    engine.execute("update schedules set pause_after_failures = 2 where id = ?", schedule);
    engine.execute(
        "insert into schedule_counts (schedule_id, tenant_id, failures_in_row) values (?, 'default', 2)",
        schedule);

    engine.relay();

    await().atMost(SOON).until(() -> "PAUSED".equals(status(schedule)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"EXHAUSTED", "PARKED", "PAUSED"})
  void leavesTheStatusOfOneThatFiresNoMoreAndCountsAnew(String status) {
    UUID schedule = schedule("a");
    engine.execute(
        "update schedules set pause_after_failures = 2, status = ?, status_reason = 'mine' where id = ?",
        status,
        schedule);
    ended(run(schedule), 1, "FAILED", "FAILED");
    ended(run(schedule), 1, "FAILED", "FAILED");

    engine.relay();

    awaitToldAll();
    await()
        .atMost(SOON)
        .until(() -> counts(schedule).endsWith("failed=2 missed=0 skipped=0 row=0"));
    assertEquals(status, status(schedule));
    Map<String, Object> row = engine.row("select * from schedules where id = ?", schedule);
    assertEquals("mine", row.get("status_reason"));
    assertEquals(true, row.get("enabled"));
    assertEquals(1, row.get("version"));
  }

  @Test
  void pausesOneThatIsPausedUntilAnInstant() {
    UUID schedule = schedule("a");
    engine.execute(
        "update schedules set pause_after_failures = 1, status = 'PAUSED', paused_until = now() + interval '1 hour'");
    ended(run(schedule), 1, "FAILED", "FAILED");

    engine.relay();

    await()
        .atMost(SOON)
        .until(() -> engine.count("select count(*) from schedules where not enabled") == 1);
  }

  /** They are taken in the order of their ids. */
  @Test
  void pausesTheOthersWhereOneCannotBePaused() {
    UUID one = schedule("a");
    UUID two = schedule("b");
    engine.execute("update schedules set pause_after_failures = 1");
    engine.execute(
        "insert into schedule_counts (schedule_id, tenant_id, failures_in_row) select id, 'default', 1 from schedules");
    UUID first = (UUID) engine.row("select id from schedules order by id limit 1").get("id");
    engine.execute(
        "alter table schedules add constraint refused check (id <> '%s' or enabled)"
            .formatted(first));

    engine.relay();

    UUID other = first.equals(one) ? two : one;
    await().atMost(SOON).until(() -> "PAUSED".equals(status(other)));
    assertEquals("ACTIVE", status(first));
  }

  // ── what is in the tables
  // ────────────────────────────────────────────────────────────────────────

  private UUID schedule(String key) {
    return engine.schedule(job, key, NEVER, "UTC", Instant.parse("9000-01-01T00:00:00Z"));
  }

  private UUID run(UUID schedule) {
    UUID run = engine.run(job);
    engine.execute("update runs set schedule_id = ? where id = ?", schedule, run);
    engine.execute("delete from queue where id = ?", run);
    return run;
  }

  private UUID fire(UUID schedule, Duration in) {
    UUID run = engine.run(job);
    Instant at = EngineFixture.REAL.instant().plus(in);
    engine.execute(
        "update runs set schedule_id = ?, fire_at = ?, due_at = ? where id = ?",
        schedule,
        EngineFixture.utc(at),
        EngineFixture.utc(at),
        run);
    engine.execute(
        "update queue set schedule_id = ?, due_at = ? where id = ?",
        schedule,
        EngineFixture.utc(at),
        run);
    return run;
  }

  private void started(UUID run, int attempt) {
    engine.execute(
        "insert into outbox (at, kind, runs, attempts) values (now(), 'STARTED', array[?::uuid], array[?::int])",
        run,
        attempt);
  }

  private void ended(UUID run, int attempt, String outcome, String state) {
    engine.execute(
        """
        with a as (
          insert into attempts (run_id, generation, attempt, tenant_id, outcome, final_state, finished_at)
          values (?, 1, ?, 'default', ?::attempt_outcome, ?::run_state, now())
          returning run_id, attempt)
        insert into outbox (at, kind, runs, attempts) select now(), 'ENDED', array[run_id], array[attempt] from a
        """,
        run,
        attempt,
        outcome,
        state);
  }

  private Relay relay(AtomicInteger published, AtomicBoolean acknowledges) {
    Relay relay =
        new Relay(
            engine.vertx,
            engine.pg,
            EngineFixture.REAL,
            EngineFixture.only(
                events -> {
                  published.addAndGet(events.size());
                  return acknowledges.get()
                      ? Uni.createFrom().voidItem()
                      : Uni.createFrom().failure(new IllegalStateException("not acknowledged"));
                }),
            SOON);
    relay.start();
    return relay;
  }

  private void awaitToldAll() {
    await().atMost(SOON).until(() -> engine.count("select count(*) from outbox") == 0);
    assertTrue(engine.count("select count(*) from leases where name = 'relay'") == 1);
  }

  private String status(UUID schedule) {
    return (String) engine.row("select status from schedules where id = ?", schedule).get("status");
  }

  private String counts(UUID schedule) {
    return (String)
        engine
            .row(
                """
                select format('fired=%s succeeded=%s failed=%s missed=%s skipped=%s row=%s',
                              fired, succeeded, failed, missed, skipped, failures_in_row) as counts
                from schedule_counts where schedule_id = ?
                """,
                schedule)
            .get("counts");
  }
}
