package dev.carillon.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.carillon.catalog.TestCatalog;
import dev.carillon.limit.TenantLimits;
import dev.carillon.run.AttemptOutcome;
import dev.carillon.run.RetryPolicy;
import dev.carillon.run.RunError;
import dev.carillon.run.RunState;
import dev.carillon.run.Tries;
import dev.carillon.run.Verdict;
import dev.carillon.testing.EngineFixture;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.awaitility.Awaitility;

/**
 * What workers, the leader and people do to the same few runs, in any order and at the same time,
 * against the real database: first one after the other, beside a model that says how each must
 * stand after every step; then from many threads, where the trail that every change of a row leaves
 * must be a path through the table of edges.
 */
class RunInterleavingProperties {

  private static final int RUNS = 3;
  private static final int WORKERS = 3;

  /** Each of them an operation on a run by a worker: see {@link #step}. */
  private static final int STEPS = 10 * RUNS * WORKERS;

  private static final RunError BUSY = RunError.of("busy");

  private static EngineFixture engine;
  private static TestCatalog.Operator operator;
  private static UUID job;

  private final UUID[] workers = new UUID[WORKERS];

  @BeforeContainer
  static void open() {
    engine = new EngineFixture();
    operator = TestCatalog.operator(engine.pg, EngineFixture.REAL);
    job = engine.job("noop");
  }

  @AfterContainer
  static void close() {
    engine.close();
  }

  // ── one after the other
  // ───────────────────────────────────────────────────────────────────────────

  @Property(tries = 60)
  void everyStepLeavesTheRunsAsTheTableOfEdgesSays(
      @ForAll @Size(min = 10, max = 60) List<@IntRange(max = STEPS - 1) Integer> steps) {
    startWorkers();
    UUID[] runs = new UUID[RUNS];
    RunModel[] models = new RunModel[RUNS];
    for (int i = 0; i < RUNS; i++) {
      runs[i] = engine.run(job);
      models[i] = new RunModel();
    }
    for (int step : steps) {
      int run = step % RUNS;
      int worker = step / RUNS % WORKERS;
      step(step / RUNS / WORKERS, runs, models, run, worker);
      for (int i = 0; i < RUNS; i++) {
        assertEquals(models[i].standing(), standing(runs[i]), "run " + i + " after step " + step);
      }
    }
    for (int i = 0; i < RUNS; i++) {
      assertEquals(models[i].story(), story(runs[i]), "the attempts of run " + i);
    }
  }

  private void step(int operation, UUID[] runs, RunModel[] models, int run, int worker) {
    RunModel model = models[run];
    UUID id = runs[run];
    UUID who = workers[worker];
    switch (operation) {
      case 0 -> assertEquals(model.claim(who), claim(who, id), "claim");
      case 1 -> completes(model, id, who, model.attempt(), verdict(RunState.SUCCEEDED));
      case 2 -> completes(model, id, who, model.attempt(), verdict(null));
      case 3 -> completes(model, id, who, model.attempt(), verdict(RunState.FAILED));
      case 4 -> completes(model, id, who, model.attempt(), timedOutForGood());
      case 5 -> completes(model, id, who, model.attempt(), Verdict.drained(now()));
      // A zombie: the attempt before.
      case 6 -> completes(model, id, who, model.attempt() - 1, verdict(RunState.SUCCEEDED));
      case 7 -> assertEquals(model.cancel(), operator.cancel(id), "cancel");
      case 8 ->
          assertEquals(
              model.isFinal() && worker == 0 ? model.discard() : model.retry(),
              model.isFinal() && worker == 0 ? operator.discard(id) : operator.retry(id),
              "retry or discard");
      default -> lose(runs, models, worker);
    }
  }

  private void completes(RunModel model, UUID run, UUID worker, int attempt, Verdict verdict) {
    assertEquals(
        model.complete(worker, attempt, verdict), complete(worker, run, attempt, verdict), "end");
  }

