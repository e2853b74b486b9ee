package dev.carillon.worker;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.carillon.limit.TenantLimits;
import dev.carillon.run.AttemptOutcome;
import dev.carillon.run.RunError;
import dev.carillon.run.RunState;
import dev.carillon.run.Verdict;
import dev.carillon.testing.Background;
import dev.carillon.testing.EngineFixture;
import io.vertx.sqlclient.Row;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CompleteSqlTest {

  private static final Verdict SUCCEEDED =
      new Verdict(AttemptOutcome.SUCCEEDED, RunState.SUCCEEDED, null, null);
  private static final RunError BUSY = RunError.of("busy");

  private EngineFixture engine;
  private UUID job;
  private UUID worker;

  @BeforeEach
  void open() {
    engine = new EngineFixture();
    job = engine.job("noop");
    worker = UUID.randomUUID();
    engine.pg.rows(WorkerSql.REGISTER, worker, "test", 64, null, "1", 30_000L);
  }

  @AfterEach
  void close() {
    engine.close();
  }

  @Test
  void endsRetriesAndHandsBackInOneStatement() {
    Instant later = EngineFixture.REAL.instant().plusSeconds(60);
    UUID ended = claimed();
    UUID again = claimed();
    UUID back = claimed();

    complete(
        completion(ended, 1, SUCCEEDED),
        completion(again, 1, new Verdict(AttemptOutcome.FAILED, null, later, BUSY)),
        completion(back, 1, Verdict.drained(EngineFixture.REAL.instant())));

    assertEquals("SUCCEEDED", engine.state(ended));
    assertEquals(0, engine.count("select count(*) from queue where id = ?", ended));
    Map<String, Object> retry = live(again);
    assertEquals("RETRY_SCHEDULED", retry.get("state"));
    assertEquals(1, retry.get("tried"));
    assertNull(retry.get("locked_by"));
    Map<String, Object> handedBack = live(back);
    assertEquals("QUEUED", handedBack.get("state"));
    assertEquals(0, handedBack.get("tried"));
    assertEquals(
        1,
        engine.count("select count(*) from outbox where kind = 'ENDED' and cardinality(runs) = 3"));
  }

  @Test
  void refusesWhatAZombieSends() {
    UUID run = claimed();
    UUID zombie = UUID.randomUUID();

    List<Row> accepted =
        complete(
            completion(run, 2, SUCCEEDED),
            new Completion(run, 1, zombie, SUCCEEDED, null, null, now(), 1));

    assertEquals(0, accepted.size());
    assertEquals("RUNNING", engine.state(run));
    assertEquals(0, engine.count("select count(*) from attempts"));
    assertEquals(0, engine.count("select count(*) from outbox where kind = 'ENDED'"));
  }

  @Test
  void acceptsARepeatedCompletionOnlyOnce() {
    UUID run = claimed();

    assertEquals(1, complete(completion(run, 1, SUCCEEDED)).size());
    assertEquals(0, complete(completion(run, 1, SUCCEEDED)).size());

    assertEquals(1, engine.count("select count(*) from attempts"));
  }

  @Test
  void turnsAnotherTryIntoTheEndWhenACancellationArrived() {
    UUID retried = claimed();
    UUID done = claimed();
    engine.execute("update queue set cancel_requested = true");

    complete(
        completion(retried, 1, new Verdict(AttemptOutcome.FAILED, null, now(), BUSY)),
        completion(done, 1, SUCCEEDED));

    assertEquals("CANCELED", engine.state(retried));
    assertEquals("SUCCEEDED", engine.state(done));
  }

  /**
   * Rule 1: a statement that decides on the values of its snapshot misses a row that another
   * transaction changes in between, in both of its branches.
   */
  @Test
  void decidesOnTheValuesThatItLocked() throws SQLException {
    // Given a cancellation that has not committed yet
    UUID run = claimed();
    try (Connection canceller = engine.database.connect()) {
      canceller.setAutoCommit(false);
      EngineFixture.rows(canceller, "update queue set cancel_requested = true where id = ?", run);

      // When the attempt fails meanwhile
      CompletableFuture<List<Row>> completing =
          Background.supply(
              () ->
                  complete(
                      completion(run, 1, new Verdict(AttemptOutcome.FAILED, null, now(), BUSY))));
      awaitLockWaiter();
      canceller.commit();

      // Then neither is lost
      assertEquals(1, completing.join().size());
      assertEquals("CANCELED", engine.state(run));
    }
  }

  @Test
  void leavesARunToWhoeverTookItBackMeanwhile() throws SQLException {
    UUID run = claimed();
    try (Connection other = engine.database.connect()) {
      other.setAutoCommit(false);
      EngineFixture.rows(
          other,
          "update queue set state = 'QUEUED', locked_by = null, due_at = now() where id = ?",
          run);

      CompletableFuture<List<Row>> completing =
          Background.supply(() -> complete(completion(run, 1, SUCCEEDED)));
      awaitLockWaiter();
      other.commit();

      assertEquals(0, completing.join().size());
      assertEquals("QUEUED", engine.state(run));
    }
  }

  /** Two that complete many rows at once, in any order, while a third cancels them. */
  @Test
  void missesNoRowHoweverCompletionsAndCancellationsRace() {
    for (int round = 0; round < 5; round++) {
      List<UUID> runs = new ArrayList<>();
      for (UUID run : engine.runs(job, 200, now())) {
        runs.add(run);
      }
      claim(runs);
      Random random = new Random(round);

      CompletableFuture<?>[] racers = new CompletableFuture<?>[3];
      for (int i = 0; i < 2; i++) {
        List<UUID> shuffled = new ArrayList<>(runs);
        Collections.shuffle(shuffled, random);
        boolean retry = i == 0;
        racers[i] =
            Background.run(
                () ->
                    complete(
                        shuffled.stream()
                            .map(
                                run ->
                                    completion(
                                        run,
                                        1,
                                        retry
                                            ? new Verdict(AttemptOutcome.FAILED, null, now(), BUSY)
                                            : SUCCEEDED))
                            .toArray(Completion[]::new)));
      }
      racers[2] =
          Background.run(
              () ->
                  engine.pg.rows(
                      """
                      with l as materialized (
                        select id from queue where id = any($1) order by id for update)
                      update queue q set cancel_requested = true from l where q.id = l.id
                      """,
                      (Object) runs.toArray(UUID[]::new)));
      CompletableFuture.allOf(racers).join();

      UUID[] ids = runs.toArray(UUID[]::new);
      assertEquals(
          200, engine.count("select count(*) from attempts where run_id = any(?)", (Object) ids));
      assertEquals(
          0,
          engine.count(
              "select count(*) from queue where id = any(?) and state = 'RUNNING'", (Object) ids));
      assertEquals(
          200,
          engine.count(
              """
              select count(*) from unnest(?::uuid[]) as u(id)
              where exists (select from queue q where q.id = u.id)
                 <> exists (select from attempts a where a.run_id = u.id and a.final_state is not null)
              """,
              (Object) ids));
    }
  }

  @Test
  void setsTheNextFireOfTheFixedDelayThatAwaitedTheRunAndOfNoOther() {
    UUID schedule =
        engine.schedule(
            job, "delay", "{\"type\":\"FIXED_DELAY\",\"delay\":\"PT15M\"}", "UTC", null);
    UUID awaited = claimed();
    UUID manual = claimed();
    engine.execute("update runs set schedule_id = ?", schedule);
    engine.execute("update queue set schedule_id = ?", schedule);
    engine.execute("update clock set awaited_run = ?", awaited);

    List<Row> first = complete(completion(manual, 1, SUCCEEDED));
    assertNull(engine.row("select next_fire_at from clock").get("next_fire_at"));
    List<Row> second = complete(completion(awaited, 1, SUCCEEDED));

    assertEquals(false, first.get(0).getBoolean("rearmed"));
    assertEquals(true, second.get(0).getBoolean("rearmed"));
    assertEquals(
        900,
        engine.count(
            """
            select extract(epoch from c.next_fire_at - a.finished_at)::int
            from clock c, attempts a where a.run_id = ?
            """,
            awaited));
  }

  @Test
  void doesNotSetTheNextFireWhileAnotherTryFollows() {
    UUID schedule =
        engine.schedule(
            job, "delay", "{\"type\":\"FIXED_DELAY\",\"delay\":\"PT15M\"}", "UTC", null);
    UUID awaited = claimed();
    engine.execute("update queue set schedule_id = ?", schedule);
    engine.execute("update clock set awaited_run = ?", awaited);

    complete(completion(awaited, 1, new Verdict(AttemptOutcome.FAILED, null, now(), BUSY)));

    assertNull(engine.row("select next_fire_at from clock").get("next_fire_at"));
    assertEquals(1, engine.count("select count(*) from clock where awaited_run is not null"));
  }

  private UUID claimed() {
    UUID run = engine.run(job);
    claim(List.of(run));
    return run;
  }

  private void claim(List<UUID> runs) {
    int claimed =
        engine
            .pg
            .hotRows(
                ClaimSql.CLAIM,
                Claims.parameters(
                    worker, runs.toArray(UUID[]::new), now(), now(), TenantLimits.NONE, false))
            .size();
    assertEquals(runs.size(), claimed);
  }

  private Completion completion(UUID run, int attempt, Verdict verdict) {
    return new Completion(run, attempt, worker, verdict, null, now(), now(), 1);
  }

  private List<Row> complete(Completion... completions) {
    return engine.pg.hotRows(
        CompleteSql.COMPLETE, Completion.parameters(List.of(completions), now()));
  }

  private Map<String, Object> live(UUID run) {
    return engine.row("select state::text, tried, locked_by from queue where id = ?", run);
  }

  private void awaitLockWaiter() {
    await()
        .atMost(5, SECONDS)
        .until(
            () ->
                engine.count(
                        "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()")
                    > 0);
  }

  private static Instant now() {
    return EngineFixture.REAL.instant();
  }
}
