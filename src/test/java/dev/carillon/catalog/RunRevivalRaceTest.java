package dev.carillon.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.broker.EventMessage;
import dev.carillon.run.Outcome;
import dev.carillon.testing.EngineFixture;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Operators beside workers and beside each other, on the real database. */
class RunRevivalRaceTest {

  private static final Duration LONG = Duration.ofSeconds(20);
  private static final int RACERS = 60;

  private EngineFixture engine;
  private Operators operators;
  private final ConcurrentHashMap<UUID, Boolean> mended = new ConcurrentHashMap<>();

  @BeforeEach
  void open() {
    engine =
        new EngineFixture()
            .handler("noop", run -> Outcome.success())
            .handler(
                "mendable",
                run ->
                    mended.containsKey(run.runId())
                        ? Outcome.success()
                        : Outcome.failure("not yet"));
    operators = new Operators(engine);
  }

  /** Nobody has the schedule's clock while they are retried. */
  @Test
  void runsRetriedRunsOfAScheduleOneAfterTheOther() throws Exception {
    AtomicInteger atOnce = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    engine.handler(
        "alone",
        run -> {
          most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
          Thread.yield();
          atOnce.decrementAndGet();
          return Outcome.success();
        });
    UUID job = engine.job("alone");
    UUID schedule =
        engine.schedule(
            job,
            "s",
            "{\"type\":\"INTERVAL\",\"every\":\"PT1H\"}",
            "UTC",
            EngineFixture.REAL.instant().plus(Duration.ofHours(1)));
    engine.execute("update schedules set overlap_policy = 'SKIP'");
    List<UUID> runs =
        IntStream.range(0, 30).mapToObj(i -> engine.run(job)).collect(Collectors.toList());
    engine.execute("update runs set schedule_id = ?", schedule);
    runs.forEach(run -> end(run, "FAILED"));
    engine.ticker();
    engine.worker(8, Duration.ofSeconds(30));

    List<CompletableFuture<RunView>> all = new ArrayList<>();
    for (UUID run : runs) {
      all.add(CompletableFuture.supplyAsync(() -> operators.revive(run, Revival.RETRY)));
    }
    for (CompletableFuture<RunView> one : all) {
      one.get();
    }

    runs.forEach(run -> engine.awaitState(run, "SUCCEEDED"));
    assertEquals(1, most.get());
  }

  @AfterEach
  void close() {
    engine.close();
  }

  @Test
  void executesARetriedRunAtOnceWithItsBudgetAnew() {
    engine.ticker();
    engine.worker();
    UUID run = engine.run(engine.job("mendable"));
    engine.awaitState(run, "FAILED");
    mended.put(run, true);

    RunView retried = operators.revive(run, Revival.RETRY);

    assertEquals(2, retried.generation());
    engine.awaitState(run, "SUCCEEDED");
    assertEquals("FAILED SUCCEEDED", engine.attempts(run));
    assertEquals(
        1, engine.count("select count(*) from attempts where run_id = ? and generation = 2", run));
  }

  @Test
  void takesTheBudgetTheAgeAndTheKeyAnew() {
    UUID run = engine.run(engine.job("noop"));
    engine.execute(
        "update runs set concurrency_key = 'c', due_at = now() - interval '9 days' where id = ?",
        run);
    engine.execute("update queue set tried = 3, lost = 2, attempt = 5 where id = ?", run);
    end(run, "DEAD");

    operators.revive(run, Revival.RETRY);

    assertEquals(
        "0 0 5 2 c true QUEUED",
        engine
            .row(
                """
                select concat_ws(' ', tried, lost, attempt, generation, concurrency_key,
                                 (aged_from = due_at and due_at > now() - interval '1 minute')::text, state) as row
                from queue where id = ?
                """,
                run)
            .get("row"));
  }

  /** Whoever comes first ends it; the other is told, and there is one terminal event. */
  @Test
  void givesARunThatEndsWhileItIsCancelledOneEndAndOneTerminalEvent() throws Exception {
    UUID job = engine.job("noop");
    engine.relay();
    engine.ticker();
    List<UUID> runs =
        IntStream.range(0, 150).mapToObj(i -> engine.run(job)).collect(Collectors.toList());
    Collections.shuffle(runs, new Random(7));
    engine.worker(8, Duration.ofSeconds(30));

    List<CompletableFuture<String>> cancels = new ArrayList<>();
    for (UUID run : runs) {
      cancels.add(CompletableFuture.supplyAsync(() -> cancelled(run)));
    }
    for (CompletableFuture<String> one : cancels) {
      one.get();
    }

    engine.awaitEmptyQueue(LONG);
    Awaitility.await().atMost(LONG).until(() -> engine.count("select count(*) from outbox") == 0);
    int canceled = 0;
    for (int i = 0; i < runs.size(); i++) {
      UUID run = runs.get(i);
      String state = engine.state(run);
      String answer = cancels.get(i).get();
      assertEquals(
          List.of("scheduler.run." + state.toLowerCase(java.util.Locale.ROOT)), terminal(run));
      assertEquals(
          1,
          engine.count(
              "select count(*) from attempts where run_id = ? and final_state is not null", run));
      if (answer.equals("CANCELED")) {
        assertEquals("CANCELED", state);
        canceled++;
      } else if (!answer.equals("RUNNING")) {
        assertEquals("409 SUCCEEDED", answer);
        assertEquals("SUCCEEDED", state);
      }
    }
    assertTrue(canceled > 0, "nobody was cancelled: the race did not happen");
  }

