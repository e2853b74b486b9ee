package dev.carillon.lease;

import dev.carillon.loop.Loop;
import dev.carillon.pg.Pg;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Leadership in one duty, by a row in {@code leases}. Every take-over raises the epoch, and what a
 * leader writes names it, so that one that was paused and wakes changes nothing.
 *
 * <pre>
 * WATCHING ──nobody holds it, or its beat stood still for four fifths of the lease──► HOLDING
 *     ▲                                                                                │
 *     └──── renewal refused, or none for four fifths of the lease, or stopped ─────────┘
 * </pre>
 *
 * <p>A holder that could not renew for four fifths of the lease acts no more, and no sooner does
 * anybody else: its four fifths began before the renewal was sent, theirs when they saw it. The
 * last fifth is for seeing it, so that somebody leads again within one lease.
 *
 * <p>How long a beat stands still is measured on this process's monotonic clock: a stepping clock,
 * here or in the database, ends no lease. In doubt, this process does not lead.
 */
public final class Lease {

  /** Who leads under which number; every fenced statement names both. */
  public record Held(String name, UUID holder, long epoch) {}

  private record Beat(long epoch, long beat) {}

  private static final Logger LOG = Logger.getLogger(Lease.class);

  private final String name;
  private final Pg pg;
  private final Duration length;
  private final Duration silence;
  private final Duration watch;
  private final Runnable gained;
  private final Loop loop;

  /** Random at every start: a host name is no identity. */
  private final UUID self = UUID.randomUUID();

  private volatile @Nullable Held held;
  private volatile long renewed;
  private @Nullable Beat seen;
  private long seenSince;

  /**
   * @param name of the duty: "ticker", "relay", "maintenance"
   * @param length after which a silent leader is replaced
   * @param gained told when this process has become leader
   */
  public Lease(String name, Pg pg, Vertx vertx, Context context, Duration length, Runnable gained) {
    this.name = name;
    this.pg = pg;
    this.length = length;
    this.silence = length.multipliedBy(4).dividedBy(5);
    this.watch = length.dividedBy(10);
    this.gained = gained;
    this.loop = new Loop("keep the lease '" + name + "'", vertx, context, this::step);
  }

  public void start() {
    loop.start();
  }

  /** The lease, while this process may act as leader; null when it may not. */
  public @Nullable Held held() {
    Held current = held;
    return current != null && System.nanoTime() - renewed < silence.toNanos() ? current : null;
  }

  /** Gives the lease back, so that nobody has to wait until it runs out. */
  public CompletionStage<Void> release() {
    return loop.stop()
        .thenCompose(
            stopped -> {
              Held leaving = held;
              held = null;
              Uni<Void> released =
                  leaving == null
                      ? Uni.createFrom().voidItem()
                      : pg.asEngine(LeaseSql.RELEASE, Tuple.of(name, self, leaving.epoch))
                          .replaceWithVoid();
              return released.subscribeAsCompletionStage();
            });
  }

  private Uni<Duration> step() {
    Held current = held;
    return current == null ? watch() : renew(current);
  }

  private Uni<Duration> renew(Held current) {
    long asked = System.nanoTime();
    return pg.asEngine(LeaseSql.RENEW, Tuple.of(name, self, current.epoch, length.toMillis()))
        .map(
            rows -> {
              if (rows.size() == 0) {
                LOG.warnf(
                    "lost the lease '%s' of epoch %d to another process", name, current.epoch);
                held = null;
                seen = null;
                return watch;
              }
              renewed = asked;
              return length.dividedBy(4);
            });
  }

  private Uni<Duration> watch() {
    return pg.asEngine(LeaseSql.OBSERVE, Tuple.of(name)).chain(this::judge);
  }

  private Uni<Duration> judge(RowSet<Row> rows) {
    if (rows.size() == 0) {
      return take(LeaseSql.CREATE, Tuple.of(name, self, length.toMillis()));
    }
    Row row = rows.iterator().next();
    Beat beat = new Beat(row.getLong("epoch"), row.getLong("beat"));
    long now = System.nanoTime();
    if (!beat.equals(seen)) {
      seen = beat;
      seenSince = now;
    }
    boolean free = row.getUUID("holder") == null;
    if (free || now - seenSince >= silence.toNanos()) {
      return take(LeaseSql.TAKE, Tuple.of(name, self, length.toMillis(), beat.epoch, beat.beat));
    }
    return Uni.createFrom().item(watch);
  }

  private Uni<Duration> take(String statement, Tuple parameters) {
    long asked = System.nanoTime();
    return pg.asEngine(statement, parameters)
        .map(
            rows -> {
              if (rows.size() == 0) {
                return watch;
              }
              long epoch = rows.iterator().next().getLong(0);
              renewed = asked;
              held = new Held(name, self, epoch);
              seen = null;
              LOG.debugf("leading '%s' in epoch %d", name, epoch);
              gained.run();
              return length.dividedBy(4);
            });
  }
}
