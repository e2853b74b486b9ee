package dev.carillon.ticker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.broker.DueChannel;
import dev.carillon.broker.JobDue;
import dev.carillon.run.RunIds;
import dev.carillon.testing.EngineFixture;
import dev.carillon.time.Jitter;
import dev.carillon.time.testing.TestClock;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the ticker makes of a schedule's policies, by a clock that the test turns. */
class PoliciesTest {

  private static final String SECONDLY = "{\"type\":\"CRON\",\"expression\":\"* * * * * *\"}";
  private static final String MINUTELY = "{\"type\":\"CRON\",\"expression\":\"* * * * *\"}";

  private final Instant start =
      EngineFixture.REAL.instant().truncatedTo(ChronoUnit.HOURS).plusSeconds(3_600);
  private final TestClock clock = TestClock.at(start.minusSeconds(2));
  private final List<UUID> published = new CopyOnWriteArrayList<>();

  private EngineFixture engine;
  private UUID job;

  @BeforeEach
  void open() {
    engine = new EngineFixture().clock(clock).due(new Listening());
    job = engine.job("noop");
  }

  @AfterEach
  void close() {
    engine.close();
  }

  @Test
  void makesAsManyRunsAsItMayAndIsExhaustedWithTheLast() {
    UUID schedule = schedule("limited", SECONDLY);
    engine.execute("update clock set runs_left = 3");

    engine.ticker();

    await().until(() -> fires().size() == 3);
    assertEquals(List.of(start, start.plusSeconds(1), start.plusSeconds(2)), fires());
    assertEquals(0, engine.count("select runs_left from clock"));
    assertEquals(start.plusSeconds(3), instant("select next_fire_at as at from clock"));
    assertEquals("ACTIVE", status(schedule));

    turnTo(start.plusSeconds(60));

    await().until(() -> "EXHAUSTED".equals(status(schedule)));
    assertEquals(3, fires().size());
    assertNull(engine.row("select next_fire_at from clock").get("next_fire_at"));
    assertEquals(1, told("scheduler.schedule.exhausted").size());
  }

  @Test
  void aFireThatHasItsRunAlreadyUsesUpNone() {
    UUID schedule = schedule("limited", SECONDLY);
    engine.execute("update clock set runs_left = 3");
    engine.execute(
        """
        insert into runs (id, tenant_id, schedule_id, job_id, fire_at, due_at, created_at, priority)
        values (?, 'default', ?, ?, ?, ?, now(), 2)
        """,
        RunIds.ofFire("default", "limited", start),
        schedule,
        job,
        utc(start),
        utc(start));

    engine.ticker();

    await().until(() -> fires().size() == 4);
    assertEquals(start.plusSeconds(3), fires().get(3));
    assertEquals(0, engine.count("select runs_left from clock"));
  }

  /** Whoever allows more runs meanwhile wants none beside the one that still runs. */
  @Test
  void anExhaustedFixedDelayStillAwaitsItsLastRun() {
    UUID schedule = schedule("delay", "{\"type\":\"FIXED_DELAY\",\"delay\":\"PT10S\"}");
    engine.execute("update clock set runs_left = 1");
    engine.ticker();
    await().until(() -> fires().size() == 1);
    UUID run = (UUID) engine.row("select id from runs").get("id");

    turnTo(start.plusSeconds(60));

    await().until(() -> "EXHAUSTED".equals(status(schedule)));
    assertEquals(run, engine.row("select awaited_run from clock").get("awaited_run"));
  }

  /** It may be skipped yet, and give its place back. */
  @Test
  void isNotExhaustedBeforeEachOfItsRunsIsDecidedAbout() {
    UUID schedule = schedule("limited", SECONDLY);
    engine.execute("update schedules set overlap_policy = 'BUFFER_ALL'");
    engine.execute("update clock set runs_left = 1");
    UUID other = engine.run(job);
    engine.execute("update queue set schedule_id = ?, state = 'RUNNING', attempt = 1", schedule);
    Ticker ticker = engine.ticker();
    await().until(() -> fires().size() == 1);

    // When its time has passed and it waits for the other, then nothing is over
    turnTo(start.plusSeconds(2));
    await().until(() -> start.plusSeconds(2).equals(ticker.lastPass()));
    assertEquals("ACTIVE", status(schedule));

    // When the other has ended, then it is
    engine.execute("delete from queue where id = ?", other);
    turnTo(start.plusSeconds(60));
    await().until(() -> "EXHAUSTED".equals(status(schedule)));
    assertEquals(1, fires().size());
  }

