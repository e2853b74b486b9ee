package dev.carillon.event;

import dev.carillon.broker.DeadLetters;
import dev.carillon.broker.EventChannel;
import dev.carillon.broker.EventMessage;
import dev.carillon.lease.Lease;
import dev.carillon.loop.Loop;
import dev.carillon.pg.IdBounds;
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
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

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

  /** Some megabytes of events; at full load a tenth of a second has fewer. */
  private static final int MOST_RUNS = 10_000;

  /** One for what is there, one for what its deletion waits for, one for what came meanwhile. */
  private static final int LAST_ROUNDS = 3;

  private static final int MOST_ROWS = 500;

  /** Of jobs whose events carry everything, as much as a third of a megabyte each. */
  private static final int MOST_FULL = 300;

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
  private static final int MOST_SUBJECTS = 20_000;
  private static final Long[] NOTHING = {};
  private static final UUID[] NO_RUNS = {};

  private final Pg pg;
  private final EventChannel channel;
  private final LongSupplier nanos;
  private final FailurePauses pauses;
  private final DeadRuns dead;
  private final Lease lease;
  private final Loop loop;
  private final Deque<Mark> marks = new ArrayDeque<>();

  /** A run is told of at least twice, shortly after another; it is read once. */
  private final Map<UUID, RunEvent.Subject> subjects = new LinkedHashMap<>();

  /** How many the last round told of. */
  private int runs;

  /** What the broker has and the outbox still tells. */
  private Long[] published = NOTHING;

  /** What it said of schedules, to be counted as it is deleted. */
  private Rollup counts = new Rollup();

  /** Whether the last batch left some of what was there. */
  private boolean more;

  private long floor;
  private long fullLook;
  private long busyUntil;
  private long ledEpoch = -1;

  /** Up to which id the outbox was dealt with, and when that was. */
  private record Mark(long id, long nanos) {}

  private record Attempt(UUID run, int number) {}

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

  /** As many rows as name no more than {@link #MOST_RUNS} runs, but at least one. */
  private List<Row> batch(RowSet<Row> rows) {
    List<Row> batch = new ArrayList<>(rows.size());
    runs = 0;
    more = rows.size() >= MOST_ROWS;
    for (Row row : rows) {
      if (row.getLong("id") == null) {
        // The one row that is none of the outbox.
        pauses.add(row.getArrayOfUUIDs("reached"));
        continue;
      }
      UUID[] named = row.getArrayOfUUIDs("runs");
      runs += named == null ? 0 : named.length;
      if (runs > MOST_RUNS && !batch.isEmpty()) {
        more = true;
        break;
      }
      batch.add(row);
    }
    return batch;
  }

  private Uni<Void> publish(List<Row> batch) {
    return readDetails(batch).chain(ends -> publish(withFew(batch), ends));
  }

  private Uni<Void> publish(List<Row> batch, Map<Attempt, Row> ends) {
    return readFirstStarts(batch)
        .chain(starts -> readContents(batch).map(full -> render(batch, ends, starts, full)))
        .chain(rendered -> publish(batch, rendered));
  }

  /** What is dead is kept for the dead-letter channel before the outbox may forget it. */
  private Uni<Void> publish(List<Row> batch, Rendered rendered) {
    return channel
        .publish(rendered.events)
        .chain(() -> dead.keep(rendered.events))
        .invoke(() -> acknowledged(batch, rendered.counts));
  }

  /** A batch's events, and what they say of schedules. */
  private record Rendered(List<EventMessage> events, Rollup counts) {}

  /** What events carry beside the reference, as JSON text. */
  private record Contents(Map<UUID, String> params, Map<Attempt, String> outputs) {

    static final Contents NONE = new Contents(Map.of(), Map.of());
  }

  /** The beginning of a batch that does not carry too much, but at least one row. */
  private List<Row> withFew(List<Row> batch) {
    int full = 0;
    for (int i = 0; i < batch.size(); i++) {
      UUID[] named = batch.get(i).getArrayOfUUIDs("runs");
      for (UUID run : named == null ? NO_RUNS : named) {
        full += isFull(run) ? 1 : 0;
      }
      if (full > MOST_FULL && i > 0) {
        more = true;
        return batch.subList(0, i);
      }
    }
    return batch;
  }

  private boolean isFull(UUID run) {
    RunEvent.Subject subject = subjects.get(run);
    return subject != null && subject.full();
  }

  private Uni<Contents> readContents(List<Row> batch) {
    Set<UUID> full = new LinkedHashSet<>();
    List<UUID> ended = new ArrayList<>();
    Set<Integer> numbers = new LinkedHashSet<>();
    for (Row row : batch) {
      UUID[] named = row.getArrayOfUUIDs("runs");
      boolean ends = OutboxRows.ENDED.equals(row.getString("kind"));
      for (int i = 0; named != null && i < named.length; i++) {
        if (isFull(named[i])) {
          full.add(named[i]);
          if (ends) {
            ended.add(named[i]);
            numbers.add(row.getArrayOfIntegers("attempts")[i]);
          }
        }
      }
    }
    return full.isEmpty()
        ? Uni.createFrom().item(Contents.NONE)
        : pg.asEngineHot(RelaySql.CONTENTS, details(full, ended, numbers)).map(Relay::contents);
  }

  private static Contents contents(RowSet<Row> rows) {
    Map<UUID, String> params = new HashMap<>();
    Map<Attempt, String> outputs = new HashMap<>();
    for (Row row : rows) {
      UUID run = row.getUUID("run_id");
      Integer attempt = row.getInteger("attempt");
      if (attempt == null) {
        params.put(run, row.getString("content"));
      } else {
        outputs.put(new Attempt(run, attempt), row.getString("content"));
      }
    }
    return new Contents(params, outputs);
  }

  /** The broker has it: it can be deleted, at the latest when the next batch is looked for. */
  private void acknowledged(List<Row> batch, Rollup said) {
    counts = said;
    published = batch.stream().map(row -> row.getLong("id")).toArray(Long[]::new);
    long now = nanos.getAsLong();
    Mark last = marks.peekLast();
    // A mark a second is enough to know where half a minute ago was.
    if (last == null || now - last.nanos > 1_000_000_000L) {
      marks.add(new Mark(published[published.length - 1], now));
    }
    forgetOldest();
  }

  /** Only between batches: what a batch needs must stay until it is rendered. */
  private void forgetOldest() {
    Iterator<UUID> oldest = subjects.keySet().iterator();
    for (int surplus = subjects.size() - MOST_SUBJECTS; surplus > 0; surplus--) {
      oldest.next();
      oldest.remove();
    }
  }

  private Uni<Map<Attempt, Row>> readDetails(List<Row> batch) {
    Set<UUID> unknown = new LinkedHashSet<>();
    List<UUID> ended = new ArrayList<>();
    Set<Integer> numbers = new LinkedHashSet<>();
    for (Row row : batch) {
      UUID[] runs = row.getArrayOfUUIDs("runs");
      if (runs == null) {
        continue;
      }
      boolean retried = OutboxRows.RETRIED.equals(row.getString("kind"));
      for (UUID run : runs) {
        // One that was retried may be due at another instant than before.
        if (retried || !subjects.containsKey(run)) {
          unknown.add(run);
        }
      }
      if (retried || OutboxRows.ENDED.equals(row.getString("kind"))) {
        ended.addAll(List.of(runs));
        for (Integer number : row.getArrayOfIntegers("attempts")) {
          numbers.add(retried ? number - 1 : number);
        }
      }
    }
    if (unknown.isEmpty() && ended.isEmpty()) {
      return Uni.createFrom().item(Map.of());
    }
    return pg.asEngineHot(RelaySql.DETAILS, details(unknown, ended, numbers)).map(this::details);
  }

  private static Tuple details(Set<UUID> unknown, List<UUID> ended, Set<Integer> numbers) {
    UUID[] runs = unknown.toArray(UUID[]::new);
    UUID[] tried = ended.toArray(UUID[]::new);
    IdBounds ofRuns = IdBounds.of(runs);
    IdBounds ofTried = IdBounds.of(tried);
    return Tuple.tuple()
        .addArrayOfUUID(runs)
        .addUUID(ofRuns.lowest())
        .addUUID(ofRuns.highest())
        .addArrayOfUUID(tried)
        .addUUID(ofTried.lowest())
        .addUUID(ofTried.highest())
        .addArrayOfInteger(numbers.toArray(Integer[]::new));
  }

  private Map<Attempt, Row> details(RowSet<Row> rows) {
    Map<Attempt, Row> ends = new HashMap<>();
    for (Row row : rows) {
      if (row.getUUID("id") != null) {
        subjects.put(row.getUUID("id"), RunRows.subject(row));
      }
      if (row.getUUID("run_id") != null) {
        ends.put(new Attempt(row.getUUID("run_id"), row.getInteger("attempt")), row);
      }
    }
    return ends;
  }

  /**
   * Of runs that go on after their first attempt: whether that one, or one after it, had begun. Not
   * so where a missed or skipped run was revived.
   */
  private Uni<Map<UUID, Integer>> readFirstStarts(List<Row> batch) {
    Set<UUID> goOn = new LinkedHashSet<>();
    for (Row row : batch) {
      if (OutboxRows.STARTED.equals(row.getString("kind"))) {
        UUID[] runs = row.getArrayOfUUIDs("runs");
        Integer[] attempts = row.getArrayOfIntegers("attempts");
        for (int i = 0; i < runs.length; i++) {
          RunEvent.Subject subject = subjects.get(runs[i]);
          if (attempts[i] > 1 && subject != null && subject.scheduleId() != null) {
            goOn.add(runs[i]);
          }
        }
      }
    }
    if (goOn.isEmpty()) {
      return Uni.createFrom().item(Map.of());
    }
    UUID[] ids = goOn.toArray(UUID[]::new);
    IdBounds bounds = IdBounds.of(ids);
    return pg.asEngineHot(
            RelaySql.FIRST_STARTS,
            Tuple.tuple().addArrayOfUUID(ids).addUUID(bounds.lowest()).addUUID(bounds.highest()))
        .map(
            rows -> {
              Map<UUID, Integer> starts = new HashMap<>();
              rows.forEach(row -> starts.put(row.getUUID("run_id"), row.getInteger("attempt")));
              return starts;
            });
  }

  private Rendered render(
      List<Row> batch, Map<Attempt, Row> ends, Map<UUID, Integer> firstStarts, Contents contents) {
    Rendered rendered = new Rendered(new ArrayList<>(), new Rollup());
    for (Row row : batch) {
      if (OutboxRows.CHANGED.equals(row.getString("kind"))) {
        ChangeEvent change = RunRows.change(row);
        rendered.events.add(change);
        rendered.counts.add(change);
      } else {
        renderRuns(row, ends, firstStarts, contents, rendered);
      }
    }
    return rendered;
  }

  private void renderRuns(
      Row row,
      Map<Attempt, Row> ends,
      Map<UUID, Integer> firstStarts,
      Contents contents,
      Rendered rendered) {
    UUID[] runs = row.getArrayOfUUIDs("runs");
    Integer[] attempts = row.getArrayOfIntegers("attempts");
    boolean retried = OutboxRows.RETRIED.equals(row.getString("kind"));
    for (int i = 0; i < runs.length; i++) {
      RunEvent.Subject subject = subjects.get(runs[i]);
      // A run that retention has deleted meanwhile has nobody left to be told about.
      if (subject != null) {
        Row end = ends.get(new Attempt(runs[i], retried ? attempts[i] - 1 : attempts[i]));
        RunEvent.Content content = content(subject, attempts[i], contents);
        List<RunEvent> events = RunRows.events(row, subject, attempts[i], end, content);
        rendered.events.addAll(events);
        if (!events.isEmpty()) {
          boolean starts = firstStarts.getOrDefault(runs[i], attempts[i]) >= attempts[i];
          count(events.get(0), end, starts, rendered.counts);
        }
      }
    }
  }

  private static RunEvent.@Nullable Content content(
      RunEvent.Subject subject, int attempt, Contents contents) {
    return subject.full()
        ? RunRows.content(
            contents.params.get(subject.id()),
            contents.outputs.get(new Attempt(subject.id(), attempt)))
        : null;
  }

  private static void count(RunEvent first, @Nullable Row end, boolean starts, Rollup counts) {
    switch (first.kind()) {
      case RETRIED -> {
        // Neither a start nor an end.
      }
      case STARTED -> {
        if (starts) {
          counts.addFirstStart(first);
        }
      }
      default -> counts.addEnd(first, end != null && end.getBoolean("backfilled") != null);
    }
  }
}
