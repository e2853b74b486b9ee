package dev.carillon.worker;

import dev.carillon.run.Verdict;
import dev.carillon.target.RunLabels;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jboss.logging.Logger;

/**
 * One line when an attempt starts and one when it ends (E2), under the category {@code
 * dev.carillon.runs}. There may be thousands a second, so only so many attempts a second have both;
 * of the others a line a second says how many there were. What went wrong is always told, with what
 * happens next.
 */
final class RunLog {

  private static final Logger LOG = Logger.getLogger("dev.carillon.runs");
  private static final long SECOND = 1_000_000_000L;

  private final int perSecond;
  private final AtomicLong window = new AtomicLong(System.nanoTime());
  private final AtomicInteger told = new AtomicInteger();
  private final LongAdder leftOut = new LongAdder();

  /**
   * @param perSecond how many attempts a second are told of
   */
  RunLog(int perSecond) {
    this.perSecond = perSecond;
  }

  void started(RunningAttempt attempt) {
    if (!LOG.isInfoEnabled() || !mayTell()) {
      return;
    }
    attempt.tellEnd();
    RunLabels.put(attempt);
    LOG.infof("started %s", RunLabels.text(attempt));
    RunLabels.remove();
  }

  void ended(RunningAttempt attempt, Verdict verdict, Instant finished) {
    boolean wrong = verdict.error() != null;
    if (!LOG.isInfoEnabled() || !(wrong || attempt.isEndTold())) {
      return;
    }
    RunLabels.put(attempt);
    long millis = Duration.between(attempt.claimed().lockedAt(), finished).toMillis();
    String line = verdict.outcome() + " " + RunLabels.text(attempt) + " durationMs=" + millis;
    if (wrong) {
      LOG.infof(
          "%s error=%s: %s; %s",
          line,
          verdict.error().type(),
          verdict.error().message().lines().findFirst().orElse(""),
          verdict.finalState() == null
              ? "next try at " + verdict.retryAt()
              : "the run is " + verdict.finalState());
    } else {
      LOG.info(line);
    }
    RunLabels.remove();
  }

  /** Tells, if a second is over, how many attempts it had no lines for. */
  void look() {
    long now = System.nanoTime();
    long began = window.get();
    if (now - began < SECOND || !window.compareAndSet(began, now)) {
      return;
    }
    told.set(0);
    long silent = leftOut.sumThenReset();
    if (silent > 0 && perSecond > 0) {
      LOG.infof(
          "%d more attempts started in the last second; lines are written for %d a second, and of what goes wrong",
          silent, perSecond);
    }
  }

  private boolean mayTell() {
    look();
    // Read before it is counted: beyond the first few of a second nobody writes a shared field.
    if (told.get() < perSecond && told.incrementAndGet() <= perSecond) {
      return true;
    }
    leftOut.increment();
    return false;
  }
}