  /** The worker is retired, and everything that it had is taken back; another comes. */
  private void lose(UUID[] runs, RunModel[] models, int worker) {
    UUID gone = workers[worker];
    engine.execute("update workers set retired_at = now() where id = ?", gone);
    for (int i = 0; i < RUNS; i++) {
      RunModel model = models[i];
      if (gone.equals(model.holder())) {
        Verdict verdict = lost(runs[i], model.lost());
        int attempt = model.attempt();
        assertEquals(model.lose(gone, verdict), complete(gone, runs[i], attempt, verdict), "lost");
      } else {
        assertEquals(false, claim(gone, runs[i]), "a retired worker claims nothing");
      }
    }
    workers[worker] = register();
  }

  // ── at the same time
  // ──────────────────────────────────────────────────────────────────────────────

  private static final int THREADS = 6;
  private static final int CONTENDED = 8;
  private static final int OPERATIONS = Integer.getInteger("dev.carillon.interleavings", 250);

  @Property(tries = 1)
  void whateverHappensAtTheSameTimeEveryRunTakesALegalPathAndEndsOnceAGeneration(@ForAll long seed)
      throws Exception {
    // Given a trail of every change, and runs that all want
    try (EngineFixture contended = new EngineFixture()) {
      EngineFixture shared = engine;
      engine = contended;
      operator = TestCatalog.operator(contended.pg, EngineFixture.REAL);
      job = contended.job("noop");
      leaveATrail();
      startWorkers();
      List<UUID> runs = new ArrayList<>();
      for (int i = 0; i < CONTENDED; i++) {
        runs.add(contended.run(job));
      }

      // When six threads do anything to any of them, and what is left is brought to an end
      ExecutorService threads = Executors.newFixedThreadPool(THREADS);
      AtomicReferenceArray<UUID> living = new AtomicReferenceArray<>(workers);
      List<Future<?>> ends = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        Random random = new Random(seed + i);
        ends.add(threads.submit((Callable<?>) () -> anything(random, runs, living)));
      }
      for (Future<?> end : ends) {
        end.get(120, TimeUnit.SECONDS);
      }
      threads.shutdown();
      finish(runs);
      contended.relay();
      Awaitility.await()
          .atMost(java.time.Duration.ofSeconds(30))
          .until(() -> contended.count("select count(*) from outbox") == 0);

      // Then each took a path of the table, ended once a generation, and said so once
      assertEquals(List.of(), illegalSteps());
      assertEquals(
          0,
          contended.count(
              """
              select count(*) from (
                select run_id, generation from attempts where final_state is not null
                group by run_id, generation having count(*) > 1) doubled
              """));
      assertEquals(terminalByTheTables(), terminalEvents());
      engine = shared;
      operator = TestCatalog.operator(shared.pg, EngineFixture.REAL);
    }
  }

  private Void anything(Random random, List<UUID> runs, AtomicReferenceArray<UUID> living) {
    for (int i = 0; i < OPERATIONS; i++) {
      UUID run = runs.get(random.nextInt(runs.size()));
      int place = random.nextInt(WORKERS);
      UUID worker = living.get(place);
      switch (random.nextInt(12)) {
        case 0, 1, 2, 3 -> claim(worker, run);
        case 4 -> end(run, worker, verdict(RunState.SUCCEEDED));
        case 5 -> end(run, worker, verdict(null));
        case 6 ->
            end(run, worker, random.nextBoolean() ? timedOutForGood() : verdict(RunState.FAILED));
        case 7 -> end(run, worker, Verdict.drained(now()));
        case 8 -> operator.cancel(run);
        case 9, 10 -> operator.retry(run);
        default -> {
          if (random.nextInt(6) == 0) {
            loseOne(living, place, worker);
          } else {
            operator.discard(run);
          }
        }
      }
    }
    return null;
  }

  /** As whoever has it now, which may be another by the time that it is said. */
  private void end(UUID run, UUID worker, Verdict verdict) {
    List<Map<String, Object>> rows =
        rows("select attempt from queue where id = ? and state = 'RUNNING'", run);
    if (!rows.isEmpty()) {
      complete(worker, run, (int) rows.get(0).get("attempt"), verdict);
    }
  }

  private void loseOne(AtomicReferenceArray<UUID> living, int place, UUID worker) {
    if (living.compareAndSet(place, worker, register())) {
      rows("update workers set retired_at = now() where id = ?", worker);
      takeBack(worker);
    }
  }

  private void takeBack(UUID worker) {
    for (Map<String, Object> row :
        rows(
            "select id, attempt, lost from queue where state = 'RUNNING' and locked_by = ?",
            worker)) {
      int lost = ((Number) row.get("lost")).intValue();
      complete(
          worker, (UUID) row.get("id"), (int) row.get("attempt"), lost((UUID) row.get("id"), lost));
    }
  }

  /** A claim that committed after its worker was retired is found by looking again. */
  private void finish(List<UUID> runs) {
    UUID last = register();
    for (UUID run : runs) {
      rows("select locked_by from queue where id = ? and locked_by is not null", run)
          .forEach(row -> takeBack((UUID) row.get("locked_by")));
      if (claim(last, run)) {
        end(run, last, verdict(RunState.SUCCEEDED));
      }
    }
    assertEquals(0, engine.count("select count(*) from queue"), "all have ended");
  }

  /** Every change of a queue row, in the order of the row's lock. */
  private static void leaveATrail() {
    engine.execute(
        "create table trail (n bigserial, run uuid, generation int, was text, becomes text)");
    engine.execute("grant insert, select on trail to carillon_api, carillon_engine");
    engine.execute("grant usage on sequence trail_n_seq to carillon_api, carillon_engine");
    engine.execute(
        """
        create function leave_trail() returns trigger language plpgsql as $$
        begin
          insert into trail (run, generation, was, becomes)
          values (coalesce(new.id, old.id), coalesce(new.generation, old.generation),
                  case when tg_op <> 'INSERT' then old.state end,
                  case when tg_op <> 'DELETE' then new.state end);
          return null;
        end $$
        """);
    engine.execute(
        "create trigger trail after insert or update or delete on queue for each row execute function leave_trail()");
  }

  /**
   * A row that is gone became the end of its generation; between the generations of two rows lie
   * those that were only discarded.
   */
  private static List<String> illegalSteps() {
    List<String> illegal = new ArrayList<>();
    for (Map<String, Object> run : engine.rows("select distinct run from trail")) {
      UUID id = (UUID) run.get("run");
      List<RunState> path = path(id);
      for (int i = 1; i < path.size(); i++) {
        if (!path.get(i - 1).mayBecome(path.get(i))) {
          illegal.add("run " + id + ": " + path.get(i - 1) + " to " + path.get(i));
        }
      }
    }
    return illegal;
  }

  private static List<RunState> path(UUID run) {
    Map<Integer, RunState> ends = new HashMap<>();
    engine
        .rows(
            "select generation, final_state::text as state from attempts where run_id = ? and final_state is not null",
            run)
        .forEach(
            row ->
                ends.put(
                    (Integer) row.get("generation"), RunState.valueOf((String) row.get("state"))));
    List<RunState> path = new ArrayList<>();
    int ended = 0;
    for (Map<String, Object> step :
        engine.rows("select generation, was, becomes from trail where run = ? order by n", run)) {
      int generation = (Integer) step.get("generation");
      if (step.get("was") == null) {
        while (++ended < generation) {
          path.add(ends.get(ended));
        }
      }
      if (step.get("becomes") == null) {
        path.add(ends.get(generation));
        ended = generation;
      } else {
        add(path, RunState.valueOf((String) step.get("becomes")));
      }
    }
    while (ends.containsKey(++ended)) {
      path.add(ends.get(ended));
    }
    return path;
  }

  /** Coming due writes nothing; a wish to cancel changes no state. */
  private static void add(List<RunState> path, RunState next) {
    RunState last = path.isEmpty() ? null : path.get(path.size() - 1);
    if (last == RunState.RETRY_SCHEDULED && next == RunState.RUNNING) {
      path.add(RunState.QUEUED);
    }
    if (last != next) {
      path.add(next);
    }
  }

  private static Set<String> terminalByTheTables() {
    Set<String> ends = new TreeSet<>();
    engine
        .rows(
            "select run_id, attempt, final_state::text as state from attempts where final_state is not null")
        .forEach(
            row -> ends.add(row.get("run_id") + " " + row.get("attempt") + " " + row.get("state")));
    return ends;
  }

  /** Each once, or it is named twice. */
  private static Set<String> terminalEvents() {
    Set<String> ends = new TreeSet<>();
    engine.events.stream()
        .filter(event -> isTerminal(event.type(), event.data().getBoolean("willRetry")))
        .filter(
            event ->
                !event.type().endsWith(".failed")
                    || "FAILED".equals(event.data().getString("state")))
        .forEach(
            event -> {
              String end =
                  event.data().getString("id")
                      + " "
                      + event.data().getInteger("attempt")
                      + " "
                      + event.data().getString("state");
              if (!ends.add(end)) {
                ends.add(end + " again");
              }
            });
    return ends;
  }

  private static boolean isTerminal(String type, Boolean willRetry) {
    return switch (type) {
      case "scheduler.run.succeeded", "scheduler.run.dead", "scheduler.run.canceled" -> true;
      case "scheduler.run.failed" -> Boolean.FALSE.equals(willRetry);
      default -> false;
    };
  }

  // ── the statements themselves
  // ─────────────────────────────────────────────────────────────────────

  private void startWorkers() {
    Arrays.setAll(workers, i -> register());
  }

  private static UUID register() {
    UUID worker = UUID.randomUUID();
    engine.pg.rows(WorkerSql.REGISTER, worker, "test", 64, null, "1", 30_000L);
    return worker;
  }

  private static boolean claim(UUID worker, UUID run) {
    Instant later = now().plusSeconds(60);
    return !engine
        .pg
        .hotRows(
            ClaimSql.CLAIM,
            Claims.parameters(worker, new UUID[] {run}, later, later, TenantLimits.NONE, false))
        .isEmpty();
  }

  private static boolean complete(UUID worker, UUID run, int attempt, Verdict verdict) {
    Instant now = now();
    List<Completion> one =
        List.of(new Completion(run, attempt, worker, verdict, null, now, now, 1));
    return !engine.pg.hotRows(CompleteSql.COMPLETE, Completion.parameters(one, now)).isEmpty();
  }

  private static Verdict verdict(RunState end) {
    if (end == RunState.SUCCEEDED) {
      return new Verdict(AttemptOutcome.SUCCEEDED, end, null, null);
    }
    return new Verdict(AttemptOutcome.FAILED, end, end == null ? now() : null, BUSY);
  }

  private static Verdict lost(UUID run, int before) {
    return Verdict.lost(new Tries(RetryPolicy.DEFAULT, run, 1, 0, before, now()), now());
  }

  private static Verdict timedOutForGood() {
    return new Verdict(AttemptOutcome.TIMED_OUT, RunState.DEAD, null, BUSY);
  }

  private static String standing(UUID run) {
    return (String)
        engine
            .row(
                """
                select coalesce(
                  (select format('%s %s %s tried %s lost %s %s%s', q.state, q.generation, q.attempt, q.tried, q.lost,
                     coalesce(q.locked_by::text, 'free'), case when q.cancel_requested then ' to be cancelled' end)
                   from queue q where q.id = ?),
                  (select format('ended %s %s %s', a.final_state, a.generation, a.attempt)
                   from attempts a where a.run_id = ? order by a.generation desc, a.attempt desc limit 1)) as standing
                """,
                run, run)
            .get("standing");
  }

  private static List<String> story(UUID run) {
    return engine
        .rows(
            """
            select format('%s %s %s %s', generation, attempt, outcome, coalesce(final_state::text, 'null')) as told
            from attempts where run_id = ? order by generation, attempt
            """,
            run)
        .stream()
        .map(row -> (String) row.get("told"))
        .toList();
  }

  /** On a connection that threads may share by turns. */
  private static List<Map<String, Object>> rows(String sql, Object... parameters) {
    return engine.rows(sql, parameters);
  }

  private static Instant now() {
    return EngineFixture.REAL.instant();
  }
}
