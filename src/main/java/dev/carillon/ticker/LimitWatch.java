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
 * what ends a run otherwise only tells of it. While nobody waits, a look is one index probe; while
 * many limits are waited for, each look goes on where the last one ended.
 */
final class LimitWatch {

  private static final Duration EVERY = Duration.ofSeconds(1);
  private static final long TIDY_NANOS = Duration.ofSeconds(10).toNanos();

  /** Limits in one look. */
  private static final int AT_ONCE = 100;

  /** Limits between two rests: reading them takes well under a second. */
  private static final int IN_A_PASS = 1_000;

  private final InstantSource clock;
  private final Lease lease;
  private final Limits limits;
  private final Lines lines;
  private final Consumer<List<JobDue>> released;
  private final Loop loop;
  private long tidied = System.nanoTime();

  /** Up to which limit the last look came; null: to the end. */
  private @Nullable LimitKey after;

  private int looked;

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
      after = null;
      return Uni.createFrom().item(EVERY);
    }
    looked = 0;
    return look().chain(done -> tidyIfDue()).replaceWith(EVERY);
  }

  private Uni<Void> look() {
    return lines
        .waitedFor(after, AT_ONCE)
        .chain(
            keys -> {
              // Moved on before anything can fail: one limit at fault must not hide those behind
              // it.
              after = keys.size() < AT_ONCE ? null : keys.get(keys.size() - 1);
              looked += keys.size();
              return keys.isEmpty()
                  ? Uni.createFrom().voidItem()
                  : goOn(keys).chain(done -> afterwards());
            });
  }

  private Uni<Void> afterwards() {
    return after == null || looked >= IN_A_PASS || lease.held() == null
        ? Uni.createFrom().voidItem()
        : look();
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
        .chain(shared -> share(shared.again()))
        // The next look finds it.
        .onFailure(Limits::isLocked)
        .recoverWithNull();
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
