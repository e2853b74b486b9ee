package dev.carillon.ticker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.lease.Lease;
import dev.carillon.schedule.TzdataVersion;
import dev.carillon.testing.EngineFixture;
import dev.carillon.testing.MovingZone;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One zone, two editions of tzdata, and processes that have one or the other. */
class ZoneRulesUpdateTest {

  private static final TzdataVersion OLD = new TzdataVersion("2025a");
  private static final TzdataVersion NEW = new TzdataVersion("2025b");
  private static final ZoneOffset OLD_OFFSET = ZoneOffset.UTC;
  private static final ZoneOffset NEW_OFFSET = ZoneOffset.ofHours(1);
  private static final Duration AT_MOST = Duration.ofSeconds(10);

  private EngineFixture engine;
  private UUID job;
  private UUID leader;

  /** When the daily schedule fires by the old rules; by the new ones an hour earlier. */
  private Instant fire;

  @BeforeEach
  void open() {
    engine = new EngineFixture();
    job = engine.job("noop");
    leader = UUID.randomUUID();
    engine.execute(
        "insert into leases values ('ticker', ?, 7, 0, now() + interval '1 minute')", leader);
    fire = now().plus(Duration.ofHours(3)).truncatedTo(ChronoUnit.MINUTES);
  }

  @AfterEach
  void close() {
    MovingZone.moveTo(OLD_OFFSET);
    engine.close();
  }

  @Test
  void aLeaderWithNewerRulesMovesTheNextFireOnce() {
    UUID daily = daily("daily", OLD, fire);
    UUID unmarked = daily("unmarked", null, fire);

    update(NEW, NEW_OFFSET, 7);

    for (UUID schedule : List.of(daily, unmarked)) {
      assertEquals(hourEarlier(), next(schedule));
      assertEquals("2025b", rules(schedule));
    }
    assertUntouchedBy(() -> update(NEW, NEW_OFFSET, 7));
  }

  @Test
  void aReplicaWithOlderRulesUndoesNothing() {
    UUID daily = daily("daily", OLD, fire);
    update(NEW, NEW_OFFSET, 7);

    assertUntouchedBy(() -> update(OLD, OLD_OFFSET, 7));

    assertEquals(hourEarlier(), next(daily));
  }

  @Test
  void leavesAloneWhatNoZoneMoves() {
    UUID delay = schedule("delay", "{\"type\":\"FIXED_DELAY\",\"delay\":\"PT3H\"}", OLD, fire);
    UUID once =
        schedule("once", "{\"type\":\"ONE_SHOT\",\"at\":\"%s\"}".formatted(fire), OLD, fire);
    UUID overdue = daily("overdue", OLD, now().minusSeconds(5));
    UUID disabled = daily("disabled", OLD, fire);
    engine.execute(
        "update clock set enabled = false, next_fire_at = null where schedule_id = ?", disabled);

    update(NEW, NEW_OFFSET, 7);

    assertEquals(fire, next(delay));
    assertEquals("2025a", rules(delay));
    assertEquals(fire, next(once));
    assertEquals("2025b", rules(once));
    assertEquals("2025a", rules(overdue));
    assertEquals("2025a", rules(disabled));
  }

  @Test
  void waitsForNobodyWhoHasLockedAClockAndComesBack() throws SQLException {
    UUID daily = daily("daily", OLD, fire);
    UUID held = daily("held", OLD, fire);
    UUID unknown = daily("unknown", null, fire);
    MovingZone.moveTo(NEW_OFFSET);
    ZoneRulesUpdate update = updateOf(NEW, 7);
    try (Connection editor = engine.database.connect()) {
      editor.setAutoCommit(false);
      EngineFixture.rows(
          editor,
          "select 1 from clock where schedule_id = any(?) for update",
          (Object) new UUID[] {held, unknown});

      Duration rest = step(update);

      assertEquals(hourEarlier(), next(daily));
      assertEquals(fire, next(held));
      assertTrue(rest.compareTo(ZoneRulesUpdate.EVERY) < 0, rest::toString);
      editor.rollback();
    }
    step(update);
    step(update);
    assertEquals(hourEarlier(), next(held));
    assertEquals(hourEarlier(), next(unknown));
  }

  @Test
  void changesNothingUnderALeaseThatWasTakenOver() {
    daily("daily", OLD, fire);

    assertUntouchedBy(() -> update(NEW, NEW_OFFSET, 6));
    engine.execute("update leases set expires_at = now() - interval '1 second'");
    assertUntouchedBy(() -> update(NEW, NEW_OFFSET, 7));
  }

