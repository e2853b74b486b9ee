package dev.carillon.worker;

import dev.carillon.run.AttemptOutcome;
import dev.carillon.run.RunError;
import dev.carillon.run.RunState;
import dev.carillon.run.Verdict;
import dev.carillon.target.RunLabels;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One line when an attempt starts and one when it ends (E2), under the category {@code
 * dev.carillon.runs}. There may be thousands a second, so only so many attempts a second have both;
 * of the others a line a second says how many there were. What went wrong has a budget of its own:
 * no crowd of successes hides it, and no crowd of failures fills the disk.
 */
public final class RunLog {

  /** Of attempts that went wrong, so many a second have a line. */
  static final int WRONG_PER_SECOND = 200;

  private static final Logger LOG = Logger.getLogger("dev.carillon.runs");
  private static final long SECOND = 1_000_000_000L;
  private static final int LONGEST_MESSAGE = 500;

  private final AtomicLong window = new AtomicLong(System.nanoTime());
  private final Budget all;
  private final Budget wrong = new Budget(WRONG_PER_SECOND);

  /**
   * @param perSecond how many attempts a second are told of
   */
  public RunLog(int perSecond) {
    this.all = new Budget(perSecond);
  }

  /** What is told of in the second that runs, and how much is not. */
  private static final class Budget {

    private final int perSecond;
    private final AtomicInteger told = new AtomicInteger();
    private final LongAdder leftOut = new LongAdder();

    Budget(int perSecond) {
      this.perSecond = perSecond;
    }

    boolean take() {
      // Read before it is counted: beyond the first few of a second nobody writes a shared field.
      if (told.get() < perSecond && told.incrementAndGet() <= perSecond) {
        return true;
      }
      leftOut.increment();
      return false;
    }

    long anew() {
      told.set(0);
      return leftOut.sumThenReset();
    }
  }

  /**
   * How an attempt ended that nobody executes any more.
   *
   * @param finalState null: the run is tried again at {@code retryAt}
   * @param error null: nothing went wrong
   */
  public record End(
      AttemptOutcome outcome,
      @Nullable RunState finalState,
      @Nullable Instant retryAt,
      @Nullable RunError error,
      Duration took) {}

  void started(RunningAttempt attempt) {
    if (!LOG.isInfoEnabled() || !mayTell(all)) {
      return;
    }
    attempt.tellEnd();
    RunLabels labels = RunLabels.of(attempt);
    labels.put();
    LOG.infof("started %s", labels.text());
    RunLabels.remove();
  }

  void ended(RunningAttempt attempt, Verdict verdict, Instant finished) {
    boolean failed = verdict.error() != null;
    // A start that was told of has its end, whatever it was.
    if (LOG.isInfoEnabled() && (attempt.isEndTold() || failed && mayTell(wrong))) {
      tell(
          RunLabels.of(attempt),
          new End(
              verdict.outcome(),
              verdict.finalState(),
              verdict.retryAt(),
              verdict.error(),
              Duration.between(attempt.claimed().lockedAt(), finished)));
    }
  }

  /** The end of an attempt that was taken from its worker. */
  public void takenBack(RunLabels labels, End end) {
    if (LOG.isInfoEnabled() && mayTell(wrong)) {
      tell(labels, end);
    }
  }

  private static void tell(RunLabels labels, End end) {
    labels.put();
    String line = end.outcome + " " + labels.text() + " durationMs=" + end.took.toMillis();
    if (end.error != null) {
      LOG.infof(
          "%s error=%s: %s; %s",
          line,
          end.error.type(),
          firstLine(end.error.message()),
          end.finalState == null ? "next try at " + end.retryAt : "the run is " + end.finalState);
    } else {
      LOG.info(line);
    }
    RunLabels.remove();
  }

  private static String firstLine(String message) {
    String line = message.lines().findFirst().orElse("");
    if (line.length() <= LONGEST_MESSAGE) {
      return line;
    }
    // Not between the two halves of one character.
    int end =
        Character.isHighSurrogate(line.charAt(LONGEST_MESSAGE - 1))
            ? LONGEST_MESSAGE - 1
            : LONGEST_MESSAGE;
    return line.substring(0, end) + "…";
  }

  /** Tells, if a second is over, how many attempts it had no lines for. */
  public void look() {
    long now = System.nanoTime();
    long began = window.get();
    if (now - began < SECOND || !window.compareAndSet(began, now)) {
      return;
    }
    long silent = all.anew();
    if (silent > 0 && all.perSecond > 0) {
      LOG.infof(
          "%d more attempts started in the last second; lines are written for %d a second, and of what goes wrong",
          silent, all.perSecond);
    }
    long failed = wrong.anew();
    if (failed > 0) {
      LOG.infof(
          "%d more attempts went wrong in the last second; lines are written for %d of them a second",
          failed, wrong.perSecond);
    }
  }

  private boolean mayTell(Budget budget) {
    look();
    return budget.take();
  }
}
