package dev.carillon.event;

import dev.carillon.broker.DeadLetters;
import dev.carillon.broker.EventChannel;
import dev.carillon.lease.Lease;
import dev.carillon.loop.Loop;
import dev.carillon.pg.Pg;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Publishes what the outbox tells, in order of its rows, and deletes the rows once the broker has
 * their events. One process does, by the lease {@code relay}; after a takeover the same events may
 * come again, with the same ids. A row that tells of more than the broker is given at once is
 * published in parts, and deleted after the last.
 *
 * <p>Ids are given before commits, so a row may appear below one that was already published. Of one
 * run this cannot happen (its start is committed before its end begins), and such a row is found:
 * each look begins at what was the end half a minute ago, longer than any statement may take, and
 * every ten seconds at the very beginning.
 */
public final class Relay {

  /** Some megabytes of events; at full load a tenth of a second has fewer. */
  private static final int MOST_RUNS = 10_000;

  /** One for what is there, one for what its deletion waits for, one for what came meanwhile. */
  private static final int LAST_ROUNDS = 3;

  /** As long as events carry much, and a round does not come to the end of what it has read. */
  private static final int FEW_RUNS = 1_000;

  private static final int MOST_ROWS = 500;

  /**
   * While there is something going on, and otherwise. A round costs the database about the same for
   * one event as for fifty, and at 200 runs a second there are forty in a tenth of a second.
   */
  private static final Duration BUSY = Duration.ofMillis(100);

  /**
   * After a round of so many runs the workers need the machine more: executing on time goes before
   * telling at once. What comes meanwhile is told in one round; a round that is full is followed by
   * the next without a rest, so the outbox does not grow.
   */
  private static final int MANY_RUNS = 500;

  private static final Duration LOADED = Duration.ofMillis(400);

  private static final Duration QUIET = Duration.ofMillis(200);
  private static final long STAYS_BUSY_NANOS = Duration.ofSeconds(2).toNanos();
  private static final long LATECOMERS_NANOS = Duration.ofSeconds(30).toNanos();
  private static final long FULL_LOOK_NANOS = Duration.ofSeconds(10).toNanos();
  private static final Long[] NOTHING = {};

  private final Pg pg;
  private final EventChannel channel;
  private final LongSupplier nanos;
  private final FailurePauses pauses;
  private final Rendering rendering;
  private final DeadRuns dead;
  private final Lease lease;
  private final Loop loop;
  private final Deque<Mark> marks = new ArrayDeque<>();

  /** How many the last round told of. */
  private int runs;

  /** What the broker has and the outbox still tells. */
  private Long[] published = NOTHING;

  /** What it said of schedules, to be counted as it is deleted. */
  private Rollup counts = new Rollup();

  /** The row of which the broker has the beginning; null: it has each row whole or not at all. */
  private @Nullable Begun begun;

  private int mostRuns = MOST_RUNS;

  /** Whether the last batch left some of what was there. */
  private boolean more;

  private long floor;
  private long fullLook;
  private long busyUntil;
  private long ledEpoch = -1;

  /** Up to which id the outbox was dealt with, and when that was. */
  private record Mark(long id, long nanos) {}

  /**
   * A row that is told in part, and what that part says of schedules.
   *
   * @param told how many of its runs
   */
  private record Begun(long row, int told, Rollup counts) {

    boolean is(Row one) {
      return one.getLong("id") == row;
    }
  }

  /**
   * The ways out.
   *
   * @param events of everything
   * @param letters dead runs once more, for people to look at
   * @param source which Carillon tells it: {@code /carillon/{instance}}
   */
  public record Channels(EventChannel events, DeadLetters letters, String source) {}

  public Relay(Vertx vertx, Pg pg, InstantSource clock, Channels channels, Duration leaseLength) {
    this(vertx, pg, clock, channels, leaseLength, System::nanoTime);
  }

  /**
   * @param nanos the monotonic clock by which latecomers are waited for
   */
  Relay(
      Vertx vertx,
      Pg pg,
      InstantSource clock,
      Channels channels,
      Duration leaseLength,
      LongSupplier nanos) {
    Context context = vertx.getOrCreateContext();
    this.pg = pg;
    this.channel = channels.events();
    this.nanos = nanos;
    this.rendering = new Rendering(pg);
    this.pauses = new FailurePauses(pg, clock);
    this.fullLook = nanos.getAsLong();
    this.busyUntil = nanos.getAsLong();
    this.loop = new Loop("relay events", vertx, context, this::step);
    this.lease = new Lease("relay", pg, vertx, context, leaseLength, loop::wake);
    this.dead = new DeadRuns(vertx, pg, channels, this::isLeading);
  }

  public void start() {
    lease.start();
    loop.start();
    dead.start();
  }

  /**
   * Completes once the round in hand is published, and the last ones of what was written until
   * then. The lease is given back in any case: while others write on, or the broker is away, the
   * next leader goes on where this one ends.
   */
  public CompletionStage<Void> stop() {
    return loop.stop()
        .thenCompose(stopped -> lastRounds(LAST_ROUNDS).subscribeAsCompletionStage())
        .thenCompose(told -> dead.stop())
        .handle((done, failure) -> failure)
        .thenCompose(
            failure ->
                lease
                    .release()
                    .thenCompose(
                        released ->
                            failure == null
                                ? CompletableFuture.completedFuture(released)
                                : CompletableFuture.failedFuture(failure)));
  }

  public boolean isLeading() {
    return lease.held() != null;
  }

