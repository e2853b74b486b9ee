package dev.carillon.ticker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.testing.EngineFixture;
import dev.carillon.time.testing.TestClock;
import io.vertx.core.json.JsonObject;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The service was away for two hours, and schedules of every minute were not. */
class OutageTest {

  private static final String MINUTELY = "{\"type\":\"CRON\",\"expression\":\"* * * * *\"}";

  /** Half past a minute: the fire of that minute is slightly late, those before it are missed. */
  private final Instant now =
      EngineFixture.REAL.instant().truncatedTo(ChronoUnit.HOURS).plusSeconds(30);

  private final Instant stopped = now.minus(Duration.ofHours(2)).plusSeconds(30);
  private final TestClock clock = TestClock.at(now);

  private EngineFixture engine;
  private UUID job;

  @BeforeEach
  void open() {
    engine = new EngineFixture().clock(clock);
    job = engine.job("noop");
  }

  @AfterEach
  void close() {
    engine.close();
  }

  @Test
  void lastRunsOnceAndTellsOfTheOthers() {
    UUID schedule = minutely("LAST");

    engine.ticker();

    awaitPlanned();
    assertEquals(List.of(now.minusSeconds(30)), queued());
    assertEquals(100, engine.count("select count(*) from attempts where outcome = 'MISSED'"));
    assertEquals(
        100,
        engine.count(
            "select count(*) from runs where fire_at < ?", utc(stopped.plusSeconds(6_000))));
    JsonObject told = summary();
    assertEquals("schedules/" + schedule, told.getString("subject"));
    // Two hours less the fire that runs, from the first fire after the outage began
    assertEquals(
        new JsonObject()
            .put("id", schedule.toString())
            .put("tenant", "default")
            .put("key", "minutely")
            .put("jobKey", "noop")
            .put("count", 19)
            .put("from", stopped.plusSeconds(6_000).toString())
            .put("to", now.minusSeconds(90).toString()),
        told.getJsonObject("data"));
    assertEquals(engine.count("select version from schedules") * 10 + 8, told.getLong("sequence"));
  }

  @Test
  void lastRunsTheNewestMissedWhereNoneIsOnlySlightlyLate() {
    UUID schedule =
        engine.schedule(
            job,
            "hourly",
            "{\"type\":\"CRON\",\"expression\":\"50 * * * *\"}",
            "UTC",
            now.minusSeconds(630 + 3_600));
    set(schedule, "priority = 1");

    engine.ticker();

    awaitPlanned();
    assertEquals(List.of(now.minusSeconds(630)), queued());
    // It goes behind what is on time, and is due now
    assertEquals(2, engine.count("select priority from queue"));
    assertEquals(
        1, engine.count("select priority from runs where fire_at = ?", utc(now.minusSeconds(630))));
    assertTrue(Duration.between(now, dueAt().get(0)).abs().toMillis() < 50);
  }

  @Test
  void allRunsThoseWithinTheWindowAHundredASecond() {
    UUID schedule = minutely("ALL");
    set(schedule, "catch_up_ms = 5400000");

    engine.ticker();

    awaitPlanned();
    List<Instant> fires = queued();
    assertEquals(90, fires.size());
    assertEquals(now.minus(Duration.ofMinutes(90)).plusSeconds(30), fires.get(0));
    assertEquals(30, engine.count("select count(*) from attempts where outcome = 'MISSED'"));
    assertEquals(0, engine.count("select count(*) from outbox where kind = 'CHANGED'"));
    List<Instant> due = dueAt();
    for (int i = 0; i < 90; i++) {
      long spread = Duration.between(now, due.get(i)).toMillis();
      assertTrue(spread >= i * 10L && spread <= i * 10L + 20, spread + " ms for " + i);
    }
    assertEquals(0, engine.count("select count(*) from queue where priority <> 3"));
  }

  @Test
  void noneLetsAllGoThatWereMissed() {
    minutely("NONE");

    engine.ticker();

    awaitPlanned();
    assertEquals(List.of(now.minusSeconds(30)), queued());
    assertEquals(19, summary().getJsonObject("data").getLong("count"));
  }

  @Test
  void aOneShotBeyondTheCatchUpWindowIsMissed() {
    Instant at = now.minus(Duration.ofMinutes(90));
    UUID schedule =
        engine.schedule(
            job, "once", "{\"type\":\"ONE_SHOT\",\"at\":\"%s\"}".formatted(at), "UTC", at);
    set(schedule, "catch_up_ms = 3600000");

    engine.ticker();

    await()
        .until(() -> engine.count("select count(*) from attempts where outcome = 'MISSED'") == 1);
    assertEquals(List.of(), queued());
    await()
        .until(
            () -> engine.count("select count(*) from schedules where status = 'EXHAUSTED'") == 1);
  }

  /** It counts from the end of its last run, so none was missed. */
  @Test
  void aFixedDelayFiresOnceAndNothingIsMissed() {
    engine.schedule(job, "delay", "{\"type\":\"FIXED_DELAY\",\"delay\":\"PT1M\"}", "UTC", stopped);

    engine.ticker();

    awaitPlanned();
    assertEquals(List.of(stopped), queued());
    assertEquals(0, engine.count("select count(*) from attempts"));
  }

