package dev.carillon.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class VerdictTest {

  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final RetryPolicy POLICY = RetryPolicy.DEFAULT;

  @Test
  void endsARunThatSucceeded() {
    Verdict verdict = Verdict.of(Outcome.success("done"), tried(4), NOW);

    assertEquals(new Verdict(AttemptOutcome.SUCCEEDED, RunState.SUCCEEDED, null, null), verdict);
  }

  @Test
  void triesAgainWhenThePolicySays() {
    Verdict verdict = Verdict.of(Outcome.retry("busy"), tried(1), NOW);

    assertEquals(AttemptOutcome.FAILED, verdict.outcome());
    assertNull(verdict.finalState());
    assertEquals(NOW.plusSeconds(120), verdict.retryAt());
  }

  @Test
  void triesAgainWhenTheHandlerSaysRatherThanWhenThePolicyDoes() {
    Verdict verdict = Verdict.of(Outcome.retry("busy", Duration.ofMillis(250)), tried(1), NOW);

    assertEquals(NOW.plusMillis(250), verdict.retryAt());
  }

  @Test
  void boundsAnAbsurdDelay() {
    Verdict verdict =
        Verdict.of(Outcome.retry("busy", Duration.ofSeconds(Long.MAX_VALUE)), tried(1), NOW);

    assertEquals(NOW.plus(RetryPolicy.LONGEST_DELAY), verdict.retryAt());
  }

  @Test
  void isDeadWhenTheBudgetIsUsedUp() {
    Verdict verdict = Verdict.of(Outcome.problem("x.Boom", "again"), tried(4), NOW);

    assertEquals(AttemptOutcome.FAILED, verdict.outcome());
    assertEquals(RunState.DEAD, verdict.finalState());
    assertNull(verdict.retryAt());
    assertFalse(verdict.error().retryable());
  }

  @Test
  void failsForGoodWhenTheHandlerSaysSoWhateverIsLeft() {
    Verdict verdict = Verdict.of(Outcome.failure("no such invoice"), tried(0), NOW);

    assertEquals(RunState.FAILED, verdict.finalState());
    assertFalse(verdict.error().retryable());
  }

  @Test
  void countsATimeoutAsATry() {
    assertEquals(
        NOW.plusSeconds(60), Verdict.timedOut(Duration.ofSeconds(5), tried(0), NOW).retryAt());
    assertEquals(
        RunState.DEAD, Verdict.timedOut(Duration.ofSeconds(5), tried(4), NOW).finalState());
  }

  @Test
  void retriesALossAtOnceTwiceAndTakesTheThirdForPoison() {
    assertEquals(NOW, Verdict.lost(lost(0), NOW).retryAt());
    assertEquals(NOW, Verdict.lost(lost(1), NOW).retryAt());

    Verdict third = Verdict.lost(lost(2), NOW);

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

  @Test
  void failsWhatThePolicyDoesNotTryAgain() {
    Tries tries = tries(policy("PT1H", List.of(), List.of("IOException")), 0, 0, NOW);

    Verdict verdict =
        Verdict.of(Outcome.Problem.thrown(new FileNotFoundException("x")), tries, NOW);

    assertEquals(RunState.FAILED, verdict.finalState());
    assertEquals("java.io.FileNotFoundException", verdict.error().type());
    assertFalse(verdict.error().retryable());
    assertNull(Verdict.of(Outcome.Problem.thrown(new TimeoutException()), tries, NOW).finalState());
  }

  @Test
  void triesAgainOnlyWhatThePolicyNamesOnceItNamesSomething() {
    Tries tries = tries(policy("PT1H", List.of("Http5xx", "java.net.*"), List.of()), 0, 0, NOW);

    assertNull(Verdict.of(Outcome.Problem.thrown(new ConnectException()), tries, NOW).finalState());
    assertEquals(
        RunState.FAILED,
        Verdict.of(Outcome.Problem.thrown(new IOException()), tries, NOW).finalState());
    assertEquals(RunState.FAILED, Verdict.timedOut(Duration.ofSeconds(1), tries, NOW).finalState());
  }

  @Test
  void heedsTheHandlersOwnWordWhateverTheListsSay() {
    Tries none = tries(policy("PT1H", List.of("x.Nothing"), List.of("HandlerError")), 0, 0, NOW);

    assertNull(Verdict.of(Outcome.retry("busy"), none, NOW).finalState());
    assertEquals(
        RunState.DEAD,
        Verdict.of(Outcome.retry("busy"), tries(none.policy(), 4, 0, NOW), NOW).finalState());
    assertEquals(RunState.FAILED, Verdict.of(Outcome.failure("no"), tried(0), NOW).finalState());
  }

  @Test
  void beginsNoTryThatWouldBeTooOldAndSaysSo() {
    RetryPolicy hour = policy("PT1H", List.of(), List.of());
    Instant due = NOW.minusSeconds(3_600 - 60);

    assertEquals(
        NOW.plusSeconds(60),
        Verdict.of(Outcome.retry("busy"), tries(hour, 0, 0, due), NOW).retryAt());
    Verdict late = Verdict.of(Outcome.retry("busy"), tries(hour, 0, 0, due), NOW.plusMillis(1));

    assertEquals(RunState.DEAD, late.finalState());
    assertEquals(
        "not tried again, it would be older than maxAge PT1H: busy", late.error().message());
    assertEquals(
        RunState.DEAD,
        Verdict.lost(tries(hour, 0, 0, NOW.minusSeconds(3_601)), NOW).finalState(),
        "a lost one too");
    assertEquals(
        RunState.DEAD,
        Verdict.of(Outcome.retry("busy", Duration.ofHours(2)), tries(hour, 0, 0, NOW), NOW)
            .finalState(),
        "also when the handler names the pause");
  }

  @Test
  void triesALostRunAgainUnlessThePolicyRefusesToByName() {
    assertNull(
        Verdict.lost(tries(policy("PT1H", List.of("x.Only"), List.of()), 0, 0, NOW), NOW)
            .finalState());

    Verdict once = Verdict.lost(tries(policy("PT1H", List.of(), List.of("Lost")), 0, 0, NOW), NOW);

    assertEquals(RunState.FAILED, once.finalState());
    assertEquals(AttemptOutcome.LOST, once.outcome());
  }

  @Test
  void isRefusedWhereTheTableOfStatesHasNoSuchEdge() {
    assertThrows(
        IllegalTransitionException.class,
        () -> new Verdict(AttemptOutcome.MISSED, RunState.MISSED, null, null));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Verdict(AttemptOutcome.FAILED, RunState.FAILED, NOW, null));
    assertThrows(
        IllegalArgumentException.class, () -> new Verdict(AttemptOutcome.FAILED, null, null, null));
  }

  private static Tries tried(int before) {
    return tries(POLICY, before, 0, NOW);
  }

  private static Tries lost(int before) {
    return tries(POLICY, 0, before, NOW);
  }

  private static Tries tries(RetryPolicy policy, int tried, int lost, Instant agedFrom) {
    return new Tries(policy, new UUID(1, 2), 1, tried, lost, agedFrom);
  }

  private static RetryPolicy policy(String maxAge, List<String> retryOn, List<String> noRetryOn) {
    return new RetryPolicy(
        5,
        Duration.parse(maxAge),
        Backoff.EXPONENTIAL,
        Duration.ofMinutes(1),
        Duration.ofHours(1),
        RetryJitter.NONE,
        List.of(),
        retryOn,
        noRetryOn);
  }
}
