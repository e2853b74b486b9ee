package dev.carillon.ticker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.broker.DueChannel;
import dev.carillon.broker.JobDue;
import dev.carillon.run.Outcome;
import dev.carillon.testing.EngineFixture;
import dev.carillon.testing.WatchedZone;
import dev.carillon.time.testing.TestClock;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TickerTest {

  private static final String EVERY_SECOND = "{\"type\":\"CRON\",\"expression\":\"* * * * * *\"}";

  private EngineFixture engine;
  private UUID job;

  @BeforeEach
  void open() {
    engine = new EngineFixture().handler("noop", run -> Outcome.success());
    job = engine.job("noop");
  }

  @AfterEach
  void close() {
    engine.close();
  }

  /** hangfire#529: one invalid schedule kept throwing for all. */
  @Test
  void parksWhatCannotBePlannedWhileTheOthersFire() {
    // Given a trigger, a zone and parameters that are broken, among five hundred that are not
    engine.execute("alter table runs add constraint refused check (params ->> 'refused' is null)");
    Instant next = now().plusSeconds(1);
    UUID trigger =
        engine.schedule(
            job, "trigger", "{\"type\":\"CRON\",\"expression\":\"99 * * * *\"}", "UTC", next);
    UUID type = engine.schedule(job, "type", "{\"type\":\"SUNDIAL\"}", "UTC", next);
    UUID zone = engine.schedule(job, "zone", EVERY_SECOND, "Mars/Olympus", next);
    UUID params = engine.schedule(job, "params", EVERY_SECOND, "UTC", next);
    engine.execute("update schedules set params = '{\"refused\":1}' where id = ?", params);
    for (int i = 0; i < 500; i++) {
      engine.schedule(
          job, "good-" + i, "{\"type\":\"ONE_SHOT\",\"at\":\"%s\"}".formatted(next), "UTC", next);
    }

    // When the ticker leads
    engine.ticker();

    // Then all but those fire
    await()
        .atMost(Duration.ofSeconds(15))
        .until(() -> engine.count("select count(*) from queue") == 500);
    List<UUID> broken = List.of(trigger, type, zone, params);
    await()
        .until(() -> engine.count("select count(*) from schedules where status = 'PARKED'") == 4);
    for (UUID id : broken) {
      assertNull(
          engine
              .row("select next_fire_at from clock where schedule_id = ?", id)
              .get("next_fire_at"));
      String payload =
          engine
              .row(
                  "select payload::text from outbox where payload ->> 'subject' = ?",
                  "schedules/" + id)
              .get("payload")
              .toString();
      JsonObject told = new JsonObject(payload);
      assertEquals("scheduler.schedule.parked", told.getString("type"));
      assertEquals("PARKED", told.getJsonObject("data").getString("status"));
      assertTrue(told.getJsonObject("data").getString("statusReason").length() > 5, payload);
    }
  }

  /** A hostile tenant's rules, each of which takes a while to evaluate, all due at once. */
  @Test
  void plansTheOthersBetweenTheDearOnes() {
    Instant due = now();
    for (int i = 0; i < 40; i++) {
      UUID dear = engine.schedule(job, "dear-" + i, FireEvaluationTest.DEAR, "UTC", due);
      engine.execute("update schedules set tenant_id = 'hostile' where id = ?", dear);
      engine.execute("update clock set tenant_id = 'hostile' where schedule_id = ?", dear);
    }
    for (int i = 0; i < 40; i++) {
      engine.schedule(
          job,
          "good-" + i,
          "{\"type\":\"CRON\",\"expression\":\"0 0 1 1 *\"}",
          "UTC",
          due.plusMillis(1));
    }

    engine.ticker();

    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> engine.count("select count(*) from runs") == 80);
    // All of the others were made before the last of those, though they were due after them
    assertEquals(
        40,
        engine.count(
            """
            select count(*) from runs
            where tenant_id <> 'hostile'
              and created_at < (select max(created_at) from runs where tenant_id = 'hostile')
            """));
  }

  /** The leader's own context has its lease to renew, and runs to tell of. */
  @Test
  void evaluatesOnAThreadOfThePlannersOwn() {
    WatchedZone zone = WatchedZone.register("Test/Ticker");
    engine.schedule(job, "watched", EVERY_SECOND, "Test/Ticker", now());
    zone.forget();

    engine.ticker();

    await().until(() -> engine.count("select count(*) from runs") > 0);
    assertFalse(zone.askers().isEmpty());
    zone.askers().forEach(asker -> assertTrue(asker.startsWith("carillon-planner"), asker));
  }

  @Test
  void exhaustsAOneShotOnlyOnceItsInstantIsPast() {
    Instant at = now().plusSeconds(2);
    UUID once =
        engine.schedule(
            job, "once", "{\"type\":\"ONE_SHOT\",\"at\":\"%s\"}".formatted(at), "UTC", at);

    engine.ticker();

    // Planned ahead, and still ACTIVE
    await().until(() -> engine.count("select count(*) from queue") == 1);
    if (now().isBefore(at)) {
      assertEquals("ACTIVE", status(once));
    }
    await().atMost(Duration.ofSeconds(10)).until(() -> "EXHAUSTED".equals(status(once)));
    assertTrue(!now().isBefore(at));
    assertEquals(
        1,
        engine.count(
            "select count(*) from outbox where payload ->> 'type' = 'scheduler.schedule.exhausted'"));
    assertEquals(1, engine.count("select count(*) from runs"));
  }

  @Test
  void countsAFixedDelayFromTheEndOfItsOwnRunAndOfNoOther() {
    UUID schedule =
        engine.schedule(
            job,
            "delay",
            "{\"type\":\"FIXED_DELAY\",\"delay\":\"PT1S\"}",
            "UTC",
            now().plusMillis(200));
    engine.ticker();
    engine.worker();

    await()
        .atMost(Duration.ofSeconds(15))
        .until(
            () ->
                engine.count(
                        "select count(*) from attempts a join runs r on r.id = a.run_id where r.schedule_id = ?",
                        schedule)
                    >= 3);

    List<Double> gaps =
        engine
            .rows(
                """
                select extract(epoch from lead(r.fire_at) over (order by r.fire_at) - a.finished_at)::float8 as gap
                from runs r join attempts a on a.run_id = r.id
                where r.schedule_id = ? order by r.fire_at
                """,
                schedule)
            .stream()
            .map(row -> (Double) row.get("gap"))
            .filter(gap -> gap != null)
            .toList();
    assertTrue(gaps.size() >= 2);
    gaps.forEach(gap -> assertEquals(1, gap, 0.000_01));
  }

  @Test
  void losesNoFireOfASchedulesOfEachSecond() {
    Instant first = now().truncatedTo(ChronoUnit.SECONDS).plusSeconds(1);
    for (int i = 0; i < 20; i++) {
      engine.schedule(job, "secondly-" + i, EVERY_SECOND, "UTC", first);
    }
    engine.ticker();
    engine.worker();

    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> engine.count("select count(*) from attempts where outcome = 'SUCCEEDED'") >= 100);

    // Every second between the first and the last is there, once for each schedule
    assertEquals(
        0,
        engine.count(
            """
            with f as (
              select schedule_id, fire_at - lag(fire_at) over (partition by schedule_id order by fire_at) as gap
              from runs)
            select count(*) from f where gap <> interval '1 second'
            """));
    assertEquals(
        20, engine.count("select count(*) from runs where fire_at = ?", EngineFixture.utc(first)));
  }

  @Test
  void firesEveryMonthOfTwoYearsExactlyOnceByAClockThatJumps() {
    // Given two years in which the clock jumps from fire to fire
    ZoneId berlin = ZoneId.of("Europe/Berlin");
    ZonedDateTime first =
        LocalDateTime.of(now().atZone(berlin).getYear() + 1, 1, 1, 9, 0).atZone(berlin);
    engine.execute("select carillon_make_partitions(?, 40)", EngineFixture.utc(now()));
    UUID monthly =
        engine.schedule(
            job,
            "monthly",
            "{\"type\":\"CRON\",\"expression\":\"0 9 1 * *\"}",
            "Europe/Berlin",
            first.toInstant());
    TestClock clock = TestClock.at(first.toInstant().minus(Duration.ofDays(3)));
    engine.clock(clock);
    engine.ticker();

    // When each is looked at a moment before it is due
    List<Instant> expected = new ArrayList<>();
    for (int month = 0; month < 24; month++) {
      Instant fire = first.plusMonths(month).toInstant();
      expected.add(fire);
      clock.set(fire.minusSeconds(2));
      int soFar = expected.size();
      await()
          .pollInterval(Duration.ofMillis(10))
          .until(
              () -> {
                engine.execute("select pg_notify('carillon_clock', '')");
                return engine.count("select count(*) from runs") == soFar;
              });
    }

    // Then all of them are there, once
    assertEquals(
        expected,
        engine
            .rows("select fire_at from runs where schedule_id = ? order by fire_at", monthly)
            .stream()
            .map(row -> ((java.sql.Timestamp) row.get("fire_at")).toInstant())
            .toList());
  }

  @Test
  void makesUpForOneFireAfterAnOutageAndGoesOn() {
    Instant late = now().minus(Duration.ofHours(3)).truncatedTo(ChronoUnit.HOURS);
    engine.schedule(job, "hourly", "{\"type\":\"CRON\",\"expression\":\"0 * * * *\"}", "UTC", late);

    engine.ticker();

    await().until(() -> engine.count("select count(*) from queue") == 1);
    assertEquals(
        1,
        engine.count(
            "select count(*) from runs r join queue q on q.id = r.id where r.fire_at = date_trunc('hour', now())"));
    assertEquals(3, engine.count("select count(*) from attempts where outcome = 'MISSED'"));
    assertEquals(1, engine.count("select count(*) from clock where next_fire_at > now()"));
  }

  /** Rule 5: whatever is overdue by more than two seconds is announced again, each second. */
  @Test
  void announcesAgainWhatIsOverdue() {
    List<UUID> published = new CopyOnWriteArrayList<>();
    engine.due(
        new DueChannel() {
          @Override
          public Uni<Void> publish(List<JobDue> due) {
            due.forEach(one -> published.add(one.run()));
            return Uni.createFrom().voidItem();
          }

          @Override
          public Multi<DueBatch> consume(Set<String> queues) {
            return Multi.createFrom().nothing();
          }
        });
    UUID overdue = engine.runs(job, 1, now().minusSeconds(60)).get(0);
    UUID held = engine.runs(job, 1, now().minusSeconds(60)).get(0);
    engine.execute("update queue set held_by = 'job' where id = ?", held);

    engine.ticker();

    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> published.stream().filter(overdue::equals).count() >= 2);
    assertFalse(published.contains(held));
  }

  private String status(UUID schedule) {
    return engine
        .row("select status from schedules where id = ?", schedule)
        .get("status")
        .toString();
  }

  private static Instant now() {
    return EngineFixture.REAL.instant();
  }
}
