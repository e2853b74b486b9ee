package dev.carillon.ticker;

import dev.carillon.broker.DueChannel;
import dev.carillon.broker.JobDue;
import dev.carillon.loop.Loop;
import dev.carillon.pg.DatabaseClock;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/**
 * Holds the due events of the next few seconds and hands each to the broker a moment before its
 * instant, together with those that follow it closely. Lives on the ticker's context.
 */
final class DuePublisher {

  /** Some hundred bytes each; what does not fit is found in the table. */
  static final int MOST_HELD = 100_000;

  private static final int BATCH = 500;

  /** The first of a batch goes out this long before its instant, the last {@link JobDue#AHEAD}. */
  private static final Duration AT_LEAST_AHEAD = JobDue.AHEAD.dividedBy(2);

  private static final Duration REST = Duration.ofSeconds(2);

  /** While the clock is in doubt; it is measured again within that. */
  private static final Duration UNSTEADY = Duration.ofSeconds(1);

  private final DueChannel channel;
  private final InstantSource clock;
  private final Loop loop;
  private final PriorityQueue<JobDue> waiting =
      new PriorityQueue<>(Comparator.comparing(JobDue::due).thenComparing(JobDue::priority));
  private final Set<UUID> known = new HashSet<>();

  DuePublisher(DueChannel channel, InstantSource clock, Vertx vertx, Context context) {
    this.channel = channel;
    this.clock = clock;
    this.loop = new Loop("publish due events", vertx, context, this::step);
  }

  void start() {
    loop.start();
  }

  CompletionStage<Void> stop() {
    return loop.stop();
  }

  void add(Collection<JobDue> due) {
    JobDue first = waiting.peek();
    for (JobDue one : due) {
      if (waiting.size() < MOST_HELD && known.add(one.run())) {
        waiting.add(one);
      }
    }
    if (waiting.peek() != first) {
      loop.wake();
    }
  }

  boolean isFull() {
    return waiting.size() >= MOST_HELD;
  }

  /** Another process leads now; it has its own. */
  void forget() {
    waiting.clear();
    known.clear();
  }

  private Uni<Duration> step() {
    // Read first, then asked: by a clock that jumped, hints would go out long before their
    // instants.
    Instant now = clock.instant();
    if (!DatabaseClock.isSteady(clock)) {
      return Uni.createFrom().item(UNSTEADY);
    }
    List<JobDue> batch = new ArrayList<>();
    Instant until = now.plus(JobDue.AHEAD);
    while (batch.size() < BATCH && !waiting.isEmpty() && !waiting.peek().due().isAfter(until)) {
      batch.add(waiting.poll());
    }
    if (batch.isEmpty()) {
      return Uni.createFrom().item(untilNext(now));
    }
    return channel
        .publish(batch)
        .onFailure()
        .invoke(failure -> waiting.addAll(batch))
        .invoke(published -> batch.forEach(due -> known.remove(due.run())))
        .map(published -> untilNext(clock.instant()));
  }

  private Duration untilNext(Instant now) {
    JobDue next = waiting.peek();
    if (next == null) {
      return REST;
    }
    Duration until = Duration.between(now, next.due()).minus(AT_LEAST_AHEAD);
    if (until.isNegative()) {
      return Duration.ZERO;
    }
    return until.compareTo(REST) < 0 ? until : REST;
  }
}