  @Test
  void holdsARunThatMayHaveToWaitAndTellsNobodyButWhoDecides() {
    schedule("skip", MINUTELY);
    engine.execute("update schedules set overlap_policy = 'SKIP'");
    schedule("free", MINUTELY);
    AtomicInteger held = new AtomicInteger();
    engine.ticker(ticker -> ticker.onHeld(held::incrementAndGet));

    await().until(() -> engine.count("select count(*) from queue") == 2);

    assertEquals(
        1,
        engine.count(
            "select count(*) from queue where overlap = 'SKIP' and held_by = 'overlap' and due_at = 'infinity'"));
    assertEquals(2, engine.count("select count(*) from runs where due_at = ?", utc(start)));
    UUID free =
        (UUID)
            engine.row("select id from queue where held_by is null and overlap is null").get("id");
    turnTo(start);
    await().until(() -> published.contains(free));
    assertEquals(1, held.get());
  }

  @Test
  void putsEachFireOffByItsJitterAndKeepsItsIdentity() {
    UUID schedule = schedule("jittery", SECONDLY);
    engine.execute("update schedules set jitter_ms = 20000");
    Jitter jitter = Jitter.of("default", "jittery", Duration.ofSeconds(20));

    engine.ticker();

    await().until(() -> fires().size() == 4);
    for (Instant fire : fires()) {
      assertEquals(
          jitter.due(fire),
          instant(
              "select q.due_at as at from queue q join runs r on r.id = q.id where r.fire_at = ?",
              fire));
    }
    assertEquals(4, engine.count("select count(distinct due_at) from queue"));
    assertEquals(0, engine.count("select count(*) from queue where priority <> 2"));
    assertEquals("ACTIVE", status(schedule));
  }

  @Test
  void saysUntilWhenARunMayStart() {
    schedule("windowed", MINUTELY);
    engine.execute("update schedules set window_ms = 900000, jitter_ms = 60000");

    engine.ticker();

    await().until(() -> fires().size() == 1);
    Instant due = Jitter.of("default", "windowed", Duration.ofMinutes(1)).due(start);
    assertEquals(due.plusSeconds(900), instant("select expires_at as at from expiries"));
    assertEquals(due.plusSeconds(900), instant("select expires_at as at from runs"));
    assertEquals(
        1, engine.count("select count(*) from expiries e join queue q on q.id = e.run_id"));
  }

  @Test
  void resumesWhatWasPausedUntilNow() {
    UUID schedule = schedule("paused", MINUTELY);
    engine.execute(
        "update schedules set status = 'PAUSED', status_reason = 'PAUSED', paused_until = ?",
        utc(start));
    engine.execute("update clock set resumes_at = ?", utc(start));
    int version = (int) engine.count("select version from schedules");
    engine.ticker();
    await().until(() -> fires().size() == 1);
    assertEquals("PAUSED", status(schedule));

    turnTo(start);

    await().until(() -> "ACTIVE".equals(status(schedule)));
    assertEquals(
        1,
        engine.count(
            "select count(*) from schedules where paused_until is null and status_reason is null and version = ?",
            version + 1));
    assertEquals(0, engine.count("select count(*) from clock where resumes_at is not null"));
    JsonObject told = told("scheduler.schedule.enabled").get(0);
    assertEquals((version + 1) * 10L + 3, told.getLong("sequence"));
    assertEquals("ACTIVE", told.getJsonObject("data").getString("status"));
  }

  /** The completion of its run knows nothing of a pause. */
  @Test
  void aFixedDelayWaitsForTheEndOfItsPause() {
    schedule("delay", "{\"type\":\"FIXED_DELAY\",\"delay\":\"PT10S\"}");
    engine.execute("update clock set resumes_at = ?", utc(start.plusSeconds(600)));

    engine.ticker();

    await()
        .until(
            () -> start.plusSeconds(600).equals(instant("select next_fire_at as at from clock")));
    assertEquals(List.of(), fires());
  }