  private String cancelled(UUID run) {
    try {
      return operators.cancel(run).state().name();
    } catch (Refusal refused) {
      return "409 " + engine.state(run);
    }
  }

  @Test
  void letsOneOfManyRetryOrDiscardAndCountsEachGenerationOnce() throws Exception {
    UUID run = engine.run(engine.job("noop"));
    end(run, "DEAD");

    List<CompletableFuture<Boolean>> all = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      Revival what = i % 2 == 0 ? Revival.RETRY : Revival.DISCARD;
      all.add(CompletableFuture.supplyAsync(() -> wins(run, what)));
    }
    int won = 0;
    for (CompletableFuture<Boolean> one : all) {
      won += one.get() ? 1 : 0;
    }

    // Whoever discards first may be followed by one who retries what is CANCELED then.
    long discarded =
        engine.count(
            "select count(*) from attempts where run_id = ? and final_state = 'CANCELED'", run);
    long lives = engine.count("select count(*) from queue where id = ?", run);
    assertEquals(won, discarded + lives);
    assertTrue(discarded <= 1 && lives <= 1);
    assertEquals(
        won + 1L,
        Math.max(
            engine.count("select max(generation) from attempts where run_id = ?", run),
            lives == 0 ? 0 : engine.count("select generation from queue where id = ?", run)));
  }

  private boolean wins(UUID run, Revival what) {
    try {
      operators.revive(run, what);
      return true;
    } catch (Refusal refused) {
      return false;
    }
  }

  /**
   * An edit and a claim at the same moment: the run starts as it was, or not before its new time.
   */
  @Test
  void neverStartsARunBeforeTheTimeItWasMovedTo() throws Exception {
    engine.ticker();
    engine.worker();
    UUID job = engine.job("noop");
    long ahead = 60;
    int moved = 0;
    int begun = 0;

    // Nearer to the instant while all are moved, further from it while all begin: until both happen
    for (int round = 0; round < 20 && (moved == 0 || begun == 0); round++) {
      int won = race(job, ahead);
      moved += won;
      begun += RACERS - won;
      ahead += won == RACERS ? -20 : 20;
    }

    assertTrue(moved > 0 && begun > 0, moved + " were moved and " + begun + " began: no race");
  }

  /**
   * @param ahead how many milliseconds before they are due the edits begin
   * @return how many were moved; the others began as they were
   */
  private int race(UUID job, long ahead) throws Exception {
    Instant due = EngineFixture.REAL.instant().plusMillis(400);
    Instant later = due.plus(Duration.ofHours(1));
    List<UUID> runs = engine.runs(job, RACERS, due);
    engine.execute(
        "update runs set tenant_id = 'default' where id = any(?)",
        (Object) runs.toArray(UUID[]::new));
    engine.execute(
        "update queue set tenant_id = 'default' where id = any(?)",
        (Object) runs.toArray(UUID[]::new));
    List<CompletableFuture<Boolean>> edits = new ArrayList<>();
    Awaitility.await()
        .pollInterval(Duration.ofMillis(1))
        .until(() -> EngineFixture.REAL.instant().isAfter(due.minusMillis(ahead)));
    for (UUID run : runs) {
      edits.add(CompletableFuture.supplyAsync(() -> moved(run, later)));
    }

    int won = 0;
    for (int i = 0; i < runs.size(); i++) {
      if (edits.get(i).get()) {
        won++;
        assertEquals("SCHEDULED", engine.state(runs.get(i)));
        assertEquals("", engine.attempts(runs.get(i)));
      } else {
        engine.awaitState(runs.get(i), "SUCCEEDED");
      }
    }
    return won;
  }

  /** Keys that expire are deleted at some time: not between the two looks for whose one is. */
  @Test
  void holdsADedupeKeyUntilItsOwnerIsRead() {
    engine.job("noop");
    UUID first = operators.request("{'jobKey':'noop','dedupeKey':'k'}", sql -> {});
    AtomicLong free = new AtomicLong(-1);

    UUID second =
        operators.request(
            "{'jobKey':'noop','dedupeKey':'k'}",
            sql -> {
              if (sql.equals(RunSql.KEY_OF)) {
                free.set(
                    engine.count(
                        "select count(*) from (select 1 from dedupe_keys for update skip locked) as f"));
              }
            });

    assertEquals(first, second);
    assertEquals(0, free.get());
  }

  private boolean moved(UUID run, Instant later) {
    try {
      operators.edit(run, "{'dueAt':'" + later + "'}");
      return true;
    } catch (Refusal refused) {
      return false;
    }
  }

  private void end(UUID run, String state) {
    engine.execute(
        """
        insert into attempts (run_id, generation, attempt, tenant_id, outcome, final_state, started_at, finished_at)
        select id, generation, greatest(attempt, 1), tenant_id, 'FAILED', ?::run_state, now(), now()
        from queue where id = ?
        """,
        state,
        run);
    engine.execute("delete from queue where id = ?", run);
  }

  private List<String> terminal(UUID run) {
    return engine.events.stream()
        .filter(event -> event.subject().equals("runs/" + run))
        .map(EventMessage::type)
        .filter(type -> !type.endsWith("started"))
        .toList();
  }
}
