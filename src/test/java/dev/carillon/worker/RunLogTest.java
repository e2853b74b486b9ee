package dev.carillon.worker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.run.AttemptOutcome;
import dev.carillon.run.RunError;
import dev.carillon.run.RunState;
import dev.carillon.run.Verdict;
import dev.carillon.testing.LogLines;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jboss.logging.MDC;
import org.junit.jupiter.api.Test;

class RunLogTest {

  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final Verdict SUCCEEDED =
      new Verdict(AttemptOutcome.SUCCEEDED, RunState.SUCCEEDED, null, null);
  private static final Verdict DEAD =
      new Verdict(AttemptOutcome.FAILED, RunState.DEAD, null, RunError.of("x.Boom", "a\nb", false));

  @Test
  void tellsStartEndAndDurationWithTenantJobRunAttemptAndTrace() {
    try (LogLines lines = LogLines.of("dev.carillon.runs")) {
      RunLog log = new RunLog(10);
      RunningAttempt attempt = attempt(1);

      log.started(attempt);
      log.ended(attempt, SUCCEEDED, NOW.plusMillis(1_234));

      String about = "tenant=t job=null schedule=null run=" + attempt.runId() + " attempt=3 trace=";
      assertEquals(1, lines.with("started " + about).size());
      List<String> ended = lines.with("SUCCEEDED " + about);
      assertEquals(1, ended.size());
      assertTrue(ended.get(0).endsWith(" durationMs=1234"), ended.get(0));
    }
  }

  @Test
  void tellsOfSoManyASecondBothEndsAndHowManyItLeftOut() {
    try (LogLines lines = LogLines.of("dev.carillon.runs")) {
      RunLog log = new RunLog(5);
      List<RunningAttempt> attempts = IntStream.range(0, 30).mapToObj(RunLogTest::attempt).toList();

      attempts.forEach(log::started);
      attempts.forEach(one -> log.ended(one, SUCCEEDED, NOW));

      int started = lines.with("started tenant").size();
      // Ten, should the second have changed meanwhile.
      assertTrue(started == 5 || started == 10, started + " lines");
      assertEquals(started, lines.with("SUCCEEDED").size());
      await()
          .until(
              () -> {
                log.look();
                return lines.with("more attempts started").stream()
                        .mapToInt(line -> Integer.parseInt(line.substring(0, line.indexOf(' '))))
                        .sum()
                    == 30 - started;
              });
    }
  }

  /** An asynchronous handler may answer on a thread of the application's own. */
  @Test
  void leavesTheLabelsOfOthersOnTheThreadAlone() {
    MDC.put("customer", "4711");
    RunLog log = new RunLog(10);
    RunningAttempt attempt = attempt(5);

    log.started(attempt);
    log.ended(attempt, DEAD, NOW);

    assertEquals(Map.of("customer", "4711"), MDC.getMap());
    MDC.clear();
  }

  @Test
  void tellsWhatWentWrongInAnyCase() {
    try (LogLines lines = LogLines.of("dev.carillon.runs")) {
      RunLog log = new RunLog(0);
      RunningAttempt attempt = attempt(2);

      log.started(attempt);
      log.ended(attempt, DEAD, NOW);
      log.look();

      assertEquals(1, lines.size());
      assertEquals(1, lines.with("error=x.Boom: a; the run is DEAD").size());
    }
  }

  @Test
  void cutsWhatIsLongAndCountsFailuresBeyondABudgetOfTheirOwn() {
    try (LogLines lines = LogLines.of("dev.carillon.runs")) {
      RunLog log = new RunLog(0);
      Verdict longWinded =
          new Verdict(
              AttemptOutcome.FAILED,
              RunState.DEAD,
              null,
              RunError.of("x.Boom", "m".repeat(20_000), false));

      IntStream.range(0, 1_000).forEach(i -> log.ended(attempt(i), longWinded, NOW));

      List<String> told = lines.with("error=x.Boom: ");
      assertTrue(told.get(0).contains(": " + "m".repeat(500) + "…; the run is DEAD"), told.get(0));
      // Twice as many, should the second have changed meanwhile.
      assertTrue(told.size() == 200 || told.size() == 400, told.size() + " lines");
      await()
          .until(
              () -> {
                log.look();
                return lines.with("more attempts went wrong").stream()
                        .mapToInt(line -> Integer.parseInt(line.substring(0, line.indexOf(' '))))
                        .sum()
                    == 1_000 - told.size();
              });
    }
  }

  /** At 30,000 runs a second it must not show: this is a thousandth of what a run costs. */
  @Test
  void costsNextToNothingBeyondItsBudget() {
    RunLog log = new RunLog(0);
    RunningAttempt attempt = attempt(4);
    int times = 200_000;

    long begun = System.nanoTime();
    for (int i = 0; i < times; i++) {
      log.started(attempt);
      log.ended(attempt, SUCCEEDED, NOW);
    }

    long each = (System.nanoTime() - begun) / times;
    assertTrue(each < 5_000, each + " ns a run");
  }

  static RunningAttempt attempt(int n) {
    UUID run = new UUID(0x019ca9282dfb7000L, 0x8000000000000000L + n);
    return new RunningAttempt(
        new Claimed(
            run,
            "t",
            3,
            1,
            0,
            NOW,
            NOW,
            NOW,
            UUID.randomUUID(),
            true,
            null,
            0,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            false),
        JobDefinition.NONE);
  }
}
