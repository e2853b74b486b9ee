package dev.carillon.ticker;

import dev.carillon.broker.DueChannel;
import dev.carillon.broker.JobDue;
import dev.carillon.lease.Lease;
import dev.carillon.loop.Loop;
import dev.carillon.pg.Pg;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Sees to it that no run depends on one message: whatever is overdue and still waits is announced
 * again, the oldest first.
 */
final class Reconciler {

  /** Sooner, a due event is most likely still on its way. */
  private static final Duration OVERDUE = Duration.ofSeconds(2);

  private static final Duration EVERY = Duration.ofSeconds(1);

  /** Of each queue; when workers are behind, more would only be more of the same. */
  private static final int MOST_AT_ONCE = 1_000;

  private final Pg pg;
  private final DueChannel channel;
  private final DueDetails details;
  private final InstantSource clock;
  private final Lease lease;
  private final Loop loop;

  Reconciler(
      Pg pg, DueChannel channel, InstantSource clock, Lease lease, Vertx vertx, Context context) {
    this.pg = pg;
    this.channel = channel;
    this.details = new DueDetails(pg, channel);
    this.clock = clock;
    this.lease = lease;
    this.loop = new Loop("announce overdue runs again", vertx, context, this::step);
  }

  void start() {
    loop.start();
  }

  CompletionStage<Void> stop() {
    return loop.stop();
  }

  private Uni<Duration> step() {
    if (lease.held() == null) {
      return Uni.createFrom().item(EVERY);
    }
    Instant until = clock.instant().minus(OVERDUE);
    return pg.asEngineHot(
            DueSql.WINDOW,
            Tuple.of(
                Instant.EPOCH.atOffset(ZoneOffset.UTC),
                until.atOffset(ZoneOffset.UTC),
                MOST_AT_ONCE))
        .map(Ticker::due)
        .chain(this::publish)
        .replaceWith(EVERY);
  }

  private Uni<Void> publish(List<JobDue> overdue) {
    return overdue.isEmpty()
        ? Uni.createFrom().voidItem()
        : details.of(overdue).chain(channel::publish);
  }
}
