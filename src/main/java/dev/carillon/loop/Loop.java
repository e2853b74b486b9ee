package dev.carillon.loop;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * One duty that repeats: a step, a rest, the next step; woken early when there is something to do.
 * Steps of a loop never overlap, and all of them run on the loop's own context, so that what a step
 * touches needs no lock.
 *
 * <pre>
 * resting ──wake or rest over──► stepping ──done──► resting (or stepping again, when woken meanwhile)
 *    │                               │ failed: one log line, then resting for a growing while
 *    └──────────── stop ─────────────┴──► stopped (after the step in hand)
 * </pre>
 */
public final class Loop {

  private static final Logger LOG = Logger.getLogger(Loop.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  private final String name;
  private final Vertx vertx;
  private final Context context;
  private final Supplier<Uni<Duration>> step;
  private final AtomicBoolean woken = new AtomicBoolean();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();

  private boolean started;
  private boolean stepping;
  private boolean stopping;
  private boolean pausing;
  private long timer = -1;
  private Duration pause = FIRST_PAUSE;

  /**
   * @param name what it does, for the log: "plan schedules"
   * @param step does one round and answers how long to rest at most
   */
  public Loop(String name, Vertx vertx, Context context, Supplier<Uni<Duration>> step) {
    this.name = name;
    this.vertx = vertx;
    this.context = context;
    this.step = step;
  }

  public void start() {
    context.runOnContext(
        ignored -> {
          started = true;
          next();
        });
  }

  /** Ends the rest. Cheap, from any thread, as often as you like. */
  public void wake() {
    if (!woken.getAndSet(true)) {
      context.runOnContext(ignored -> next());
    }
  }

  /** Begins no further step; completes once the step in hand is done. */
  public CompletionStage<Void> stop() {
    context.runOnContext(
        ignored -> {
          stopping = true;
          cancelTimer();
          if (!stepping) {
            ended.complete(null);
          }
        });
    return ended;
  }

  private void next() {
    if (!started || stepping || stopping || pausing) {
      return;
    }
    cancelTimer();
    woken.set(false);
    stepping = true;
    begin().subscribe().with(this::rest, this::failed);
  }

  private Uni<Duration> begin() {
    try {
      return step.get();
    } catch (Throwable e) {
      // An Error too: a duty that ended here would be missed by nobody until it was too late.
      return Uni.createFrom().failure(e);
    }
  }

  private void rest(Duration atMost) {
    context.runOnContext(
        ignored -> {
          pause = FIRST_PAUSE;
          stepped(atMost);
        });
  }

  private void failed(Throwable failure) {
    context.runOnContext(
        ignored -> {
          if (!stopping) {
            LOG.warnf(
                "%s failed (%s); trying again in %d ms", name, describe(failure), pause.toMillis());
            LOG.debugf(failure, "%s failed", name);
          }
          Duration now = pause;
          Duration longer = pause.multipliedBy(2);
          pause = longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer;
          // A wake-up must not turn an outage into a busy loop: it counts when the pause is over.
          pausing = !stopping;
          stepped(now);
        });
  }

  private void stepped(Duration atMost) {
    stepping = false;
    if (stopping) {
      ended.complete(null);
    } else if (!pausing && (woken.get() || atMost.isZero())) {
      next();
    } else {
      // Rounded up: a rest that ends a moment before its instant would only be followed by another.
      timer = vertx.setTimer(Math.max(1, (atMost.toNanos() + 999_999) / 1_000_000), id -> rested());
    }
  }

  private void rested() {
    timer = -1;
    context.runOnContext(
        ignored -> {
          pausing = false;
          next();
        });
  }

  private void cancelTimer() {
    if (timer >= 0) {
      vertx.cancelTimer(timer);
      timer = -1;
    }
  }

  private static String describe(Throwable failure) {
    String message = failure.getMessage();
    return failure.getClass().getSimpleName()
        + (message == null ? "" : ": " + message.lines().findFirst().orElse(""));
  }
}
