package dev.carillon.run;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What an attempt comes to, and what follows from it for the run. The handler says whether to try
 * again, the policy says when and how often (D4):
 *
 * <pre>
 * success                                   → SUCCEEDED
 * "do not retry", or a class of error that the policy does not try again → FAILED
 * failed, timed out; attempts and age left  → tried again after the policy's pause, or the handler's
 * failed, timed out; none left              → DEAD
 * its worker disappeared                    → tried again at once; the third time DEAD, as POISON
 * handed back                               → tried again at once, uses nothing
 * </pre>
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

  public Verdict {
    Objects.requireNonNull(outcome, "outcome");
    if ((finalState == null) == (retryAt == null)) {
      throw new IllegalArgumentException("a run either ends or is due again: " + outcome);
    }
    RunState next =
        finalState != null
            ? finalState
            : outcome == AttemptOutcome.DRAINED ? RunState.QUEUED : RunState.RETRY_SCHEDULED;
    RunState.RUNNING.to(next, "complete", outcome);
  }

  /** The handler's own word, or what it threw. */
  public static Verdict of(Outcome word, Tries tries, Instant now) {
    if (word instanceof Outcome.Success) {
      return new Verdict(AttemptOutcome.SUCCEEDED, RunState.SUCCEEDED, null, null);
    }
    if (word instanceof Outcome.Retry retry) {
      return again(AttemptOutcome.FAILED, retry.error(), retry.after(), tries, now);
    }
    if (word instanceof Outcome.Problem problem) {
      return tries.policy().triesAgain(problem.classes())
          ? again(AttemptOutcome.FAILED, problem.error(), problem.after(), tries, now)
          : failed(AttemptOutcome.FAILED, problem.error());
    }
    return failed(AttemptOutcome.FAILED, ((Outcome.Failure) word).error());
  }

  /** The attempt was still running when its time was up. */
  public static Verdict timedOut(Duration timeout, Tries tries, Instant now) {
    RunError error = RunError.of(RunError.TIMEOUT, "still running after " + timeout, true);
    return tries.policy().triesAgain(List.of(RunError.TIMEOUT))
        ? again(AttemptOutcome.TIMED_OUT, error, null, tries, now)
        : failed(AttemptOutcome.TIMED_OUT, error);
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
   * seems to be what kills its workers. It is no error of the work, so {@code retryOn} is not
   * asked; who must not have a run done twice names {@code Lost} in {@code noRetryOn}.
   */
  public static Verdict lost(Tries tries, Instant now) {
    int losses = tries.lost() + 1;
    if (losses >= POISONOUS_LOSSES) {
      RunError poison =
          RunError.of(
              RunError.POISON, "its worker disappeared " + losses + " times running it", false);
      return new Verdict(AttemptOutcome.LOST, RunState.DEAD, null, poison);
    }
    RunError error =
        RunError.of(RunError.LOST, "its worker disappeared while it was running", true);
    if (tries.policy().refuses(List.of(RunError.LOST))) {
      return failed(AttemptOutcome.LOST, error);
    }
    return due(AttemptOutcome.LOST, error, tries, now);
  }

  /** A class of error that is not tried again counts like the handler's own "do not retry". */
  private static Verdict failed(AttemptOutcome outcome, RunError error) {
    return new Verdict(outcome, RunState.FAILED, null, error.permanent());
  }

  private static Verdict again(
      AttemptOutcome outcome, RunError error, @Nullable Duration after, Tries tries, Instant now) {
    if (!tries.isAnotherLeft()) {
      return new Verdict(outcome, RunState.DEAD, null, error.permanent());
    }
    Duration delay = after == null ? tries.delay() : after;
    Duration bounded =
        delay.compareTo(RetryPolicy.LONGEST_DELAY) > 0 ? RetryPolicy.LONGEST_DELAY : delay;
    return due(outcome, error, tries, now.plus(bounded));
  }

  private static Verdict due(AttemptOutcome outcome, RunError error, Tries tries, Instant at) {
    if (tries.isTooOld(at)) {
      return new Verdict(
          outcome,
          RunState.DEAD,
          null,
          error.ended("not tried again, it would be older than maxAge " + tries.policy().maxAge()));
    }
    return new Verdict(outcome, null, at, error);
  }
}
