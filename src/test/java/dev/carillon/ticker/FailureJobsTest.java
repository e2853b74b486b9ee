package dev.carillon.ticker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.run.Outcome;
import dev.carillon.run.RunIds;
import dev.carillon.testing.EngineFixture;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A run's failure starts another job's run: exactly once, whoever ended it. */
class FailureJobsTest {

  private EngineFixture engine;

  @BeforeEach
  void start() {
    engine =
        new EngineFixture()
            .handler(
                "broken",
                run -> {
                  throw new IllegalStateException("it is");
                })
            .handler("fatal", run -> Outcome.failure("for good"))
            .handler("answer", run -> Outcome.success())
            .handler("fine", run -> Outcome.success());
  }

  @AfterEach
  void stop() {
    engine.close();
  }

  private UUID job(String key, String onFailure) {
    UUID job = engine.job(key);
    engine.execute("update jobs set on_failure = ? where id = ?", onFailure, job);
    return job;
  }

  private List<Map<String, Object>> answers(UUID failed) {
    return engine.rows(
        "select id, params::text as params, scope::text as scope, trace, job_id from runs"
            + " where caused_by = ? order by id",
        failed);
  }

  @Test
  void startsTheNamedJobOnceARunHasDied() {
    UUID answer = engine.job("answer");
    engine.execute(
        "update jobs set params = '{\"to\":\"ops\",\"attempt\":0}' where id = ?", answer);
    UUID failed = engine.run(job("broken", "answer"));
    engine.execute("update runs set scope = '{\"customer\":\"4711\"}' where id = ?", failed);
    engine.ticker();
    engine.worker();

    engine.awaitState(failed, "DEAD");
    await().atMost(Duration.ofSeconds(8)).until(() -> !answers(failed).isEmpty());

    Map<String, Object> run = answers(failed).get(0);
    assertThat(run.get("job_id")).isEqualTo(answer);
    assertThat(run.get("scope")).isEqualTo("{\"customer\": \"4711\"}");
    assertThat((String) run.get("params"))
        .contains("\"to\": \"ops\"")
        .contains("\"failedRun\": \"" + failed + "\"")
        .contains("\"jobKey\": \"broken\"")
        .contains("\"attempt\": 3")
        .contains("\"generation\": 1")
        .contains("\"state\": \"DEAD\"")
        .contains("\"errorClass\": \"java.lang.IllegalStateException\"");
    assertThat((String) run.get("trace")).contains(failed.toString().replace("-", ""));
    engine.awaitState((UUID) run.get("id"), "SUCCEEDED");
    assertThat(answers(failed)).hasSize(1);
    assertThat(engine.count("select count(*) from failure_starts")).isZero();
    assertThat(engine.row("select status from jobs where id = ?", answer).get("status"))
        .isEqualTo("ACTIVE");
  }

  @Test
  void startsItForAFailureThatIsNotTriedAgainAndNotForSuccess() {
    engine.job("answer");
    UUID failed = engine.run(job("fatal", "answer"));
    UUID fine = engine.run(job("fine", "answer"));
    engine.ticker();
    engine.worker();

    await().atMost(Duration.ofSeconds(8)).until(() -> answers(failed).size() == 1);

    engine.awaitState(fine, "SUCCEEDED");
    assertThat((String) answers(failed).get(0).get("params"))
        .contains("\"state\": \"FAILED\"")
        .contains("\"attempt\": 1");
    assertThat(answers(fine)).isEmpty();
    assertThat(engine.count("select count(*) from runs where caused_by is not null")).isEqualTo(1);
  }

  @Test
  void answersEachGenerationOnceAlsoWhenTheStatementIsRepeated() {
    engine.job("answer");
    UUID failed = ended(job("broken", "answer"), 1, "DEAD");
    engine.ticker();
    await().atMost(Duration.ofSeconds(5)).until(() -> answers(failed).size() == 1);

    // As if the first answer's commit were forgotten by whoever wrote the row.
    engine.execute(
        """
        insert into failure_starts (run_id, generation, tenant_id, attempt, state, at)
        select run_id, generation, tenant_id, attempt, 'DEAD', finished_at from attempts where run_id = ?
        """,
        failed);
    attempt(failed, 2, "FAILED");

    await().atMost(Duration.ofSeconds(5)).until(() -> answers(failed).size() == 2);
    assertThat(engine.count("select count(*) from failure_starts")).isZero();
  }

  @Test
  void answersNeitherADiscardNorACancellation() {
    engine.job("answer");
    UUID failed = ended(job("broken", "answer"), 1, "CANCELED");

    assertThat(engine.count("select count(*) from failure_starts where run_id = ?", failed))
        .isZero();
  }

  @Test
  void watchesPartitionsThatAreMadeLater() {
    engine.execute("select carillon_make_partitions(now() + interval '13 months', 1)");
    engine.job("answer");
    UUID job = job("broken", "answer");
    UUID late =
        RunIds.random(
            EngineFixture.REAL.instant().plus(Duration.ofDays(400)), RandomGenerator.getDefault());
    engine.execute(
        "insert into runs (id, tenant_id, job_id, due_at, created_at, priority) values (?, ?, ?, now(), now(), 2)",
        late,
        EngineFixture.TENANT,
        job);

    attempt(late, 1, "DEAD");

    assertThat(engine.count("select count(*) from failure_starts where run_id = ?", late))
        .isEqualTo(1);
  }

  @Test
  void givesUpOnAJobThatIsMissingOrArchived() {
    UUID archived = engine.job("archived");
    engine.execute("update jobs set status = 'ARCHIVED' where id = ?", archived);
    UUID one = ended(job("one", "archived"), 1, "DEAD");
    UUID other = ended(job("other", "missing"), 1, "DEAD");

    Ticker ticker = engine.ticker();

    await().atMost(Duration.ofSeconds(5)).until(() -> ticker.unansweredFailures() == 2);
    assertThat(answers(one)).isEmpty();
    assertThat(answers(other)).isEmpty();
    assertThat(engine.count("select count(*) from failure_starts")).isZero();
  }

  @Test
  void endsAChainOfJobsThatStartEachOther() {
    job("broken", "fatal");
    UUID first = engine.run(job("fatal", "broken"));
    engine.execute("update jobs set retry = jsonb_set(retry, '{maxAttempts}', '1')");
    Ticker ticker = engine.ticker();
    engine.worker();

    await().atMost(Duration.ofSeconds(15)).until(() -> ticker.unansweredFailures() == 1);

    assertThat(engine.count("select count(*) from runs where caused_by is not null"))
        .isEqualTo(FailureJobs.DEEPEST);
    engine.awaitState(first, "FAILED");
  }

  @Test
  void writesNothingForAJobWithoutOnFailure() {
    ended(engine.job("fatal"), 1, "DEAD");

    assertThat(engine.count("select count(*) from failure_starts")).isZero();
  }

  /** A run that somebody else than a worker has ended. */
  private UUID ended(UUID job, int generation, String state) {
    UUID run = engine.run(job);
    engine.execute("delete from queue where id = ?", run);
    attempt(run, generation, state);
    return run;
  }

  private void attempt(UUID run, int generation, String state) {
    engine.execute(
        """
        insert into attempts (run_id, generation, attempt, tenant_id, outcome, final_state, finished_at)
        values (?, ?, ?, ?, 'FAILED', ?::run_state, now())
        """,
        run,
        generation,
        generation,
        EngineFixture.TENANT,
        state);
  }
}
