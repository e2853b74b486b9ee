package dev.carillon.ticker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.testing.EngineFixture;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What a fire takes from its job's template and from its schedule. */
class TemplateFiresTest {

  private static final String OF_SCHEDULE =
      """
      select r.concurrency_key as run, q.concurrency_key as queued, r.retry::text as retry,
             r.scope ->> 'site' as site
      from runs r join queue q on q.id = r.id
      where r.schedule_id = ?
      """;

  @Test
  void givesAFireItsConcurrencyKeyAndItsSchedulesRetry() {
    try (EngineFixture engine = new EngineFixture()) {
      UUID job = engine.job("keyed");
      engine.execute(
          "update jobs set concurrency_key = 'c-{params.customer}-{scope.site}', params = '{\"customer\":1}'");
      UUID plain = engine.job("plain");
      UUID own = hourly(engine, job, "own");
      UUID inherited = hourly(engine, job, "inherited");
      UUID without = hourly(engine, plain, "without");
      engine.execute(
          "update schedules set params = '{\"customer\":2}', retry = '{\"maxAttempts\":1}', scope = '{\"site\":\"B\"}' where id = ?",
          own);

      engine.ticker();

      await()
          .atMost(Duration.ofSeconds(8))
          .until(() -> engine.count("select count(*) from queue") == 3);
      assertThat(only(engine, own))
          .containsEntry("site", "B")
          .containsEntry("run", "c-2-B")
          .containsEntry("queued", "c-2-B")
          .containsEntry("retry", "{\"maxAttempts\": 1}");
      assertThat(only(engine, inherited))
          .containsEntry("queued", "c-1-")
          .containsEntry("retry", null);
      assertThat(only(engine, without)).containsEntry("run", null).containsEntry("queued", null);
    }
  }

  private static UUID hourly(EngineFixture engine, UUID job, String key) {
    return engine.schedule(
        job,
        key,
        "{\"type\":\"CRON\",\"expression\":\"0 * * * *\"}",
        "UTC",
        EngineFixture.REAL.instant().truncatedTo(ChronoUnit.HOURS));
  }

  private static Map<String, Object> only(EngineFixture engine, UUID schedule) {
    List<Map<String, Object>> rows = engine.rows(OF_SCHEDULE, schedule);
    assertThat(rows).hasSize(1);
    return rows.get(0);
  }
}
