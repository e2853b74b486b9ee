package dev.carillon.worker;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.carillon.run.AttemptOutcome;
import dev.carillon.run.ErrorClasses;
import dev.carillon.run.Outcome;
import dev.carillon.run.RunError;
import dev.carillon.run.RunState;
import dev.carillon.run.Verdict;
import dev.carillon.target.Targets;
import dev.carillon.worker.RunningAttempt.Stop;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.BiConsumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One attempt from claim to verdict: call the target, judge its word, hand the result on. Whatever
 * a handler does (throw, return nothing, hang, die) ends as a recorded attempt; nothing of it
 * reaches the worker.
 */
final class Execution {

  private static final Logger LOG = Logger.getLogger(Execution.class);

  private final Targets targets;
  private final InstantSource clock;
  private final ObjectMapper mapper;
  private final RunLog log;
  private final BiConsumer<RunningAttempt, Completion> decided;
  private final Slots slots;

  /**
   * @param slots told of handlers that do not stop, and of those that do so at last
   * @param decided told once of what each attempt came to
   */
  Execution(
      Targets targets,
      InstantSource clock,
      ObjectMapper mapper,
      RunLog log,
      Slots slots,
      BiConsumer<RunningAttempt, Completion> decided) {
    this.targets = targets;
    this.clock = clock;
    this.mapper = Storable.mapper(mapper);
    this.log = log;
    this.slots = slots;
    this.decided = decided;
  }

  /** Starts the attempt and returns at once. */
  void start(RunningAttempt attempt) {
    log.started(attempt);
    if (!attempt.claimed().written()) {
      settle(attempt, broken(attempt, "its row in the table runs is missing"));
    } else if (attempt.definition().target() == null) {
      settle(attempt, broken(attempt, "its target cannot be read by this version"));
    } else {
      attempt.handlerCalled();
      targets
          .call(attempt.definition().target(), attempt)
          .handle((word, thrown) -> heed(attempt, word, thrown));
    }
  }

  /** The time that an attempt had to stop is over: it is recorded without its handler's word. */
  void giveUp(RunningAttempt attempt) {
    settle(attempt, stopped(attempt));
    leaveBehind(attempt);
  }

  /** Its attempt is over, whatever its handler still does. */
  void leaveBehind(RunningAttempt attempt) {
    if (attempt.leaveHandlerBehind()) {
      slots.leaveBehind();
    }
  }

  /** An output or an exception can be such that even looking at it throws. */
  private @Nullable Void heed(
      RunningAttempt attempt, @Nullable Outcome word, @Nullable Throwable thrown) {
    if (attempt.handlerBack()) {
      slots.cameBack();
      LOG.infof(
          "run %s attempt %d: its handler has stopped at last; its word came too late to count",
          attempt.runId(), attempt.attempt());
    }
    try {
      returned(attempt, word, thrown);
    } catch (Throwable e) {
      RunError error =
          RunError.of(e.getClass().getName(), "the handler's word cannot be read", true);
      judge(attempt, new Outcome.Problem(error, ErrorClasses.of(e), null));
    }
    return null;
  }

  private void returned(
      RunningAttempt attempt, @Nullable Outcome word, @Nullable Throwable thrown) {
    if (word instanceof Outcome.Success success) {
      // It did what was asked before it could be stopped: success wins over a cancel and over the
      // clock.
      succeeded(attempt, success);
    } else if (word instanceof Outcome.Failure && attempt.stop() != Stop.CANCEL) {
      // So does a "do not retry" win over the clock and over a shutdown: after either the run would
      // be tried again.
      judge(attempt, word);
    } else if (attempt.stop() != null) {
      settle(attempt, stopped(attempt));
    } else {
      judge(attempt, word != null ? word : problem(thrown));
    }
  }

  private void succeeded(RunningAttempt attempt, Outcome.Success success) {
    String output;
    try {
      output = Storable.output(success.output(), mapper);
    } catch (IllegalArgumentException e) {
      judge(attempt, new Outcome.Failure(RunError.of("Output", e.getMessage(), false)));
      return;
    }
    settle(attempt, verdict(attempt, success), output, success.exitCode());
  }

  private void judge(RunningAttempt attempt, Outcome word) {
    settle(attempt, verdict(attempt, word), null, word.exitCode());
  }

  private Verdict verdict(RunningAttempt attempt, Outcome word) {
    return Verdict.of(word, attempt.tries(), clock.instant());
  }

  private void settle(RunningAttempt attempt, Verdict verdict) {
    settle(attempt, verdict, null, null);
  }

  private void settle(
      RunningAttempt attempt,
      Verdict verdict,
      @Nullable String output,
      @Nullable Integer exitCode) {
    if (!attempt.decide()) {
      return;
    }
    Claimed claimed = attempt.claimed();
    Instant finished = clock.instant();
    log.ended(attempt, verdict, finished);
    Journal journal = attempt.journal();
    decided.accept(
        attempt,
        new Completion(
            claimed.run(),
            claimed.attempt(),
            claimed.worker(),
            verdict,
            output,
            claimed.lockedAt(),
            later(finished, claimed.lockedAt()),
            claimed.job() == null ? null : attempt.definition().version(),
            exitCode,
            journal == null ? null : journal.artifacts()));
  }

  private Verdict stopped(RunningAttempt attempt) {
    if (attempt.stop() == Stop.CANCEL) {
      return Verdict.canceled();
    }
    if (attempt.stop() == Stop.DRAIN) {
      // Not before it was to start: one that was claimed a moment ahead would be tried too early.
      return Verdict.drained(later(clock.instant(), attempt.claimed().lockedAt()));
    }
    return Verdict.timedOut(attempt.definition().timeout(), attempt.tries(), clock.instant());
  }

  static Instant later(Instant one, Instant other) {
    return one.isBefore(other) ? other : one;
  }

  private static Verdict broken(RunningAttempt attempt, String why) {
    return new Verdict(
        AttemptOutcome.FAILED,
        RunState.FAILED,
        null,
        RunError.of("Unreadable", "run " + attempt.runId() + ": " + why, false));
  }

  private static Outcome problem(@Nullable Throwable thrown) {
    if (thrown == null) {
      return Outcome.problem("NoOutcome", "the handler returned null instead of an outcome");
    }
    Throwable cause = thrown;
    // What asynchronous code wraps around it says nothing of what went wrong.
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return Outcome.Problem.thrown(cause);
  }
}