  @Test
  void theNextLeaderGoesOnWhereACrashedOneWas() {
    // Given more than one batch, of which a leader did the first
    UUID daily = daily("daily", OLD, fire);
    engine.execute(
        """
        with s as (
          insert into schedules (id, tenant_id, key, job_id, trigger, timezone, created_at, updated_at)
          select gen_random_uuid(), 'default', 's' || n, job_id, trigger, timezone, created_at, updated_at
          from schedules, generate_series(1, ?) as n where id = ?
          returning id)
        insert into clock (schedule_id, tenant_id, enabled, next_fire_at, rules)
        select s.id, 'default', true, ?, '2025a' from s
        """,
        ZoneRulesUpdate.MOST_AT_ONCE + 99,
        daily,
        EngineFixture.utc(fire));
    MovingZone.moveTo(NEW_OFFSET);
    assertTrue(step(updateOf(NEW, 7)).compareTo(ZoneRulesUpdate.EVERY) < 0);
    assertEquals(ZoneRulesUpdate.MOST_AT_ONCE, moved());
    String first = marks("where rules = '2025b'");

    // When another takes over
    engine.execute("update leases set epoch = 8");
    update(NEW, NEW_OFFSET, 8);

    // Then the rest is done, and nothing twice
    assertEquals(ZoneRulesUpdate.MOST_AT_ONCE + 100, moved());
    assertEquals(
        first,
        marks("where xmin = (select xmin from clock order by schedule_id limit 1)"),
        "the first batch was written again");
  }

  @Test
  void leavesAScheduleAloneThatIsEditedMeanwhile() {
    UUID daily = daily("daily", OLD, fire);
    Instant edited = fire.plusSeconds(600);
    engine.pg.fault(
        (sql, parameters, go) -> {
          if (sql.equals(ZoneRulesSql.RECOMPUTE)) {
            engine.execute(
                "update clock set revision = revision + 1, next_fire_at = ?",
                EngineFixture.utc(edited));
          }
          return go;
        });

    MovingZone.moveTo(NEW_OFFSET);
    step(updateOf(NEW, 7));

    assertEquals(edited, next(daily));
    assertEquals("2025a", rules(daily));
  }

  @Test
  void parksWhatCannotBeEvaluatedAndGoesOn() {
    UUID broken = schedule("broken", "{\"type\":\"SUNDIAL\"}", OLD, fire);
    UUID daily = daily("daily", OLD, fire);

    update(NEW, NEW_OFFSET, 7);

    assertEquals(hourEarlier(), next(daily));
    assertEquals(
        "PARKED", engine.row("select status from schedules where id = ?", broken).get("status"));
  }

  @Test
  void endsAScheduleThatHasNoFireUnderTheNewRules() {
    // Given the last of a series, to come by the old rules; the new ones have had it, with the last
    // fire
    Instant last = now().plusSeconds(1_200).truncatedTo(ChronoUnit.MINUTES);
    OffsetDateTime local = last.atOffset(OLD_OFFSET);
    UUID series =
        schedule(
            "series",
            "{\"type\":\"RRULE\",\"rrule\":\"FREQ=DAILY;COUNT=1\",\"dtstart\":\"%s\"}"
                .formatted(local.toLocalDateTime() + ":00"),
            OLD,
            last);
    engine.execute(
        "update clock set last_fire_at = ?", EngineFixture.utc(now().minusSeconds(2_000)));

    update(NEW, NEW_OFFSET, 7);

    assertEquals(null, engine.row("select next_fire_at from clock").get("next_fire_at"));
    assertEquals(1, engine.count("select count(*) from clock where ends_at = last_fire_at"));
    assertEquals("2025b", rules(series));
  }

  @Test
  void thePlannerDoesNotFireAnInstantThatNewerRulesDoNotKnow() {
    MovingZone.moveTo(ZoneOffset.ofHours(-1));
    Instant stale = now().plusSeconds(2);
    UUID daily = dailyAt("daily", OLD, stale);

    plan(NEW);

    assertEquals(0, engine.count("select count(*) from runs"));
    assertEquals(stale.truncatedTo(ChronoUnit.SECONDS).plusSeconds(3_600), next(daily));
    assertEquals("2025b", rules(daily));
  }

  /** Else it would be lost: its time by the new rules is past, and by the old ones it is none. */
  @Test
  void anEditOfTheNameDoesNotLoseTheFireOfTheDay() {
    Instant stored = now().plusSeconds(1_800).truncatedTo(ChronoUnit.SECONDS);
    UUID daily = dailyAt("daily", OLD, stored);
    engine.execute(
        "update clock set timed_at = ?", EngineFixture.utc(stored.minus(Duration.ofDays(2))));
    engine.execute(
        "update schedules set name = 'n', updated_at = ?",
        EngineFixture.utc(stored.minusSeconds(2_400)));

    update(NEW, NEW_OFFSET, 7);

    assertEquals(stored.minusSeconds(3_600), next(daily));
  }

