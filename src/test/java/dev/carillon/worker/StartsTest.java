package dev.carillon.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.run.Outcome;
import dev.carillon.testing.EngineFixture;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class StartsTest {

  private static final int RUNS = 300;

  @Test
  void startsNoRunBeforeItsInstantAndClaimsManyAtOnce() {
    Map<UUID, Instant> started = new ConcurrentHashMap<>();
    AtomicInteger claims = new AtomicInteger();
    try (EngineFixture engine =
        new EngineFixture()
            .handler(
                "noop",
                run -> {
                  started.put(run.runId(), EngineFixture.REAL.instant());
                  assertThat(run.dueAt()).isBeforeOrEqualTo(started.get(run.runId()));
                  return Outcome.success();
                })) {
      engine.pg.fault(
          (sql, parameters, go) -> {
            if (sql.equals(ClaimSql.CLAIM)) {
              claims.incrementAndGet();
            }
            return go;
          });
      UUID job = engine.job("noop");
      // Given runs that are due one after the other, three milliseconds apart
      Instant first = EngineFixture.REAL.instant().plusSeconds(3);
      engine.runs(job, RUNS, first);
      engine.execute(
          """
          with n as (select id, row_number() over (order by id) as place from queue)
          update queue q set due_at = due_at + n.place * interval '3 ms' from n where n.id = q.id
          """);
      engine.execute("update runs r set due_at = q.due_at from queue q where q.id = r.id");
      engine.ticker();
      engine.worker();

      // When their time has come
      await().atMost(Duration.ofSeconds(20)).until(() -> started.size() == RUNS);
      engine.awaitEmptyQueue(Duration.ofSeconds(10));

      // Then none began early, by its handler's clock or by what is recorded
      List<Map<String, Object>> early =
          engine.rows(
              "select 1 from attempts a join runs r on r.id = a.run_id where a.started_at < r.due_at");
      assertThat(early).isEmpty();
      assertThat(engine.count("select count(*) from attempts where outcome = 'SUCCEEDED'"))
          .isEqualTo(RUNS);
      // and a claim took several of them, before the first of them was due
      assertThat(claims.get()).isLessThan(RUNS / 2);
    }
  }

  @Test
  void endsWithoutItsHandlerARunThatIsHandedBackBeforeItsInstant() {
    AtomicInteger calls = new AtomicInteger();
    try (EngineFixture engine =
        new EngineFixture()
            .handler(
                "noop",
                run -> {
                  calls.incrementAndGet();
                  return Outcome.success();
                })) {
      // Given a run that is due in a moment, whose claim is answered late
      UUID job = engine.job("noop");
      Instant due = EngineFixture.REAL.instant().plusSeconds(2);
      UUID run = engine.runs(job, 1, due).get(0);
      engine.ticker();
      Worker worker = engine.worker();
      await()
          .pollInterval(Duration.ofMillis(2))
          .atMost(Duration.ofSeconds(10))
          .until(() -> worker.inHand() == 1);

      // When the worker is told to drain
      worker.drain().toCompletableFuture().join();

      // Then it was executed once, at its instant, or handed back whole
      assertThat(engine.attempts(run)).isIn("SUCCEEDED", "DRAINED");
      assertThat(calls.get()).isEqualTo(engine.attempts(run).equals("SUCCEEDED") ? 1 : 0);
      assertThat(
              engine.count(
                  "select count(*) from attempts where started_at < ?", EngineFixture.utc(due)))
          .isZero();
    }
  }
}
