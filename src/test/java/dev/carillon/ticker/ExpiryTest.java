package dev.carillon.ticker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.carillon.run.Outcome;
import dev.carillon.schedule.OverlapPolicy;
import dev.carillon.testing.EngineFixture;
import dev.carillon.testing.Waiting;
import java.sql.Connection;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Runs that may not start at any time. */
class ExpiryTest {

  private static final Duration SOON = Duration.ofSeconds(10);

  private Waiting waiting;
  private EngineFixture engine;

  @BeforeEach
  void open() {
    waiting = new Waiting();
    engine = waiting.engine;
  }

  @AfterEach
  void close() {
    waiting.close();
  }

  @Test
  void endsAsMissedWhatNobodyHasStartedByItsTime() {
    engine.ticker();
    engine.relay();
    UUID run = engine.run(waiting.job);
    Instant at = now().plusMillis(600);
    expires(run, at);

    engine.awaitState(run, "MISSED");

    Map<String, Object> attempt = engine.row("select * from attempts where run_id = ?", run);
    assertEquals("MISSED", attempt.get("outcome"));
    assertEquals(1, attempt.get("attempt"));
    assertNull(attempt.get("started_at"));
    Instant ended = ((Timestamp) attempt.get("finished_at")).toInstant();
    assertFalse(ended.isBefore(at), ended + " is before " + at);
    await()
        .atMost(SOON)
        .until(() -> engine.events.stream().anyMatch(e -> e.type().equals("scheduler.run.missed")));
    assertEquals(0, engine.count("select count(*) from expiries"));
  }

  @Test
  void forgetsTheTimeOfWhatHasStarted() {
    engine.ticker();
    engine.worker();
    UUID run = engine.run(waiting.job);
    engine.awaitState(run, "RUNNING");
    expires(run, now());

    await().atMost(SOON).until(() -> engine.count("select count(*) from expiries") == 0);

    assertEquals("RUNNING", engine.state(run));
    waiting.ends(run, Outcome.success());
    engine.awaitState(run, "SUCCEEDED");
    assertEquals("SUCCEEDED", engine.attempts(run));
  }

  /** One that was handed back, or failed, has started: from then on its retries count. */
  @Test
  void leavesAloneWhatIsTriedAgain() {
    engine.ticker();
    UUID run = engine.run(waiting.job);
    engine.execute("update queue set attempt = 1 where id = ?", run);
    expires(run, now());

    await().atMost(SOON).until(() -> engine.count("select count(*) from expiries") == 0);

    assertEquals("QUEUED", engine.state(run));
  }

  /** Its claim is on the way, and may yet be rolled back. */
  @Test
  void looksAgainAtWhatIsLocked() throws Exception {
    UUID run = engine.run(waiting.job);
    expires(run, now());
    try (Connection claim = engine.database.connect()) {
      claim.setAutoCommit(false);
      EngineFixture.rows(claim, "select 1 from queue where id = ? for update", run);
      engine.ticker();
      await()
          .atMost(SOON)
          .until(() -> engine.count("select count(*) from leases where name = 'ticker'") == 1);
      await()
          .during(Duration.ofMillis(300))
          .until(() -> engine.count("select count(*) from expiries") == 1);
      claim.rollback();
    }
    engine.awaitState(run, "MISSED");
  }

  @Test
  void endsWhatWaitsForOthersAndLeavesThePlaceToTheNext() {
    UUID schedule = waiting.schedule(OverlapPolicy.BUFFER_ALL);
    engine.execute("update clock set runs_left = 3 where schedule_id = ?", schedule);
    engine.ticker();
    engine.worker();
    UUID living = waiting.living(schedule);
    engine.awaitState(living, "RUNNING");
    Instant due = now();
    UUID first = waiting.fire(schedule, OverlapPolicy.BUFFER_ALL, due);
    UUID second = waiting.fire(schedule, OverlapPolicy.BUFFER_ALL, due.plusMillis(1));
    expires(first, due.plusMillis(400));

    engine.awaitState(first, "MISSED");
    assertEquals("WAITING", waiting.state(second));
    assertEquals(3, engine.count("select runs_left from clock where schedule_id = ?", schedule));

    waiting.ends(living, Outcome.success());
    engine.awaitState(second, "RUNNING");
  }

  /** A queue that nobody serves: who has got the place and expires leaves it. */
  @Test
  void freesThePlaceOfOneThatNobodyStarted() {
    UUID schedule = waiting.schedule(OverlapPolicy.BUFFER_ALL);
    engine.ticker();
    UUID living = waiting.living(schedule);
    UUID next = waiting.fire(schedule, OverlapPolicy.BUFFER_ALL, now());
    expires(living, now());

    engine.awaitState(living, "MISSED");
    await().atMost(SOON).until(() -> "QUEUED".equals(waiting.state(next)));
  }

  @Test
  void tellsOfThePlaceOfOneThatWaitedForALimitWithIt() {
    UUID schedule = waiting.schedule(OverlapPolicy.BUFFER_ALL);
    UUID living = waiting.living(schedule);
    engine.execute(
        "update queue set held_by = 'job', held_key = 'job:x', held_due = due_at, due_at = 'infinity' where id = ?",
        living);
    UUID next = waiting.fire(schedule, OverlapPolicy.BUFFER_ALL, now());
    expires(living, now());
    expires(next, now());

    UUID[] places =
        engine
            .pg
            .rows(ExpirySql.EXPIRE, EngineFixture.utc(now()), 10)
            .get(0)
            .getArrayOfUUIDs("places");

    assertArrayEquals(new UUID[] {schedule}, places);
    assertEquals(2, engine.count("select count(*) from attempts where outcome = 'MISSED'"));
  }

  @Test
  void rearmsAFixedDelay() {
    UUID schedule =
        engine.schedule(
            waiting.job, "delay", "{\"type\":\"FIXED_DELAY\",\"delay\":\"PT1H\"}", "UTC", null);
    UUID run = waiting.living(schedule);
    engine.execute("update clock set awaited_run = ? where schedule_id = ?", run, schedule);
    expires(run, now());

    engine.ticker();

    engine.awaitState(run, "MISSED");
    assertEquals(
        1,
        engine.count(
            """
            select count(*) from clock
            where awaited_run is null and next_fire_at between now() + interval '59 minutes' and now() + interval '1 hour'
            """));
  }

  @Test
  void endsManyInBatches() {
    engine.runs(waiting.job, 1_700, now());
    engine.execute(
        "insert into expiries (run_id, tenant_id, expires_at) select id, tenant_id, now() from queue");

    engine.ticker();

    engine.awaitEmptyQueue(SOON);
    assertEquals(1_700, engine.count("select count(*) from attempts where outcome = 'MISSED'"));
    await().atMost(SOON).until(() -> engine.count("select count(*) from expiries") == 0);
  }

  private void expires(UUID run, Instant at) {
    engine.execute(
        "insert into expiries (run_id, tenant_id, expires_at) values (?, 'default', ?)",
        run,
        EngineFixture.utc(at));
  }

  private static Instant now() {
    return EngineFixture.REAL.instant();
  }
}