  @Test
  void whatIsLetGoUsesUpNoneOfTheRuns() {
    minutely("LAST");
    engine.execute("update clock set runs_left = 2");

    engine.ticker();

    awaitPlanned();
    assertEquals(List.of(now.minusSeconds(30)), queued());
    assertEquals(1, engine.count("select runs_left from clock"));
  }

  /** What may not start any more is not made up for. */
  @Test
  void letsGoWhatAWindowIsOverFor() {
    UUID schedule =
        engine.schedule(
            job,
            "once",
            "{\"type\":\"ONE_SHOT\",\"at\":\"%s\"}".formatted(now.minusSeconds(900)),
            "UTC",
            now.minusSeconds(900));
    set(schedule, "window_ms = 600000");

    engine.ticker();

    await()
        .until(() -> engine.count("select count(*) from attempts where outcome = 'MISSED'") == 1);
    assertEquals(List.of(), queued());
  }

  /** A pause is the catalog's to end: the ticker counts from the stored fire, and from no other. */
  @Test
  void countsNothingFromBeforeTheStoredFire() {
    UUID schedule = minutely("ALL");
    engine.execute(
        "update clock set next_fire_at = ?, last_fire_at = ? where schedule_id = ?",
        utc(now.plusSeconds(30)),
        utc(stopped),
        schedule);

    clock.set(now.plusSeconds(28));
    engine.ticker();

    await().until(() -> engine.count("select count(*) from queue") == 1);
    assertEquals(List.of(now.plusSeconds(30)), queued());
    assertEquals(1, engine.count("select count(*) from runs"));
  }

  @Test
  void spreadsWhatManySchedulesMissedAndPlansWhatIsOnTimeFirst() {
    Instant missed = now.minusSeconds(30);
    engine.schedule(job, "late", MINUTELY, "UTC", missed);
    engine.execute(
        """
        with s as (
          insert into schedules (id, tenant_id, key, job_id, trigger, timezone, created_at, updated_at)
          select gen_random_uuid(), tenant_id, 'late-' || n, job_id, trigger, timezone, created_at, updated_at
          from schedules, generate_series(1, 1999) as n
          returning id)
        insert into clock (schedule_id, tenant_id, enabled, next_fire_at, rules)
        select s.id, 'default', true, ?, '2025b' from s
        """,
        utc(missed));
    List<UUID> onTime = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      onTime.add(engine.schedule(job, "fresh-" + i, MINUTELY, "UTC", now.plusSeconds(1)));
    }
    engine.execute(
        "update clock set next_fire_at = ? where schedule_id = any(?)",
        utc(now.plusSeconds(1)),
        onTime.toArray(UUID[]::new));

    engine.ticker();

    await().until(() -> engine.count("select count(*) from queue") == 2_005);
    // At most 1,000 a second, ten in each hundredth
    assertEquals(
        0,
        engine.count(
            """
            select count(*) from (
              select floor(extract(epoch from due_at) * 100) as slot, count(*) as there
              from queue where priority = 3 group by 1) as slots
            where there > 10
            """));
    assertTrue(
        engine.count(
                "select count(*) from queue where priority = 3 and due_at >= ?",
                utc(now.plusMillis(1_900)))
            > 0);
    assertEquals(5, engine.count("select count(*) from queue where priority = 2"));
    // In the statement of the first batch, as nothing earlier: the oldest rows of all are among
    // them
    assertFalse(
        engine
            .rows(
                """
                select 1 from runs r where r.schedule_id = any(?)
                  and r.xmin::text = (select r2.xmin::text from runs r2 order by r2.created_at, age(r2.xmin) desc limit 1)
                """,
                (Object) onTime.toArray(UUID[]::new))
            .isEmpty());
  }

  // ── what there is ──────────────────────────────────────────────────────────────────────────────

  private UUID minutely(String policy) {
    UUID schedule = engine.schedule(job, "minutely", MINUTELY, "UTC", stopped);
    set(schedule, "misfire_policy = '" + policy + "'");
    return schedule;
  }

  private void set(UUID schedule, String what) {
    engine.execute("update schedules set " + what + " where id = ?", schedule);
  }

  private void awaitPlanned() {
    await()
        .pollInterval(Duration.ofMillis(20))
        .until(
            () ->
                engine.count(
                        "select count(*) from clock where next_fire_at <= ?", utc(clock.instant()))
                    == 0);
  }

  /** The fires that became runs, in order. */
  private List<Instant> queued() {
    return instants(
        "select r.fire_at as at from runs r join queue q on q.id = r.id order by r.fire_at");
  }

  private List<Instant> dueAt() {
    return instants("select due_at as at from queue order by due_at");
  }

  private List<Instant> instants(String sql) {
    return engine.rows(sql).stream().map(row -> ((Timestamp) row.get("at")).toInstant()).toList();
  }

  private JsonObject summary() {
    return new JsonObject(
        engine
            .row(
                "select payload::text as told from outbox where payload ->> 'type' = 'scheduler.run.missed'")
            .get("told")
            .toString());
  }

  private static Object utc(Instant at) {
    return EngineFixture.utc(at);
  }
}