  @Test
  void aFixedDelayEndsWithItsSchedule() {
    UUID schedule = schedule("delay", "{\"type\":\"FIXED_DELAY\",\"delay\":\"PT10S\"}");
    engine.execute("update schedules set end_at = ?", utc(start.minusSeconds(1)));

    engine.ticker();

    await().until(() -> "EXHAUSTED".equals(status(schedule)));
    assertEquals(List.of(), fires());
  }

  @Test
  void deletesWhatIsToGoWithItsLastRunWhenThatHasEnded() {
    UUID schedule = schedule("once", "{\"type\":\"ONE_SHOT\",\"at\":\"%s\"}".formatted(start));
    engine.execute("update schedules set delete_after_completion = true");
    UUID kept = schedule("kept", "{\"type\":\"ONE_SHOT\",\"at\":\"%s\"}".formatted(start));
    engine.ticker();
    await().until(() -> fires().size() == 2);
    turnTo(start.plusSeconds(1));
    await().until(() -> "EXHAUSTED".equals(status(schedule)) && "EXHAUSTED".equals(status(kept)));
    int version = (int) engine.count("select version from schedules where id = ?", schedule);

    // When its run has ended, and not before
    engine.execute("delete from queue");

    turnTo(start.plusSeconds(2));
    await().until(() -> engine.count("select count(*) from schedules") == 1);
    assertEquals("EXHAUSTED", status(kept));
    assertEquals(1, engine.count("select count(*) from clock"));
    JsonObject told = told("scheduler.schedule.deleted").get(0);
    assertEquals("schedules/" + schedule, told.getString("subject"));
    assertEquals((version + 1) * 10L + 5, told.getLong("sequence"));
    assertEquals("once", told.getJsonObject("data").getString("key"));
    assertEquals(2, engine.count("select count(*) from runs"));
  }

  @Test
  void parksWhatNamesACalendarThatThereIsNot() {
    UUID schedule = schedule("calendar", MINUTELY);
    engine.execute("update schedules set calendar = 'no-such'");

    engine.ticker();

    await().until(() -> "PARKED".equals(status(schedule)));
    assertEquals(
        "there is no calendar \"no-such\"; create it, or choose another for the schedule",
        engine.row("select status_reason from schedules").get("status_reason"));
    assertEquals(List.of(), fires());
  }

  /** What a calendar tells still fires; behind its end nothing is made up. */
  @Test
  void parksWhereItsCalendarEnds() {
    LocalDate last = LocalDate.ofInstant(start, ZoneOffset.UTC);
    engine.execute(
        """
        insert into calendars (id, tenant_id, name, definition, created_at, updated_at)
        values (gen_random_uuid(), 'default', 'short', ?::jsonb, now(), now())
        """,
        "{\"validFrom\":\"%s\",\"validTo\":\"%s\"}".formatted(last.minusDays(10), last));
    UUID schedule =
        schedule(
            "daily",
            "{\"type\":\"CRON\",\"expression\":\"0 %d * * *\"}"
                .formatted(start.atOffset(ZoneOffset.UTC).getHour()));
    engine.execute("update schedules set calendar = 'short'");

    engine.ticker();

    await().until(() -> "PARKED".equals(status(schedule)));
    assertEquals(List.of(start), fires());
    assertEquals(1, engine.count("select count(*) from queue"));
    String reason =
        String.valueOf(engine.row("select status_reason from schedules").get("status_reason"));
    assertTrue(reason.contains("short") && reason.contains(last.plusDays(1).toString()), reason);
  }

