package dev.carillon.catalog;

import dev.carillon.pg.Pg;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * Those who wait for runs to end. All of them together are one look at the database every quarter
 * of a second, while there are any; none has a connection of its own. A wait ends with its run,
 * with its time, or when whoever waits goes away.
 */
@Singleton
public class RunWaits {

  /** Each holds a request open and an id in the look. */
  public static final int MOST = 1_000;

  private static final Logger LOG = Logger.getLogger(RunWaits.class);
  private static final long LOOK_MILLIS = 250;

  private final Vertx vertx;
  private final Pg pg;

  /** By the run that they wait for; guarded by this. */
  private final Map<UUID, Set<UniEmitter<? super Void>>> waiting = new HashMap<>();

  private int count;
  private boolean looking;

  public RunWaits(Vertx vertx, Pg pg) {
    this.vertx = vertx;
    this.pg = pg;
  }

  /** Nobody more can wait now. */
  public static final class FullException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    FullException() {
      super(MOST + " requests wait for runs already", null, false, false);
    }
  }

  /**
   * Completes when the run has ended, or when the time is over. Whether it has is not said: it may
   * live again by then. Fails with a {@link FullException} when too many wait.
   */
  public Uni<Void> untilEnded(UUID run, Duration atMost) {
    Context context = vertx.getOrCreateContext();
    return Uni.createFrom()
        .<Void>emitter(emitter -> join(run, emitter))
        .ifNoItem()
        .after(atMost)
        .recoverWithItem((Void) null)
        // Back to where the request is served.
        .emitOn(task -> context.runOnContext(ignored -> task.run()));
  }

  /** How many wait. */
  public synchronized int count() {
    return count;
  }

  /** Lets everybody go, as if their time were over. */
  public void release() {
    List<UniEmitter<? super Void>> all = new ArrayList<>();
    synchronized (this) {
      waiting.values().forEach(all::addAll);
    }
    all.forEach(emitter -> emitter.complete(null));
  }

  private void join(UUID run, UniEmitter<? super Void> emitter) {
    synchronized (this) {
      if (count >= MOST) {
        emitter.fail(new FullException());
        return;
      }
      count++;
      waiting.computeIfAbsent(run, id -> new HashSet<>()).add(emitter);
    }
    // Also when its time is over, or whoever waits has gone.
    emitter.onTermination(() -> leave(run, emitter));
    lookSoon();
  }

  private synchronized void leave(UUID run, UniEmitter<? super Void> emitter) {
    Set<UniEmitter<? super Void>> others = waiting.get(run);
    if (others != null && others.remove(emitter)) {
      count--;
      if (others.isEmpty()) {
        waiting.remove(run);
      }
    }
  }

  private void lookSoon() {
    synchronized (this) {
      if (looking || waiting.isEmpty()) {
        return;
      }
      looking = true;
    }
    vertx.setTimer(LOOK_MILLIS, timer -> look());
  }

  private void look() {
    UUID[] runs;
    synchronized (this) {
      runs = waiting.keySet().toArray(UUID[]::new);
    }
    pg.asEngine(RunLineSql.LIVING, Tuple.tuple().addArrayOfUUID(runs))
        .subscribe()
        .with(
            living -> {
              complete(runs, living);
              looked();
            },
            failure -> {
              LOG.debugf(
                  "cannot see whether runs have ended (%s); looking again", failure.getMessage());
              looked();
            });
  }

  private void looked() {
    synchronized (this) {
      looking = false;
    }
    lookSoon();
  }

  private void complete(UUID[] runs, RowSet<Row> living) {
    Set<UUID> ended = new HashSet<>(List.of(runs));
    living.forEach(row -> ended.remove(row.getUUID("id")));
    List<UniEmitter<? super Void>> done = new ArrayList<>();
    synchronized (this) {
      ended.forEach(run -> done.addAll(waiting.getOrDefault(run, Set.of())));
    }
    done.forEach(emitter -> emitter.complete(null));
  }
}
