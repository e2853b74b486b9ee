package dev.carillon.worker;

import dev.carillon.run.Verdict;
import dev.carillon.target.RunLabels;
import java.time.Duration;
import java.time.Instant;
import org.jboss.logging.Logger;

/**
 * One line when an attempt starts and one when it ends, under the category {@code
 * dev.carillon.runs}: what did not succeed at INFO, with what happens next; the rest at DEBUG,
 * since there may be thousands a second.
 */
final class RunLog {

  private static final Logger LOG = Logger.getLogger("dev.carillon.runs");

  private RunLog() {}

  static void started(RunningAttempt attempt) {
    if (LOG.isDebugEnabled()) {
      RunLabels.put(attempt);
      LOG.debugf("started %s", RunLabels.text(attempt));
      RunLabels.clear();
    }
  }

  static void ended(RunningAttempt attempt, Verdict verdict, Instant finished) {
    boolean succeeded = verdict.error() == null;
    if (succeeded ? LOG.isDebugEnabled() : LOG.isInfoEnabled()) {
      RunLabels.put(attempt);
      long millis = Duration.between(attempt.claimed().lockedAt(), finished).toMillis();
      String line = verdict.outcome() + " " + RunLabels.text(attempt) + " durationMs=" + millis;
      if (succeeded) {
        LOG.debug(line);
      } else {
        LOG.infof(
            "%s error=%s: %s; %s",
            line,
            verdict.error().type(),
            verdict.error().message().lines().findFirst().orElse(""),
            verdict.finalState() == null
                ? "next try at " + verdict.retryAt()
                : "the run is " + verdict.finalState());
      }
      RunLabels.clear();
    }
  }
}