  private Uni<Void> lastRounds(int most) {
    Lease.Held held = lease.held();
    if (held == null || most == 0) {
      return Uni.createFrom().voidItem();
    }
    return round(held, 0)
        .chain(count -> count == 0 ? Uni.createFrom().voidItem() : lastRounds(most - 1));
  }

  private Uni<Duration> step() {
    Lease.Held held = lease.held();
    if (held == null) {
      return Uni.createFrom().item(Duration.ofSeconds(1));
    }
    if (held.epoch() != ledEpoch) {
      return pauses.takeOver().invoke(() -> begin(held)).chain(() -> step(held));
    }
    return step(held);
  }

  /** What was published under another lease is another's to count, and is told again. */
  private void begin(Lease.Held held) {
    ledEpoch = held.epoch();
    floor = 0;
    marks.clear();
    published = NOTHING;
    counts = new Rollup();
    begun = null;
  }

  private Uni<Duration> step(Lease.Held held) {
    return round(held, from()).call(() -> pauses.pauseAll(held)).map(this::restAfter);
  }

  private long from() {
    long now = nanos.getAsLong();
    while (!marks.isEmpty() && now - marks.peek().nanos > LATECOMERS_NANOS) {
      floor = marks.poll().id;
    }
    if (now - fullLook > FULL_LOOK_NANOS) {
      fullLook = now;
      return 0;
    }
    return floor;
  }

  private Duration restAfter(int rows) {
    long now = nanos.getAsLong();
    if (rows > 0) {
      busyUntil = now + STAYS_BUSY_NANOS;
    }
    if (more) {
      return Duration.ZERO;
    }
    if (runs >= MANY_RUNS) {
      return LOADED;
    }
    return now - busyUntil < 0 ? BUSY : QUIET;
  }

  /** One batch: delete and count what the last one published, read, render, publish. */
  private Uni<Integer> round(Lease.Held held, long after) {
    return next(held, after)
        .invoke(
            read -> {
              published = NOTHING;
              counts = new Rollup();
            })
        .map(this::batch)
        .chain(
            batch ->
                batch.isEmpty()
                    ? Uni.createFrom().item(0)
                    : publish(batch).replaceWith(batch.size()));
  }

  /** Where no schedule's runs were told of, there is nothing to count. */
  private Uni<RowSet<Row>> next(Lease.Held held, long after) {
    Tuple next = Tuple.of(after, MOST_ROWS, published, held.name(), held.holder(), held.epoch());
    if (counts.isEmpty()) {
      return pg.asEngineHot(RelaySql.NEXT, next);
    }
    return pg.asEngineHot(RelaySql.NEXT_COUNTING, counts.onto(next));
  }

  /**
   * As many rows as name no more runs than a round tells of, but at least one: first the one that
   * the broker has the beginning of.
   */
  private List<Row> batch(RowSet<Row> rows) {
    List<Row> batch = new ArrayList<>(rows.size());
    runs = 0;
    more = rows.size() >= MOST_ROWS;
    for (Row row : begunFirst(rows)) {
      UUID[] named = row.getArrayOfUUIDs("runs");
      runs += named == null ? 0 : named.length;
      if (runs > mostRuns && !batch.isEmpty()) {
        more = true;
        break;
      }
      batch.add(row);
    }
    return batch;
  }

  private List<Row> begunFirst(RowSet<Row> rows) {
    List<Row> ordered = new ArrayList<>(rows.size());
    for (Row row : rows) {
      if (row.getLong("id") == null) {
        // The one row that is none of the outbox.
        pauses.add(row.getArrayOfUUIDs("reached"));
      } else {
        ordered.add(begun != null && begun.is(row) ? 0 : ordered.size(), row);
      }
    }
    return ordered;
  }

  /** What is dead is kept for the dead-letter channel before the outbox may forget it. */
  private Uni<Void> publish(List<Row> batch) {
    return rendering
        .of(batch, goesOn(batch) ? begun.told : 0)
        .chain(
            told ->
                channel
                    .publish(told.events())
                    .chain(() -> dead.keep(told.events()))
                    .invoke(() -> acknowledged(batch, told)));
  }

  /** Whether a batch begins where the last one broke off. */
  private boolean goesOn(List<Row> batch) {
    return begun != null && begun.is(batch.get(0));
  }

  /** The broker has it: it can be deleted, at the latest when the next batch is looked for. */
  private void acknowledged(List<Row> batch, Rendering.Told told) {
    Rollup before = goesOn(batch) ? begun.counts : new Rollup();
    boolean whole = told.rows() > 0;
    counts = whole ? before.and(told.counts()) : new Rollup();
    if (told.further() > 0) {
      long row = batch.get(told.rows()).getLong("id");
      begun = new Begun(row, told.further(), whole ? told.begun() : before.and(told.begun()));
    } else if (goesOn(batch)) {
      begun = null;
    }
    boolean all = told.rows() == batch.size();
    more |= !all;
    mostRuns = all ? MOST_RUNS : FEW_RUNS;
    published =
        batch.stream().limit(told.rows()).map(row -> row.getLong("id")).toArray(Long[]::new);
    mark();
    rendering.forgetOldest();
  }

  private void mark() {
    long now = nanos.getAsLong();
    Mark last = marks.peekLast();
    // A mark a second is enough to know where half a minute ago was.
    if (published.length > 0 && (last == null || now - last.nanos > 1_000_000_000L)) {
      marks.add(new Mark(published[published.length - 1], now));
    }
  }
}
