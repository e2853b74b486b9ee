package dev.carillon.worker;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.Consumer;

/**
 * The runs that were claimed a moment ahead: each is launched at its instant and never before it,
 * by one timer for all. Lives on the claims' context.
 */
final class Starts {

  private final Vertx vertx;
  private final InstantSource clock;
  private final Consumer<RunningAttempt> launch;
  private final PriorityQueue<RunningAttempt> waiting =
      new PriorityQueue<>(Comparator.comparing(Starts::start));

  /** When the timer is to go off; {@link Instant#MAX} while there is none. */
  private Instant armed = Instant.MAX;

  private long timer;

  Starts(Vertx vertx, InstantSource clock, Consumer<RunningAttempt> launch) {
    this.vertx = vertx;
    this.clock = clock;
    this.launch = launch;
  }

  void add(RunningAttempt attempt) {
    Instant now = clock.instant();
    if (start(attempt).isAfter(now)) {
      waiting.add(attempt);
      arm(now);
    } else {
      launch.accept(attempt);
    }
  }

  private void ring() {
    armed = Instant.MAX;
    Instant now = clock.instant();
    while (!waiting.isEmpty() && !start(waiting.peek()).isAfter(now)) {
      launch.accept(waiting.poll());
    }
    arm(now);
  }

  private void arm(Instant now) {
    if (waiting.isEmpty() || !start(waiting.peek()).isBefore(armed)) {
      return;
    }
    if (!armed.equals(Instant.MAX)) {
      vertx.cancelTimer(timer);
    }
    armed = start(waiting.peek());
    // Rounded up: a timer knows milliseconds, and none may go off before.
    long millis = (Duration.between(now, armed).toNanos() + 999_999) / 1_000_000;
    timer = vertx.setTimer(Math.max(1, millis), id -> ring());
  }

  private static Instant start(RunningAttempt attempt) {
    return attempt.claimed().lockedAt();
  }
}
