package dev.carillon.ticker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.lease.Lease;
import dev.carillon.pg.Notices;
import dev.carillon.run.Outcome;
import dev.carillon.schedule.OverlapPolicy;
import dev.carillon.testing.EngineFixture;
import dev.carillon.testing.Waiting;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs that may not run beside each other, by the real ticker, worker and database. */
class AdmissionTest {

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

  @ParameterizedTest
  @EnumSource(value = OverlapPolicy.class, names = "ALLOW_ALL", mode = EnumSource.Mode.EXCLUDE)
  void startsAtItsInstantWhereNobodyHasThePlace(OverlapPolicy policy) {
    engine.ticker();
    engine.worker();
    UUID schedule = waiting.schedule(policy);
    Instant due = now().plusMillis(600);
    UUID run = waiting.fire(schedule, policy, due);

    engine.awaitState(run, "RUNNING");

    Instant started =
        ((java.sql.Timestamp)
                engine.row("select locked_at from queue where id = ?", run).get("locked_at"))
            .toInstant();
    assertFalse(started.isBefore(due), started + " is before " + due);
    assertEquals(
        java.sql.Timestamp.from(due),
        engine.row("select due_at from queue where id = ?", run).get("due_at"));
  }

  @Test
  void skipsWhileOneLivesAndGivesTheFireBack() {
    UUID schedule = waiting.schedule(OverlapPolicy.SKIP);
    engine.execute("update clock set runs_left = 3 where schedule_id = ?", schedule);
    engine.relay();
    engine.ticker();
    engine.worker();
    UUID living = waiting.living(schedule);
    engine.awaitState(living, "RUNNING");

    UUID skipped = fire(schedule, OverlapPolicy.SKIP, now());

    engine.awaitState(skipped, "SKIPPED");
    Map<String, Object> attempt = engine.row("select * from attempts where run_id = ?", skipped);
    assertEquals(1, attempt.get("attempt"));
    assertEquals("SKIPPED", attempt.get("outcome"));
    assertNull(attempt.get("started_at"));
    assertEquals(4L, engine.count("select runs_left from clock where schedule_id = ?", schedule));
    await()
        .atMost(SOON)
        .until(
            () ->
                engine.events.stream()
                    .anyMatch(
                        event ->
                            event.type().equals("scheduler.run.skipped")
                                && event.subject().equals("runs/" + skipped)));
    assertEquals("RUNNING", engine.state(living));

    // When it has ended, the next one starts
    waiting.ends(living, Outcome.success());
    engine.awaitState(living, "SUCCEEDED");
    engine.awaitState(fire(schedule, OverlapPolicy.SKIP, now()), "RUNNING");
    assertEquals(4L, engine.count("select runs_left from clock where schedule_id = ?", schedule));
  }

  @Test
  void keepsTheFirstThatWaitsUnderBufferOne() {
    UUID schedule = waiting.schedule(OverlapPolicy.BUFFER_ONE);
    engine.ticker();
    engine.worker();
    UUID living = waiting.living(schedule);
    engine.awaitState(living, "RUNNING");
    Instant due = now();
    UUID first = fire(schedule, OverlapPolicy.BUFFER_ONE, due);
    UUID second = fire(schedule, OverlapPolicy.BUFFER_ONE, due.plusMillis(1));
    UUID third = fire(schedule, OverlapPolicy.BUFFER_ONE, due.plusMillis(300));

    engine.awaitState(third, "SKIPPED");
    assertEquals(List.of("RUNNING", "WAITING", "SKIPPED"), waiting.states(living, first, second));

    waiting.ends(living, Outcome.success());
    engine.awaitState(first, "RUNNING");
  }

  @Test
  void letsAllHaveTheirTurnOneAfterTheOtherUnderBufferAll() {
    UUID schedule = waiting.schedule(OverlapPolicy.BUFFER_ALL);
    engine.ticker();
    engine.worker();
    Instant due = now().minusSeconds(1);
    List<UUID> runs = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      runs.add(fire(schedule, OverlapPolicy.BUFFER_ALL, due.plusMillis(i)));
    }

