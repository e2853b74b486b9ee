package dev.carillon.worker;

import dev.carillon.limit.LimitKey;
import dev.carillon.loop.Loop;
import dev.carillon.pg.DueNotice;
import dev.carillon.pg.Notices;
import dev.carillon.pg.Pg;
import dev.carillon.pg.PlaceNotice;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Writes down what attempts came to, many in one statement. What is added is written, sooner or
 * later: a database that is away delays it, and the attempts stay in hand meanwhile.
 */
final class Completions {

  private static final Logger LOG = Logger.getLogger(Completions.class);

  /** As many as one statement takes without growing slower for each of them. */
  static final int MOST_AT_ONCE = 500;

  /** Enough to be written without waiting for more. */
  private static final int A_FEW_HUNDRED = 200;

  /**
   * How long the first of a batch waits for company: nobody starts later for it, and a statement is
   * saved for each.
   */
  private static final Duration COLLECT = Duration.ofMillis(5);

  /**
   * And how long after the last batch began, while they follow each other: a statement costs the
   * database about the same for one attempt as for ten. A lone run is recorded at once.
   */
  private static final Duration PACE = Duration.ofMillis(40);

  private static final Duration REST = Duration.ofMinutes(1);

  private final Pg pg;
  private final Notices notices;
  private final InstantSource clock;
  private final Vertx vertx;
  private final Duration soon;
  private final Consumer<Completion> written;
  private final Consumer<Map<LimitKey, Integer>> freed;
  private final Queue<Completion> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicInteger count = new AtomicInteger();
  private final List<Completion> failed = new ArrayList<>();
  private final Loop loop;

  /** Whether somebody waits for the end of one of them. */
  private volatile boolean awaited;

  private volatile long lastBatch = System.nanoTime();

  /**
   * @param soon another try that is due within this is announced to the ticker
   * @param written told of each one that is in the database, or was refused there
   * @param freed told of limits of which places were given back, and how many, once that is
   *     committed
   */
  Completions(
      Pg pg,
      Notices notices,
      InstantSource clock,
      Vertx vertx,
      Context context,
      Duration soon,
      Consumer<Completion> written,
      Consumer<Map<LimitKey, Integer>> freed) {
    this.pg = pg;
    this.notices = notices;
    this.clock = clock;
    this.vertx = vertx;
    this.soon = soon;
    this.written = written;
    this.freed = freed;
    this.loop = new Loop("record what runs came to", vertx, context, this::step);
  }

  void start() {
    loop.start();
  }

  CompletionStage<Void> stop() {
    return loop.stop();
  }

  /**
   * From any thread.
   *
   * @param othersWait whether others may wait for this end, as under a limit: it is written at once
   */
  void add(Completion completion, boolean othersWait) {
    waiting.add(completion);
    int now = count.incrementAndGet();
    if (othersWait) {
      awaited = true;
      loop.wake();
    } else if (now == 1) {
      vertx.setTimer(untilNextBatch().toMillis(), id -> loop.wake());
    } else if (now >= A_FEW_HUNDRED) {
      loop.wake();
    }
  }

  boolean isEmpty() {
    return count.get() == 0;
  }

  private Uni<Duration> step() {
    // Before they are taken: one that comes now is taken, or asks for the next step.
    awaited = false;
    List<Completion> batch = take();
    if (batch.isEmpty()) {
      return Uni.createFrom().item(REST);
    }
    lastBatch = System.nanoTime();
    return write(CompleteSql.COMPLETE, batch).map(done -> restAfterBatch());
  }

  /** What came while the batch was written found no timer to start. */
  private Duration restAfterBatch() {
    int left = count.get();
    if (left == 0) {
      return REST;
    }
    return left >= A_FEW_HUNDRED || awaited ? Duration.ZERO : untilNextBatch();
  }

  private Duration untilNextBatch() {
    Duration left = PACE.minusNanos(System.nanoTime() - lastBatch);
    return left.compareTo(COLLECT) > 0 ? left : COLLECT;
  }

  /** What failed to be written goes first, so that nothing is overtaken by an outage. */
  private List<Completion> take() {
    List<Completion> batch = new ArrayList<>(failed);
    failed.clear();
    Completion next;
    while (batch.size() < MOST_AT_ONCE && (next = waiting.poll()) != null) {
      batch.add(next);
    }
    return batch;
  }

