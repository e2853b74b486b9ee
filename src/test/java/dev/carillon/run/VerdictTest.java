package dev.carillon.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class VerdictTest {

  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final RetryPolicy POLICY = RetryPolicy.DEFAULT;

  @Test
  void endsARunThatSucceeded() {
    Verdict verdict = Verdict.of(Outcome.success("done"), POLICY, 4, NOW);

    assertEquals(new Verdict(AttemptOutcome.SUCCEEDED, RunState.SUCCEEDED, null, null), verdict);
  }

  @Test
  void triesAgainWhenThePolicySays() {
    Verdict verdict = Verdict.of(Outcome.retry("busy"), POLICY, 1, NOW);

    assertEquals(AttemptOutcome.FAILED, verdict.outcome());
    assertNull(verdict.finalState());
    assertEquals(NOW.plusSeconds(120), verdict.retryAt());
  }

  @Test
  void triesAgainWhenTheHandlerSaysRatherThanWhenThePolicyDoes() {
    Verdict verdict = Verdict.of(Outcome.retry("busy", Duration.ofMillis(250)), POLICY, 1, NOW);

    assertEquals(NOW.plusMillis(250), verdict.retryAt());
  }

  @Test
  void boundsAnAbsurdDelay() {
    Verdict verdict =
        Verdict.of(Outcome.retry("busy", Duration.ofSeconds(Long.MAX_VALUE)), POLICY, 1, NOW);

    assertEquals(NOW.plus(RetryPolicy.LONGEST_DELAY), verdict.retryAt());
  }

  @Test
  void isDeadWhenTheBudgetIsUsedUp() {
    Verdict verdict = Verdict.failed(RunError.of("x.Boom", "again", true), POLICY, 4, NOW);

    assertEquals(AttemptOutcome.FAILED, verdict.outcome());
    assertEquals(RunState.DEAD, verdict.finalState());
    assertNull(verdict.retryAt());
    assertFalse(verdict.error().retryable());
  }

  @Test
  void failsForGoodWhenTheHandlerSaysSoWhateverIsLeft() {
    Verdict verdict = Verdict.of(Outcome.failure("no such invoice"), POLICY, 0, NOW);

    assertEquals(RunState.FAILED, verdict.finalState());
    assertFalse(verdict.error().retryable());
  }

  @Test
  void countsATimeoutAsATry() {
    assertEquals(
        NOW.plusSeconds(60), Verdict.timedOut(Duration.ofSeconds(5), POLICY, 0, NOW).retryAt());
    assertEquals(
        RunState.DEAD, Verdict.timedOut(Duration.ofSeconds(5), POLICY, 4, NOW).finalState());
  }

  @Test
  void retriesALossAtOnceTwiceAndTakesTheThirdForPoison() {
    assertEquals(NOW, Verdict.lost(0, NOW).retryAt());
    assertEquals(NOW, Verdict.lost(1, NOW).retryAt());

    Verdict third = Verdict.lost(2, NOW);

    assertEquals(AttemptOutcome.LOST, third.outcome());
    assertEquals(RunState.DEAD, third.finalState());
    assertEquals("POISON", third.error().type());
  }

  @Test
  void handsBackAtOnceWithoutAnError() {
    assertEquals(new Verdict(AttemptOutcome.DRAINED, null, NOW, null), Verdict.drained(NOW));
  }

  @Test
  void refusesANegativeDelayAndAnOutcomeWithoutAnError() {
    assertThrows(IllegalArgumentException.class, () -> Outcome.retry("x", Duration.ofSeconds(-1)));
    assertThrows(NullPointerException.class, () -> new Outcome.Failure(null));
  }

  @Test
  void cutsAnEndlessMessageAndSaysSo() {
    RunError error = RunError.of("x".repeat(1_000_000));

    assertEquals(RunError.MAX_MESSAGE, error.message().length());
    assertTrue(error.truncated());
    assertTrue(error.permanent().truncated());
  }

  @Test
  void namesTheClassOfWhatWasThrownAlsoWithoutAMessage() {
    RunError error = RunError.thrown(new IllegalStateException());

    assertEquals("java.lang.IllegalStateException", error.type());
    assertEquals("no message", error.message());
    assertTrue(error.retryable());
  }
}