  /** More than one round has, of one tenant, and behind them in each look another's schedule. */
  @Test
  void firesBesideManyWhoseClocksSomebodyHasLocked() throws SQLException {
    UUID held = schedule("held", MINUTELY);
    engine.execute(
        """
        with s as (
          insert into schedules (id, tenant_id, key, job_id, trigger, timezone, created_at, updated_at)
          select gen_random_uuid(), 'busy', 'held-' || n, job_id, trigger, timezone, created_at, updated_at
          from schedules, generate_series(1, 600) as n
          returning id)
        insert into clock (schedule_id, tenant_id, enabled, next_fire_at, rules)
        select s.id, 'busy', true, ?, '2025b' from s
        """,
        utc(start));
    try (Connection editor = engine.database.connect()) {
      editor.setAutoCommit(false);
      EngineFixture.rows(editor, "select 1 from clock for update");
      schedule("free", SECONDLY);
      engine.execute(
          "update clock set next_fire_at = ? where schedule_id = (select id from schedules where key = 'free')",
          utc(start.plusSeconds(1)));
      AtomicInteger plans = new AtomicInteger();
      engine.pg.fault(
          (sql, parameters, go) -> {
            if (sql.equals(PlanSql.PLAN)) {
              plans.incrementAndGet();
            }
            return go;
          });

      // When it leads, then it plans what it can, and looks again without spinning
      engine.ticker();
      await().until(() -> fires().size() == 3);
      int before = plans.get();
      await().until(() -> plans.get() > before + 4);
      long began = System.nanoTime();
      await().until(() -> plans.get() > before + 12);
      assertTrue(System.nanoTime() - began > 200_000_000L);

      // When the clocks are free, then what was left out fires
      editor.rollback();
    }
    await()
        .until(
            () -> engine.count("select count(*) from runs where fire_at = ?", utc(start)) == 601);
    assertEquals(1, engine.count("select count(*) from runs where schedule_id = ?", held));
  }

  /** After a calendar has changed: whoever changed it says that nobody knows the next fire. */
  @Test
  void worksOutAnewWhatNobodyKnowsTheRulesOf() {
    schedule("unruled", "{\"type\":\"CRON\",\"expression\":\"0 12 * * *\"}");
    Ticker ticker = engine.ticker();
    await().until(() -> ticker.lastPass() != null);
    engine.execute(
        "update clock set revision = revision + 1, rules = null, next_fire_at = ?, timed_at = ?",
        utc(start.plus(Duration.ofDays(300))),
        utc(start));

    engine.execute("select pg_notify('carillon_clock', '')");

    await()
        .until(
            () ->
                instant("select next_fire_at as at from clock")
                    .isBefore(start.plus(Duration.ofDays(2))));
    assertEquals("2025b", engine.row("select rules from clock").get("rules"));
  }

  // ── what happens ───────────────────────────────────────────────────────────────────────────────

  private final class Listening implements DueChannel {

    @Override
    public Uni<Void> publish(List<JobDue> due) {
      due.forEach(one -> published.add(one.run()));
      return Uni.createFrom().voidItem();
    }

    @Override
    public Multi<DueBatch> consume(Set<String> queues) {
      return Multi.createFrom().nothing();
    }
  }

  private void turnTo(Instant instant) {
    clock.set(instant);
    engine.execute("select pg_notify('carillon_clock', '')");
  }

  private UUID schedule(String key, String trigger) {
    return engine.schedule(job, key, trigger, "UTC", start);
  }

  private List<Instant> fires() {
    return engine
        .rows("select fire_at from runs where fire_at is not null order by fire_at")
        .stream()
        .map(row -> ((Timestamp) row.get("fire_at")).toInstant())
        .toList();
  }

  private Instant instant(String sql, Object... parameters) {
    Object[] values =
        Arrays.stream(parameters)
            .map(value -> value instanceof Instant at ? utc(at) : value)
            .toArray();
    return ((Timestamp) engine.row(sql, values).get("at")).toInstant();
  }

  private String status(UUID schedule) {
    return engine
        .row("select status from schedules where id = ?", schedule)
        .get("status")
        .toString();
  }

  private List<JsonObject> told(String type) {
    return engine
        .rows("select payload::text as told from outbox where payload ->> 'type' = ?", type)
        .stream()
        .map(row -> new JsonObject(row.get("told").toString()))
        .toList();
  }

  private static Object utc(Instant at) {
    return EngineFixture.utc(at);
  }
}