    for (int i = 0; i < 4; i++) {
      engine.awaitState(runs.get(i), "RUNNING");
      for (int after = i + 1; after < 4; after++) {
        assertEquals("WAITING", waiting.state(runs.get(after)));
      }
      waiting.ends(runs.get(i), Outcome.success());
    }
    engine.awaitState(runs.get(3), "SUCCEEDED");
  }

  @Test
  void skipsWhatExceedsTheBoundOfBufferAll() {
    UUID schedule = waiting.schedule(OverlapPolicy.BUFFER_ALL);
    engine.worker();
    UUID living = waiting.living(schedule);
    engine.awaitState(living, "RUNNING");
    many(schedule, 1_007, false);

    decideOnce(schedule);

    assertEquals(1_000, engine.count("select count(*) from queue where held_by = 'overlap'"));
    assertEquals(7, engine.count("select count(*) from attempts where outcome = 'SKIPPED'"));
    // Those that came last
    assertEquals(
        7,
        engine.count(
            """
            select count(*) from attempts a join runs r on r.id = a.run_id
            where r.due_at > (select max(r.due_at) from runs r join queue q on q.id = r.id where q.held_by is not null)
            """));
  }

  private void many(UUID schedule, int count, boolean wanted) {
    engine.execute(
        """
        with r as (
          insert into runs (id, tenant_id, job_id, schedule_id, fire_at, due_at, created_at, priority)
          select ('0000' || substr(gen_random_uuid()::text, 5))::uuid, 'default', ?, ?, at, at, now(), 2
          from (select now() - n * interval '1 second' as at from generate_series(1, ?) as n) as ats
          returning *)
        insert into queue (id, tenant_id, schedule_id, queue, priority, due_at, overlap, held_by, held_due, wanted)
        select r.id, r.tenant_id, r.schedule_id, 'default', 2, 'infinity', 'BUFFER_ALL', 'overlap', r.due_at, ? from r
        """,
        waiting.job,
        schedule,
        count,
        wanted);
  }

  /** However many wait: an end, and there may be thousands, costs what one more costs. */
  @Test
  void readsNoMoreOfThoseThatWaitThanADecisionNeeds() {
    UUID schedule = waiting.schedule(OverlapPolicy.BUFFER_ALL);
    many(schedule, 1_000, false);
    many(schedule, 1_500, true);
    UUID later = waiting.schedule(OverlapPolicy.SKIP);
    fire(later, OverlapPolicy.SKIP, now().plusSeconds(600));

    assertEquals(4, live(schedule));
    assertEquals(
        1,
        engine
            .pg
            .asEngine(
                AdmissionSql.LOOK,
                Tuple.tuple().addOffsetDateTime(EngineFixture.utc(now())).addArrayOfUUID(null))
            .await()
            .atMost(SOON)
            .size());
    decideOnce(schedule);
    assertEquals(1, engine.count("select count(*) from queue where held_by is null"));
    assertEquals(
        1,
        engine.count(
            """
            select count(*) from queue q join runs r on r.id = q.id
            where q.held_by is null and q.wanted is not true and q.held_due is null and q.due_at = r.due_at
              and r.due_at = (select min(r.due_at) from runs r join queue q on q.id = r.id where q.wanted is not true)
            """));

    // One more than may wait, or one that may end others, and all of them are looked at
    many(schedule, 2, false);
    assertTrue(live(schedule) > 1_000);
    engine.execute(
        "delete from queue where id in (select id from queue where held_by = 'overlap' and not wanted limit 990)");
    fire(schedule, OverlapPolicy.CANCEL_OTHER, now());
    assertEquals(1 + 11 + 1 + 2, live(schedule));
  }

  private int live(UUID schedule) {
    return engine
        .pg
        .asEngine(
            AdmissionSql.LIVE,
            Tuple.of(
                new UUID[] {schedule},
                EngineFixture.utc(now()),
                dev.carillon.schedule.Overlap.MOST_WAITING,
                AdmissionStep.MOST_READ))
        .await()
        .atMost(SOON)
        .size();
  }

  @Test
  void cancelsTheOtherAndStartsOnceItHasEnded() {
    UUID schedule = waiting.schedule(OverlapPolicy.CANCEL_OTHER);
    waiting.impolite();
    engine.ticker();
    engine.worker();
    UUID living = waiting.living(schedule);
    engine.awaitState(living, "RUNNING");
    Instant due = now();
    UUID older = fire(schedule, OverlapPolicy.CANCEL_OTHER, due);
    await().atMost(SOON).until(() -> waiting.askedToStop(living) == 1);
    UUID newer = fire(schedule, OverlapPolicy.CANCEL_OTHER, due.plusMillis(1));

    engine.awaitState(older, "SKIPPED");
    assertEquals(List.of("RUNNING", "WAITING"), waiting.states(living, newer));

    waiting.ends(living, Outcome.retry("stopped", Duration.ZERO));
    engine.awaitState(living, "CANCELED");
    engine.awaitState(newer, "RUNNING");
  }

  @Test
  void cancelsAtOnceWhatWaitsForAnotherTry() {
    UUID schedule = waiting.schedule(OverlapPolicy.CANCEL_OTHER);
    engine.ticker();
    UUID living = waiting.living(schedule);
    engine.execute(
        """
        update queue set state = 'RETRY_SCHEDULED', attempt = 2, tried = 2, due_at = now() + interval '1 hour'
        where id = ?
        """,
        living);
    UUID run = fire(schedule, OverlapPolicy.CANCEL_OTHER, now());

    engine.awaitState(living, "CANCELED");

    engine.awaitState(run, "QUEUED");
    assertEquals(
        3, engine.row("select attempt from attempts where run_id = ?", living).get("attempt"));
  }

  @Test
  void endsTheOtherAtOnceWhateverItsHandlerDoes() {
    UUID schedule = waiting.schedule(OverlapPolicy.TERMINATE_OTHER);
    waiting.impolite();
    engine.ticker();
    engine.relay();
    engine.worker();
    UUID living = waiting.living(schedule);
    engine.awaitState(living, "RUNNING");

    UUID run = fire(schedule, OverlapPolicy.TERMINATE_OTHER, now());

    engine.awaitState(run, "RUNNING");
    assertEquals("CANCELED", engine.state(living));
    Map<String, Object> attempt =
        engine.row(
            "select *, error ->> 'message' as message from attempts where run_id = ?", living);
    assertEquals(1, attempt.get("attempt"));
    assertTrue(attempt.get("started_at") != null && attempt.get("worker_id") != null);
    assertEquals(1, attempt.get("job_version"));
    assertTrue(attempt.get("message").toString().contains("TERMINATE_OTHER"));
    await().atMost(SOON).until(() -> waiting.askedToStop(living) == 1);

    // What it says later is refused
    waiting.ends(living, Outcome.success());
    waiting.ends(run, Outcome.success());
    engine.awaitState(run, "SUCCEEDED");
    assertEquals("CANCELED", engine.attempts(living));
    await().atMost(SOON).until(() -> engine.count("select count(*) from outbox") == 0);
    assertEquals(
        List.of("scheduler.run.started", "scheduler.run.canceled"),
        engine.events.stream()
            .filter(event -> event.subject().equals("runs/" + living))
            .map(event -> event.type())
            .toList());
  }

  // ── freed by every end
  // ───────────────────────────────────────────────────────────────────────────

  @Test
  void isFreedByAFailure() {
    UUID schedule = waiting.schedule(OverlapPolicy.BUFFER_ALL);
    engine.ticker();
    engine.worker();
    UUID living = waiting.living(schedule);
    engine.awaitState(living, "RUNNING");
    UUID next = fire(schedule, OverlapPolicy.BUFFER_ALL, now());
    await().atMost(SOON).until(() -> "WAITING".equals(waiting.state(next)));

    waiting.ends(living, Outcome.failure("wrong"));

    engine.awaitState(next, "RUNNING");
    assertEquals("FAILED", engine.state(living));
  }

  /** kestra#8459: a cancelled run kept its trigger locked. */
  @Test
  void isFreedByACancellation() {
    UUID schedule = waiting.schedule(OverlapPolicy.BUFFER_ALL);
    engine.ticker();
    engine.worker();
    UUID living = waiting.living(schedule);
    engine.awaitState(living, "RUNNING");
    UUID next = fire(schedule, OverlapPolicy.BUFFER_ALL, now());

    engine.execute("update queue set cancel_requested = true where id = ?", living);
    engine.notices.send(Notices.Channel.CANCEL, living.toString());

    engine.awaitState(next, "RUNNING");
    assertEquals("CANCELED", engine.state(living));
  }

  @Test
  void isFreedByATimeout() {
    UUID once =
        engine.job("once", "{\"type\":\"HANDLER\",\"name\":\"work\"}", Duration.ofMillis(300), 1);
    UUID schedule = waiting.schedule(OverlapPolicy.BUFFER_ALL);
    UUID living = waiting.living(schedule);
    engine.execute("update runs set job_id = ? where id = ?", once, living);
    engine.ticker();
    engine.worker();
    UUID next = fire(schedule, OverlapPolicy.BUFFER_ALL, now());

    engine.awaitState(next, "RUNNING");
    assertEquals("DEAD", engine.state(living));
    assertEquals("TIMED_OUT", engine.attempts(living));
  }

  /** A run that lost its worker is tried again, and keeps its place until it is given up. */
  @Test
  void staysTakenWhileALostRunIsTriedAgainAndIsFreedWhenItIsDead() {
    UUID schedule = waiting.schedule(OverlapPolicy.BUFFER_ALL);
    engine.ticker();
    UUID living = waiting.living(schedule);
    abandoned(living, 0);
    UUID next = fire(schedule, OverlapPolicy.BUFFER_ALL, now());

    engine.maintenance(Duration.ofSeconds(1));

    engine.awaitState(living, "RETRY_SCHEDULED");
    decideOnce(schedule);
    assertEquals("WAITING", waiting.state(next));

    abandoned(living, 2);
    engine.awaitState(living, "DEAD");
    await().atMost(SOON).until(() -> "QUEUED".equals(waiting.state(next)));
  }

  /** In the hands of a worker that was never there. */
  private void abandoned(UUID run, int lostBefore) {
    engine.execute(
        """
        insert into workers (id, name, started_at, lease_until, slots, retired_at)
        values ('00000000-0000-0000-0000-0000000000aa', 'gone', now(), now(), 1, now()) on conflict do nothing
        """);
    engine.execute(
        """
        update queue set state = 'RUNNING', attempt = attempt + 1, lost = ?, locked_at = now(),
          locked_by = '00000000-0000-0000-0000-0000000000aa', deadline = now() + interval '1 hour'
        where id = ?
        """,
        lostBefore,
        run);
    // A worker that goes away makes the maintenance look at once.
    engine.execute(
        """
        insert into workers (id, name, started_at, lease_until, slots)
        values (gen_random_uuid(), 'silent', now(), now(), 1)
        """);
  }

  /** A FIXED_DELAY counts from the end of the run that it awaits, also of one that never ran. */
  @Test
  void rearmsAFixedDelayWhoseRunWasSkipped() {
    UUID schedule =
        engine.schedule(
            waiting.job, "delay", "{\"type\":\"FIXED_DELAY\",\"delay\":\"PT1H\"}", "UTC", null);
    engine.worker();
    UUID living = waiting.living(schedule);
    engine.awaitState(living, "RUNNING");
    UUID fire = fire(schedule, OverlapPolicy.SKIP, now());
    engine.execute("update clock set awaited_run = ? where schedule_id = ?", fire, schedule);

    decideOnce(schedule);

    assertEquals("SKIPPED", engine.state(fire));
    assertEquals(
        1,
        engine.count(
            """
            select count(*) from clock
            where awaited_run is null and next_fire_at between now() + interval '59 minutes' and now() + interval '1 hour'
            """));
  }

  /** Nobody but its leader would ever move what waits for a schedule that has gone. */
  @Test
  void letsWhatWaitsForADeletedScheduleHaveItsTurn() {
    UUID schedule = waiting.schedule(OverlapPolicy.BUFFER_ALL);
    engine.ticker();
    engine.worker();
    UUID living = waiting.living(schedule);
    engine.awaitState(living, "RUNNING");
    UUID next = fire(schedule, OverlapPolicy.BUFFER_ALL, now());
    engine.execute("delete from schedules where id = ?", schedule);

    waiting.ends(living, Outcome.success());

    engine.awaitState(next, "RUNNING");
  }

  // ── one that cannot be decided about
  // ─────────────────────────────────────────────────────────────

  /** As a newer version writes it, while an older one still leads. */
  @Test
  void letsOthersHaveTheirTurnWhereAPolicyIsUnknown() {
    UUID bad = waiting.schedule(OverlapPolicy.SKIP);
    UUID stuck = fire(bad, OverlapPolicy.SKIP, now());
    engine.execute("update queue set overlap = 'NEWER' where id = ?", stuck);
    List<UUID> others = fires(5);

    engine.ticker();

    others.forEach(run -> engine.awaitState(run, "QUEUED"));
    assertEquals("WAITING", waiting.state(stuck));
  }

  @Test
  void letsOthersHaveTheirTurnWhereTheDatabaseRefusesOne() {
    UUID bad = waiting.schedule(OverlapPolicy.SKIP);
    UUID stuck = fire(bad, OverlapPolicy.SKIP, now());
    engine.execute(
        "alter table queue add constraint refused check (id <> '%s' or held_by is not null)"
            .formatted(stuck));
    List<UUID> others = fires(5);

    engine.ticker();

    others.forEach(run -> engine.awaitState(run, "QUEUED"));
    assertEquals("WAITING", waiting.state(stuck));
  }

  private List<UUID> fires(int schedules) {
    List<UUID> runs = new ArrayList<>();
    for (int i = 0; i < schedules; i++) {
      runs.add(fire(waiting.schedule(OverlapPolicy.SKIP), OverlapPolicy.SKIP, now()));
    }
    return runs;
  }

  // ── who may decide
  // ───────────────────────────────────────────────────────────────────────────────

  @Test
  void doesNothingUnderALeaseThatWasTakenOver() {
    UUID schedule = waiting.schedule(OverlapPolicy.SKIP);
    UUID run = fire(schedule, OverlapPolicy.SKIP, now());
    Lease.Held held = lease();
    engine.execute("update leases set holder = gen_random_uuid(), epoch = epoch + 1");

    AdmissionStep.Decided decided = decide(held, schedule);

    assertEquals(java.util.Set.of(schedule), decided.again());
    assertEquals("WAITING", waiting.state(run));
  }

  @Test
  void passesOverAScheduleThatIsBeingEditedAndDecidesAboutTheOthers() throws Exception {
    UUID edited = waiting.schedule(OverlapPolicy.SKIP);
    UUID other = waiting.schedule(OverlapPolicy.SKIP);
    UUID held = fire(edited, OverlapPolicy.SKIP, now());
    UUID free = fire(other, OverlapPolicy.SKIP, now());
    try (java.sql.Connection editor = engine.database.connect()) {
      editor.setAutoCommit(false);
      EngineFixture.rows(editor, "select 1 from clock where schedule_id = ? for update", edited);

      AdmissionStep.Decided decided = decide(lease(), edited, other);

      assertEquals(java.util.Set.of(edited), decided.again());
      assertEquals(List.of("WAITING", "QUEUED"), waiting.states(held, free));
      editor.rollback();
    }
    assertEquals(java.util.Set.of(), decide(lease(), edited).again());
    assertEquals("QUEUED", waiting.state(held));
  }

  /** Whoever has its row may be ending it, or not: it has the place until that is certain. */
  @Test
  void startsNobodyWhileTheOneToBeEndedIsLocked() throws Exception {
    UUID schedule = waiting.schedule(OverlapPolicy.TERMINATE_OTHER);
    UUID living = waiting.living(schedule);
    UUID run = fire(schedule, OverlapPolicy.TERMINATE_OTHER, now());
    try (java.sql.Connection other = engine.database.connect()) {
      other.setAutoCommit(false);
      EngineFixture.rows(other, "select 1 from queue where id = ? for update", living);

      AdmissionStep.Decided decided = decide(lease(), schedule);

      assertEquals(java.util.Set.of(schedule), decided.again());
      assertEquals(List.of("QUEUED", "WAITING"), waiting.states(living, run));
      other.rollback();
    }
    decideOnce(schedule);
    assertEquals(List.of("CANCELED", "QUEUED"), waiting.states(living, run));
  }

  /** As its planner would, tells the one who decides; else it is found by the next look. */
  private UUID fire(UUID schedule, OverlapPolicy policy, Instant due) {
    UUID run = waiting.fire(schedule, policy, due);
    engine.notices.send(Notices.Channel.PLACE, schedule.toString());
    return run;
  }

  private void decideOnce(UUID schedule) {
    // A ticker may be deciding at this moment.
    await().atMost(SOON).until(() -> decide(lease(), schedule).again().isEmpty());
  }

  private AdmissionStep.Decided decide(Lease.Held held, UUID... schedules) {
    return new AdmissionStep(engine.pg)
        .decide(held, List.of(schedules), now())
        .subscribeAsCompletionStage()
        .toCompletableFuture()
        .join();
  }

  private Lease.Held lease() {
    engine.execute(
        """
        insert into leases (name, holder, epoch, expires_at)
        values ('ticker', gen_random_uuid(), 1, now() + interval '1 hour') on conflict do nothing
        """);
    Map<String, Object> row = engine.row("select * from leases where name = 'ticker'");
    return new Lease.Held("ticker", (UUID) row.get("holder"), (Long) row.get("epoch"));
  }

  private static Instant now() {
    return EngineFixture.REAL.instant();
  }
}
