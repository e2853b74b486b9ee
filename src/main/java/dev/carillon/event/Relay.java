package dev.carillon.event;

import dev.carillon.broker.EventChannel;
import dev.carillon.broker.EventMessage;
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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;

/**
 * Publishes what the outbox tells, in order of its rows, and deletes the rows once the broker has
 * their events. One process does, by the lease {@code relay}; after a takeover the same events may
 * come again, with the same ids.
 *
 * <p>Ids are given before commits, so a row may appear below one that was already published. Of one
 * run this cannot happen (its start is committed before its end begins), and such a row is found:
 * each look begins at what was the end half a minute ago, longer than any statement may take, and
 * every ten seconds at the very beginning.
 */
public final class Relay {

  /** Enough events for a round trip to be cheap, few enough to be held in memory. */
  private static final int MOST_RUNS = 2_000;

  private static final int MOST_ROWS = 500;

  /** While there is something going on, and otherwise. */
  private static final Duration BUSY = Duration.ofMillis(20);

  private static final Duration QUIET = Duration.ofMillis(200);
  private static final long STAYS_BUSY_NANOS = Duration.ofSeconds(2).toNanos();
  private static final long LATECOMERS_NANOS = Duration.ofSeconds(30).toNanos();
  private static final long FULL_LOOK_NANOS = Duration.ofSeconds(10).toNanos();
  private static final int MOST_SUBJECTS = 20_000;

  private final Pg pg;
  private final EventChannel channel;
  private final LongSupplier nanos;
  private final Lease lease;
  private final Loop loop;
  private final Deque<Mark> marks = new ArrayDeque<>();

  /** A run is told of at least twice, shortly after another; it is read once. */
  private final Map<UUID, RunEvent.Subject> subjects = new LinkedHashMap<>();

  private long floor;
  private long fullLook;
  private long busyUntil;
  private long ledEpoch = -1;

  /** Up to which id the outbox was dealt with, and when that was. */
  private record Mark(long id, long nanos) {}

  private record Attempt(UUID run, int number) {}

  public Relay(Vertx vertx, Pg pg, EventChannel channel, Duration leaseLength) {
    this(vertx, pg, channel, leaseLength, System::nanoTime);
  }

  /**
   * @param nanos the monotonic clock by which latecomers are waited for
   */
  Relay(Vertx vertx, Pg pg, EventChannel channel, Duration leaseLength, LongSupplier nanos) {
    Context context = vertx.getOrCreateContext();
    this.pg = pg;
    this.channel = channel;
    this.nanos = nanos;
    this.fullLook = nanos.getAsLong();
    this.busyUntil = nanos.getAsLong();
    this.loop = new Loop("relay events", vertx, context, this::step);
    this.lease = new Lease("relay", pg, vertx, context, leaseLength, loop::wake);
  }

  public void start() {
    lease.start();
    loop.start();
  }

  /**
   * Completes once the round in hand is published, and a last one of what was written until then.
   */
  public CompletionStage<Void> stop() {
    return loop.stop()
        .thenCompose(stopped -> lastRound().subscribeAsCompletionStage())
        .thenCompose(done -> lease.release());
  }

  public boolean isLeading() {
    return lease.held() != null;
  }

  private Uni<Void> lastRound() {
    if (lease.held() == null) {
      return Uni.createFrom().voidItem();
    }
    return round(0).chain(count -> count == 0 ? Uni.createFrom().voidItem() : lastRound());
  }

  private Uni<Duration> step() {
    Lease.Held held = lease.held();
    if (held == null) {
      return Uni.createFrom().item(Duration.ofSeconds(1));
    }
    if (held.epoch() != ledEpoch) {
      ledEpoch = held.epoch();
      floor = 0;
      marks.clear();
    }
    return round(from()).map(this::restAfter);
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
    if (rows >= MOST_ROWS / 2) {
      return Duration.ZERO;
    }
    return now - busyUntil < 0 ? BUSY : QUIET;
  }

  /** One batch: read, render, publish, delete. Answers how many rows it was. */
  private Uni<Integer> round(long after) {
    return pg.asEngine(RelaySql.NEXT, Tuple.of(after, MOST_ROWS))
        .map(Relay::batch)
        .chain(
            batch ->
                batch.isEmpty()
                    ? Uni.createFrom().item(0)
                    : publish(batch).replaceWith(batch.size()));
  }