  @Test
  void aPlannerWithOlderRulesFiresWhatNewerOnesStored() {
    // Given what the newer rules say, which the older ones do not know
    MovingZone.moveTo(OLD_OFFSET);
    Instant stored = now().plusSeconds(2).truncatedTo(ChronoUnit.SECONDS);
    UUID daily = dailyAt("daily", NEW, stored.plusSeconds(3_600));
    engine.execute("update clock set next_fire_at = ?", EngineFixture.utc(stored));

    // When the older plans it
    plan(OLD);

    // Then it fires, and what the older works out after it is left to the newer
    assertEquals(
        1, engine.count("select count(*) from runs where fire_at = ?", EngineFixture.utc(stored)));
    assertEquals("2025a", rules(daily));
    assertNotEquals(stored.plus(Duration.ofDays(1)), next(daily));
    update(NEW, NEW_OFFSET, 7);
    assertEquals(stored.plus(Duration.ofDays(1)), next(daily));
    assertEquals("2025b", rules(daily));
  }

  @Test
  void beginsWhenItsProcessBeginsToLead() {
    engine.execute("delete from leases");
    MovingZone.moveTo(NEW_OFFSET);
    UUID daily = daily("daily", OLD, fire);

    engine.ticker();

    await().until(() -> hourEarlier().equals(next(daily)));
    assertEquals(EngineFixture.TZDATA.name(), rules(daily));
  }

  // ── what happens ───────────────────────────────────────────────────────────────────────────────

  private void update(TzdataVersion version, ZoneOffset offset, long epoch) {
    MovingZone.moveTo(offset);
    ZoneRulesUpdate update = updateOf(version, epoch);
    while (step(update).compareTo(ZoneRulesUpdate.EVERY) < 0) {
      // the next batch
    }
  }

  private ZoneRulesUpdate updateOf(TzdataVersion version, long epoch) {
    return new ZoneRulesUpdate(
        engine.vertx,
        engine.pg,
        EngineFixture.REAL,
        () -> new Lease.Held("ticker", leader, epoch),
        ZoneId.of("UTC"),
        version,
        () -> {});
  }

  private static Duration step(ZoneRulesUpdate update) {
    return update.step().await().atMost(AT_MOST);
  }

  private void plan(TzdataVersion version) {
    new Planner(engine.vertx, engine.pg, ZoneId.of("UTC"), version)
        .plan(
            new Lease.Held("ticker", leader, 7),
            0,
            now(),
            now().plusSeconds(5),
            Planner.Left.NOTHING)
        .await()
        .atMost(AT_MOST);
  }

  // ── what there is ──────────────────────────────────────────────────────────────────────────────

  /** Fires daily at the local time of {@link #fire} by the old rules. */
  private UUID daily(String key, TzdataVersion version, Instant next) {
    OffsetDateTime local = fire.atOffset(OLD_OFFSET);
    String cron = "%d %d * * *".formatted(local.getMinute(), local.getHour());
    return schedule(
        key, "{\"type\":\"CRON\",\"expression\":\"%s\"}".formatted(cron), version, next);
  }

  /** Fires daily at the local time that an instant has by the old rules. */
  private UUID dailyAt(String key, TzdataVersion version, Instant at) {
    OffsetDateTime local = at.atOffset(OLD_OFFSET);
    String cron = "%d %d %d * * *".formatted(local.getSecond(), local.getMinute(), local.getHour());
    return schedule(
        key,
        "{\"type\":\"CRON\",\"expression\":\"%s\"}".formatted(cron),
        version,
        at.truncatedTo(ChronoUnit.SECONDS));
  }

  private UUID schedule(String key, String trigger, TzdataVersion version, Instant next) {
    UUID schedule = engine.schedule(job, key, trigger, MovingZone.ID, next);
    engine.execute(
        "update clock set rules = ? where schedule_id = ?",
        version == null ? null : version.name(),
        schedule);
    engine.execute(
        "update schedules set created_at = now() - interval '1 day', updated_at = now() - interval '1 day' where id = ?",
        schedule);
    return schedule;
  }

  private Instant hourEarlier() {
    return fire.minus(Duration.ofHours(1));
  }

  private Instant next(UUID schedule) {
    return ((Timestamp)
            engine
                .row("select next_fire_at from clock where schedule_id = ?", schedule)
                .get("next_fire_at"))
        .toInstant();
  }

  private String rules(UUID schedule) {
    return (String)
        engine.row("select rules from clock where schedule_id = ?", schedule).get("rules");
  }

  private long moved() {
    return engine.count(
        "select count(*) from clock where rules = '2025b' and next_fire_at = ?",
        EngineFixture.utc(hourEarlier()));
  }

  /** Which row versions there are: an update makes another. */
  private String marks(String where) {
    return String.valueOf(
        engine
            .row(
                "select string_agg(schedule_id || ' ' || xmin, ',' order by schedule_id) as marks from clock "
                    + where)
            .get("marks"));
  }

  private void assertUntouchedBy(Runnable action) {
    String before = marks("");
    action.run();
    assertEquals(before, marks(""));
  }

  private static Instant now() {
    return EngineFixture.REAL.instant();
  }
}
