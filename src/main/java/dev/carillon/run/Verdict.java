package dev.carillon.run;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What an attempt comes to, and what follows from it for the run. The handler says whether to try
 * again, the policy says when and how often (D4).
 *
 * @param outcome what is recorded of the attempt
 * @param finalState where the run ends; null: it is tried again at {@code retryAt}
 * @param retryAt when the run is due again, UTC; null exactly when {@code finalState} is not
 * @param error why it did not succeed; null when it did, or was handed back
 */
public record Verdict(
    AttemptOutcome outcome,
    @Nullable RunState finalState,
    @Nullable Instant retryAt,
    @Nullable RunError error) {

  /** A run that loses its worker this often has killed it rather than been unlucky. */
  public static final int POISONOUS_LOSSES = 3;

  /** The handler's own word. */
  public static Verdict of(Outcome word, RetryPolicy policy, int triedBefore, Instant now) {
    if (word instanceof Outcome.Success) {
      return new Verdict(AttemptOutcome.SUCCEEDED, RunState.SUCCEEDED, null, null);
    }
    if (word instanceof Outcome.Retry retry) {
      return again(
          AttemptOutcome.FAILED, retry.error(), retry.after(), policy, triedBefore + 1, now);
    }
    Outcome.Failure failure = (Outcome.Failure) word;
    return new Verdict(AttemptOutcome.FAILED, RunState.FAILED, null, failure.error().permanent());
  }

  /** The handler threw, or answered nothing. */
  public static Verdict failed(RunError error, RetryPolicy policy, int triedBefore, Instant now) {
    return again(AttemptOutcome.FAILED, error, null, policy, triedBefore + 1, now);
  }

  /** The attempt was still running when its time was up. */
  public static Verdict timedOut(
      Duration timeout, RetryPolicy policy, int triedBefore, Instant now) {
    RunError error = RunError.of("Timeout", "still running after " + timeout, true);
    return again(AttemptOutcome.TIMED_OUT, error, null, policy, triedBefore + 1, now);
  }

  /** Somebody cancelled the run, and the attempt stopped. */
  public static Verdict canceled() {
    return new Verdict(AttemptOutcome.CANCELED, RunState.CANCELED, null, null);
  }

  /** The worker is shutting down: another takes over at once, the retry budget is untouched. */
  public static Verdict drained(Instant now) {
    return new Verdict(AttemptOutcome.DRAINED, null, now, null);
  }

  /**
   * The worker disappeared: tried again at once and without using the retry budget, unless the run
   * seems to be what kills its workers.
   */
  public static Verdict lost(int lostBefore, Instant now) {
    RunError error = RunError.of("Lost", "its worker disappeared while it was running", true);
    if (lostBefore + 1 >= POISONOUS_LOSSES) {
      RunError poison =
          RunError.of(
              "POISON", "its worker disappeared " + (lostBefore + 1) + " times running it", false);
      return new Verdict(AttemptOutcome.LOST, RunState.DEAD, null, poison);
    }
    return new Verdict(AttemptOutcome.LOST, null, now, error);
  }

  private static Verdict again(
      AttemptOutcome outcome,
      RunError error,
      @Nullable Duration after,
      RetryPolicy policy,
      int tried,
      Instant now) {
    if (!policy.allowsAnotherAfter(tried)) {
      return new Verdict(outcome, RunState.DEAD, null, error.permanent());
    }
    Duration delay = after == null ? policy.delayAfter(tried) : after;
    Duration bounded =
        delay.compareTo(RetryPolicy.LONGEST_DELAY) > 0 ? RetryPolicy.LONGEST_DELAY : delay;
    return new Verdict(outcome, null, now.plus(bounded), error);
  }
}
