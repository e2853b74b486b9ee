package dev.carillon.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.limit.TenantLimits;
import dev.carillon.run.AttemptOutcome;
import dev.carillon.run.RunError;
import dev.carillon.run.RunState;
import dev.carillon.run.Verdict;
import dev.carillon.testing.EngineFixture;
import dev.carillon.testing.PlannedOnce;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Rule 2: a plan that was made while the tables were empty turned 500 claims into a minute. The
 * statements of the hot path are planned once, so their work must not grow faster than their
 * batches whatever the tables hold; work is counted in rows and pages, not by a clock.
 */
class PlansMadeOnceTest {

  private static final int ROWS = 100_000;

  /** Pages that one run may touch in its statement: descents of indexes, and what is written. */
  private static final int PAGES_EACH = 60;

  /** Ways to find a row by its id that cost what the table has. */
  private static final Pattern OTHER_WAYS =
      Pattern.compile("Seq Scan|_by_|_tenant_id|_schedule_id_|_job_id_");

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

  @ParameterizedTest
  @ValueSource(ints = {32, 500})
  void claimsByAPlanThatWasMadeOnAnEmptyQueue(int size) {
    try (PlannedOnce claim = planned(ClaimSql.CLAIM)) {
      // Given a plan that statistics of an emptied queue have shaped
      engine.execute("vacuum analyze queue");
      claim.explain(
          Claims.parameters(
              worker, new UUID[] {UUID.randomUUID()}, now(), now(), TenantLimits.NONE, false));
      List<UUID> runs = overdue();

      // When a batch of many overdue runs is claimed
      UUID[] some = runs.subList(30_000, 30_000 + size).toArray(UUID[]::new);
      PlannedOnce.Plan plan =
          claim.explain(Claims.parameters(worker, some, now(), now(), TenantLimits.NONE, false));

      // Then it is this plan, and it does a batch's work
      assertIsBounded(plan, size);
      assertEquals(size, running());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {32, 500})
  void completesByAPlanThatWasMadeOnAnEmptyQueue(int size) {
    try (PlannedOnce complete = planned(CompleteSql.COMPLETE)) {
      engine.execute("vacuum analyze queue");
      complete.explain(ended(List.of(UUID.randomUUID()), false));
      List<UUID> runs = overdue();
      List<UUID> well = runs.subList(30_000, 30_000 + size);
      List<UUID> again = runs.subList(60_000, 60_000 + size);
      claim(well);
      claim(again);

      assertIsBounded(complete.explain(ended(well, false)), size);
      assertIsBounded(complete.explain(ended(again, true)), size);

      assertEquals(
          size, engine.count("select count(*) from attempts where final_state = 'SUCCEEDED'"));
      assertEquals(
          size, engine.count("select count(*) from queue where state = 'RETRY_SCHEDULED'"));
      assertEquals(0, running());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {64, 500})
  void looksForOverdueRunsByAPlanThatWasMadeOnAnEmptyQueue(int size) {
    try (PlannedOnce overdue = planned(ClaimSql.OVERDUE)) {
      engine.execute("vacuum analyze queue");
      overdue.explain(Claims.overdueParameters(new String[] {"default"}, now(), size, 0));
      overdue();

      PlannedOnce.Plan plan =
          overdue.explain(Claims.overdueParameters(new String[] {"default"}, now(), size, 0));

      assertTrue(plan.text().contains("queue_due"), plan.text());
      // It looks at the oldest thousand, however few it takes.
      assertIsBounded(plan, 1_000);
    }
  }

  private void assertIsBounded(PlannedOnce.Plan plan, int size) {
    assertTrue(plan.isGeneric(), plan.text());
    // What has expired is looked for once, not for a row.
    String ways = plan.text().replace("expiries_by_time", "");
    assertFalse(OTHER_WAYS.matcher(ways).find(), plan.text());
    assertTrue(plan.rowsThrownAway() <= 2L * size, plan.text());
    assertTrue(plan.pages() <= (long) PAGES_EACH * (size + 10), plan.text());
  }

  private PlannedOnce planned(String sql) {
    return new PlannedOnce(engine, sql);
  }

  /** Of which no statistics know. */
  private List<UUID> overdue() {
    return engine.runs(job, ROWS, now().minusSeconds(60));
  }

  private void claim(List<UUID> runs) {
    engine.pg.hotRows(
        ClaimSql.CLAIM,
        Claims.parameters(
            worker, runs.toArray(UUID[]::new), now(), now(), TenantLimits.NONE, false));
  }

  private Tuple ended(List<UUID> runs, boolean again) {
    Verdict verdict =
        again
            ? new Verdict(
                AttemptOutcome.FAILED, null, now(), RunError.of("Busy", "try again", true))
            : new Verdict(AttemptOutcome.SUCCEEDED, RunState.SUCCEEDED, null, null);
    List<Completion> batch = new ArrayList<>();
    runs.forEach(run -> batch.add(new Completion(run, 1, worker, verdict, null, now(), now(), 1)));
    return Completion.parameters(batch, now());
  }

  private long running() {
    return engine.count("select count(*) from queue where state = 'RUNNING'");
  }

  private static Instant now() {
    return EngineFixture.REAL.instant();
  }
}