  /** What it could not write, and nothing else, is in {@code failed} when it fails. */
  private Uni<Void> write(String statement, List<Completion> batch) {
    return pg.asEngineHot(statement, Completion.parameters(batch, clock.instant()))
        .invoke(accepted -> finish(batch, accepted))
        .replaceWithVoid()
        .onFailure()
        .recoverWithUni(
            problem -> isDataProblem(problem) ? halve(batch, problem) : keep(batch, problem));
  }

  /**
   * One result that the database cannot store must not hold up the others: it is found by halving,
   * and fails.
   */
  private Uni<Void> halve(List<Completion> batch, Throwable problem) {
    if (batch.size() == 1) {
      Completion bad = batch.get(0);
      if (bad.isStripped()) {
        return keep(batch, problem);
      }
      LOG.warnf(
          "what run %s came to cannot be stored (%s); it is recorded as failed",
          bad.run(), problem.getMessage());
      return write(CompleteSql.COMPLETE_AGAIN, List.of(bad.stripped()));
    }
    int middle = batch.size() / 2;
    List<Completion> second = batch.subList(middle, batch.size());
    return write(CompleteSql.COMPLETE_AGAIN, batch.subList(0, middle))
        .onFailure()
        .invoke(failure -> failed.addAll(second))
        .chain(() -> write(CompleteSql.COMPLETE_AGAIN, second));
  }

  private Uni<Void> keep(List<Completion> unwritten, Throwable problem) {
    failed.addAll(unwritten);
    return Uni.createFrom().failure(problem);
  }

  private void finish(List<Completion> batch, RowSet<Row> accepted) {
    Set<UUID> known = new HashSet<>();
    List<DueNotice> due = new ArrayList<>();
    Set<UUID> places = new HashSet<>();
    Set<UUID> groups = new HashSet<>();
    Map<LimitKey, Integer> limits = new HashMap<>();
    boolean rearmed = false;
    for (Row row : accepted) {
      known.add(row.getUUID("id"));
      rearmed |= row.getBoolean("rearmed");
      if (row.getUUID("place") != null) {
        places.add(row.getUUID("place"));
      }
      if (row.getUUID("group_id") != null) {
        groups.add(row.getUUID("group_id"));
      }
      collectDue(row, due);
      collectFreed(row, limits);
    }
    for (Completion completion : batch) {
      if (!known.contains(completion.run())) {
        LOG.infof(
            "run %s attempt %d: refused, it is no longer worker %s's; whoever took it back goes on",
            completion.run(), completion.attempt(), completion.worker());
      }
      count.decrementAndGet();
      written.accept(completion);
    }
    DueNotice.payloads(due).forEach(payload -> notices.send(Notices.Channel.DUE, payload));
    PlaceNotice.payloads(places).forEach(payload -> notices.send(Notices.Channel.PLACE, payload));
    PlaceNotice.payloads(groups).forEach(payload -> notices.send(Notices.Channel.GROUP, payload));
    if (rearmed) {
      notices.send(Notices.Channel.CLOCK, "");
    }
    if (!limits.isEmpty()) {
      freed.accept(limits);
    }
  }

  private static void collectFreed(Row row, Map<LimitKey, Integer> freed) {
    String keys = row.getString("freed");
    if (keys != null) {
      String tenant = row.getString("tenant_id");
      new JsonArray(keys)
          .forEach(key -> freed.merge(new LimitKey(tenant, (String) key), 1, Integer::sum));
    }
  }

  /**
   * Another try that is due soon is news to the ticker; a later one it finds when it looks ahead.
   */
  private void collectDue(Row row, List<DueNotice> due) {
    if (row.getString("final_state") == null && row.getString("queue") != null) {
      var at = row.getOffsetDateTime("due").toInstant();
      if (at.isBefore(clock.instant().plus(soon))) {
        due.add(
            new DueNotice(
                row.getUUID("id"),
                at,
                row.getInteger("priority"),
                row.getString("tenant_id"),
                row.getString("queue")));
      }
    }
  }

  /**
   * Class 22 is data that does not fit, 54 a limit, and 23 a constraint (PostgreSQL's appendix A).
   */
  private static boolean isDataProblem(Throwable failure) {
    if (!(failure instanceof PgException error) || error.getSqlState() == null) {
      return false;
    }
    String state = error.getSqlState();
    return state.startsWith("22") || state.startsWith("54") || state.startsWith("23");
  }
}