  /** As many rows as name no more than {@link #MOST_RUNS} runs, but at least one. */
  private static List<Row> batch(RowSet<Row> rows) {
    List<Row> batch = new ArrayList<>(rows.size());
    int runs = 0;
    for (Row row : rows) {
      UUID[] named = row.getArrayOfUUIDs("runs");
      runs += named == null ? 0 : named.length;
      if (runs > MOST_RUNS && !batch.isEmpty()) {
        break;
      }
      batch.add(row);
    }
    return batch;
  }

  private Uni<Void> publish(List<Row> batch) {
    return readSubjects(batch)
        .chain(() -> readEnds(batch))
        .map(ends -> render(batch, ends))
        .chain(channel::publish)
        .chain(() -> delete(batch))
        .invoke(this::forgetOldest);
  }

  /** Only between batches: what a batch needs must stay until it is rendered. */
  private void forgetOldest() {
    Iterator<UUID> oldest = subjects.keySet().iterator();
    for (int surplus = subjects.size() - MOST_SUBJECTS; surplus > 0; surplus--) {
      oldest.next();
      oldest.remove();
    }
  }

  private Uni<Void> delete(List<Row> batch) {
    Long[] ids = batch.stream().map(row -> row.getLong("id")).toArray(Long[]::new);
    return pg.asEngine(RelaySql.DELETE, Tuple.of(ids))
        .invoke(
            deleted -> {
              long now = nanos.getAsLong();
              Mark last = marks.peekLast();
              // A mark a second is enough to know where half a minute ago was.
              if (last == null || now - last.nanos > 1_000_000_000L) {
                marks.add(new Mark(ids[ids.length - 1], now));
              }
            })
        .replaceWithVoid();
  }

  private Uni<Void> readSubjects(List<Row> batch) {
    UUID[] unknown =
        batch.stream()
            .map(row -> row.getArrayOfUUIDs("runs"))
            .filter(runs -> runs != null)
            .flatMap(java.util.Arrays::stream)
            .filter(run -> !subjects.containsKey(run))
            .distinct()
            .toArray(UUID[]::new);
    if (unknown.length == 0) {
      return Uni.createFrom().voidItem();
    }
    return pg.asEngine(RelaySql.RUNS, Tuple.of(unknown))
        .invoke(rows -> rows.forEach(row -> subjects.put(row.getUUID("id"), RunRows.subject(row))))
        .replaceWithVoid();
  }

  private Uni<Map<Attempt, Row>> readEnds(List<Row> batch) {
    List<UUID> runs = new ArrayList<>();
    List<Integer> attempts = new ArrayList<>();
    for (Row row : batch) {
      if (OutboxRows.ENDED.equals(row.getString("kind"))) {
        runs.addAll(List.of(row.getArrayOfUUIDs("runs")));
        attempts.addAll(List.of(row.getArrayOfIntegers("attempts")));
      }
    }
    if (runs.isEmpty()) {
      return Uni.createFrom().item(Map.of());
    }
    return pg.asEngine(
            RelaySql.ENDS,
            Tuple.tuple()
                .addArrayOfUUID(runs.toArray(UUID[]::new))
                .addArrayOfInteger(attempts.toArray(Integer[]::new)))
        .map(
            rows -> {
              Map<Attempt, Row> ends = new HashMap<>();
              rows.forEach(
                  row ->
                      ends.put(new Attempt(row.getUUID("run_id"), row.getInteger("attempt")), row));
              return ends;
            });
  }

  private List<EventMessage> render(List<Row> batch, Map<Attempt, Row> ends) {
    List<EventMessage> events = new ArrayList<>();
    for (Row row : batch) {
      if (OutboxRows.CHANGED.equals(row.getString("kind"))) {
        events.add(RunRows.change(row));
        continue;
      }
      UUID[] runs = row.getArrayOfUUIDs("runs");
      Integer[] attempts = row.getArrayOfIntegers("attempts");
      for (int i = 0; i < runs.length; i++) {
        RunEvent.Subject subject = subjects.get(runs[i]);
        // A run that retention has deleted meanwhile has nobody left to be told about.
        if (subject != null) {
          Row end = ends.get(new Attempt(runs[i], attempts[i]));
          events.addAll(RunRows.events(row, subject, attempts[i], end));
        }
      }
    }
    return events;
  }
}
