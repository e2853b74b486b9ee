package dev.carillon.worker;

import dev.carillon.loop.Loop;
import dev.carillon.pg.Pg;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the worker's lease: one small statement every third of it. A worker that was retired, or
 * that could not extend for two thirds of the lease, is nobody until it has registered anew under
 * another id.
 */
final class LeaseKeeper {

  private static final Logger LOG = Logger.getLogger(LeaseKeeper.class);

  private final Pg pg;
  private final Vertx vertx;
  private final Context context;
  private final WorkerSettings settings;
  private final Loss lost;
  private final Runnable held;
  private final Loop loop;
  private volatile @Nullable UUID holder;
  private @Nullable UUID former;
  private long extended;
  private long watch = -1;

  /**
   * @param lost told when everything in hand must be abandoned, and when it can be given back
   * @param held told when the worker may claim
   */
  LeaseKeeper(
      Pg pg, Vertx vertx, Context context, WorkerSettings settings, Loss lost, Runnable held) {
    this.pg = pg;
    this.vertx = vertx;
    this.context = context;
    this.settings = settings;
    this.lost = lost;
    this.held = held;
    this.loop = new Loop("extend the worker's lease", vertx, context, this::step);
  }

  void start() {
    loop.start();
    long every = Math.max(1, settings.lease().toMillis() / 30);
    watch = vertx.setPeriodic(every, id -> context.runOnContext(ignored -> checkSilence()));
  }

  /** Under which id this worker acts; null while it must not. */
  @Nullable UUID holder() {
    return holder;
  }

  /** Says goodbye, so that nobody has to wait for the lease to run out. */
  CompletionStage<Void> retire() {
    vertx.cancelTimer(watch);
    return loop.stop()
        .thenCompose(
            stopped -> {
              UUID leaving = holder;
              holder = null;
              return leaving == null
                  ? Uni.createFrom().voidItem().subscribeAsCompletionStage()
                  : goodbye(leaving).subscribeAsCompletionStage();
            });
  }

  private Uni<Duration> step() {
    UUID current = holder;
    return current == null ? register() : extend(current);
  }

  private Uni<Duration> register() {
    UUID candidate = UUID.randomUUID();
    long asked = System.nanoTime();
    String[] queues = settings.queues().isEmpty() ? null : settings.queues().toArray(String[]::new);
    UUID before = former;
    return (before == null
            ? Uni.createFrom().voidItem()
            : lost.comeBack().chain(() -> goodbye(before)))
        .chain(
            () ->
                pg.asEngine(
                    WorkerSql.REGISTER,
                    Tuple.of(
                        candidate,
                        settings.name(),
                        settings.slots(),
                        queues,
                        settings.version(),
                        settings.lease().toMillis())))
        .invoke(
            registered -> {
              former = null;
              extended = asked;
              holder = candidate;
              LOG.debugf("worker %s serves with %d slots", candidate, settings.slots());
              held.run();
            })
        .replaceWith(settings.lease().dividedBy(3));
  }

  private Uni<Duration> extend(UUID current) {
    long asked = System.nanoTime();
    return pg.asEngine(WorkerSql.EXTEND, Tuple.of(current, settings.lease().toMillis()))
        .map(
            rows -> {
              if (rows.size() == 0) {
                LOG.warnf(
                    "worker %s was retired by another process; going on under a new id", current);
                drop(false);
                return Duration.ZERO;
              }
              extended = asked;
              return settings.lease().dividedBy(3);
            });
  }

  private Uni<Void> goodbye(UUID worker) {
    return pg.asEngine(WorkerSql.RETIRE, Tuple.of(worker)).replaceWithVoid();
  }

  private void checkSilence() {
    long silent = System.nanoTime() - extended;
    if (holder != null && silent > settings.lease().toNanos() / 3 * 2) {
      LOG.warnf("the worker's lease could not be extended for %d s", silent / 1_000_000_000L);
      drop(true);
      loop.wake();
    }
  }

  private void drop(boolean silent) {
    former = holder;
    holder = null;
    lost.abandonAll(silent);
  }

  /** What becomes of the runs in hand. */
  interface Loss {

    /**
     * Everything in hand is to be abandoned.
     *
     * @param silent the lease could not be extended, but nobody has retired this worker yet
     */
    void abandonAll(boolean silent);

    /**
     * The database can be reached again: the last moment to give back, in the former name, what was
     * abandoned.
     */
    Uni<Void> comeBack();
  }
}
