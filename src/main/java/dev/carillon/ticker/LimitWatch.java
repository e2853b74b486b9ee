package dev.carillon.ticker;

import dev.carillon.broker.JobDue;
import dev.carillon.lease.Lease;
import dev.carillon.limit.LimitKey;
import dev.carillon.limit.Limits;
import dev.carillon.limit.Lines;
import dev.carillon.loop.Loop;
import dev.carillon.pg.DueNotice;
import dev.carillon.pg.Pg;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that nobody waits for a limit that has room: mostly the worker that ends a run lets
 * the next one go, but it may have died in between, a limit may have been raised or removed, and
 * what ends a run otherwise only tells of it. While nobody waits, a look is one index probe.
 */
final class LimitWatch {

  private static final Duration EVERY = Duration.ofSeconds(1);
  private static final long TIDY_NANOS = Duration.ofSeconds(10).toNanos();

  /** Limits in one look. */
  private static final int AT_ONCE = 100;

  private final InstantSource clock;
  private final Lease lease;
  private final Limits limits;
  private final Lines lines;
  private final Consumer<List<JobDue>> released;
  private final Loop loop;
  private long tidied = System.nanoTime();

  /**
   * @param released told of the runs that may go on
   */
  LimitWatch(
      Pg pg,
      InstantSource clock,
      Lease lease,
      Limits limits,
      Vertx vertx,
      Context context,
      Consumer<List<JobDue>> released) {
    this.clock = clock;
    this.lease = lease;
    this.limits = limits;
    this.lines = new Lines(pg);
    this.released = released;
    this.loop = new Loop("let runs go that wait for a limit", vertx, context, this::step);
  }

  void start() {
    loop.start();
  }

  CompletionStage<Void> stop() {
    return loop.stop();
  }

  /** Places may have been given back. From any thread. */
  void wake() {
    loop.wake();
  }

  private Uni<Duration> step() {
    if (lease.held() == null) {
      return Uni.createFrom().item(EVERY);
    }
    return from(null).chain(done -> tidyIfDue()).replaceWith(EVERY);
  }

  private Uni<Void> from(@Nullable LimitKey after) {
    return lines
        .waitedFor(after, AT_ONCE)
        .chain(
            keys ->
                keys.isEmpty()
                    ? Uni.createFrom().voidItem()
                    : goOn(keys).chain(done -> afterwards(keys)));
  }

  private Uni<Void> afterwards(List<LimitKey> keys) {
    return keys.size() < AT_ONCE || lease.held() == null
        ? Uni.createFrom().voidItem()
        : from(keys.get(keys.size() - 1));
  }

  private Uni<Void> goOn(List<LimitKey> keys) {
    return limits.withRoom(keys, clock.instant()).chain(this::share);
  }

  private Uni<Void> share(Map<LimitKey, Integer> keys) {
    if (keys.isEmpty() || lease.held() == null) {
      return Uni.createFrom().voidItem();
    }
    Instant now = clock.instant();
    return limits
        .share(new Limits.Asked(List.of(), keys, now, now), Limits.Claiming.NONE)
        .invoke(shared -> tell(shared.announced()))
        .chain(shared -> share(shared.again()));
  }

  private void tell(List<DueNotice> announced) {
    List<JobDue> due = new ArrayList<>();
    announced.forEach(
        n -> due.add(new JobDue(n.run(), n.due(), n.priority(), n.tenant(), n.queue())));
    released.accept(due);
  }

  private Uni<Void> tidyIfDue() {
    if (System.nanoTime() - tidied < TIDY_NANOS) {
      return Uni.createFrom().voidItem();
    }
    tidied = System.nanoTime();
    return lines.removeStale(clock.instant()).chain(lines::forgetUnused);
  }
}
