package dev.carillon.maintenance;

import dev.carillon.lease.Lease;
import dev.carillon.loop.Loop;
import dev.carillon.pg.DueNotice;
import dev.carillon.pg.Notices;
import dev.carillon.pg.Pg;
import dev.carillon.pg.PlaceNotice;
import dev.carillon.run.AttemptOutcome;
import dev.carillon.run.RunError;
import dev.carillon.run.RunState;
import dev.carillon.run.Trace;
import dev.carillon.run.Tries;
import dev.carillon.run.Verdict;
import dev.carillon.target.RunLabels;
import dev.carillon.worker.CompleteSql;
import dev.carillon.worker.Completion;
import dev.carillon.worker.RetryJson;
import dev.carillon.worker.RunLog;
import dev.carillon.worker.WorkerMeters;
import dev.carillon.worker.WorkerSettings;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Takes back the runs of workers that are gone. First the worker is retired by compare-and-set, so
 * that it claims and extends nothing more; then what it had is recorded as LOST and tried again. A
 * claim that commits in between is found by the next look, since every look asks for all runs whose
 * worker is not live.
 *
 * <p>A lease is over only when its beat stood still for its whole length on this process's
 * monotonic clock, counted anew after this process became leader or could not ask: a stepping
 * clock, or a database that was away, loses nothing.
 */
final class OfflineWorkers {

  private static final Logger LOG = Logger.getLogger(OfflineWorkers.class);
  private static final Duration AT_LEAST_EVERY = Duration.ofSeconds(1);

  /**
   * Looking for abandoned runs costs as much as there is backlog; right after a retirement it is
   * worth it.
   */
  private static final long LOOK_NANOS = Duration.ofSeconds(10).toNanos();

  private static final int MOST_AT_ONCE = 500;

  private final Pg pg;
  private final Notices notices;
  private final InstantSource clock;
  private final Lease lease;
  private final WorkerMeters meters;
  private final RunLog runLog = new RunLog(WorkerSettings.LOGGED_PER_SECOND);
  private final Duration workerLease;

  /** Often enough for two looks in a row never to seem interrupted, however short the lease is. */
  private final Duration every;

  private final Loop loop;
  private final Map<UUID, Seen> seen = new HashMap<>();
  private long ledEpoch = -1;
  private long asked;
  private long looked;
  private boolean lookNow;

  private record Seen(long beat, long sinceNanos) {}

  /** What is told and measured of an attempt that is taken back. */
  private record Taken(RunLabels labels, @Nullable RunError error, Duration took) {}

  OfflineWorkers(
      Pg pg,
      Notices notices,
      InstantSource clock,
      Lease lease,
      Duration workerLease,
      WorkerMeters meters,
      Vertx vertx,
      Context context) {
    this.meters = meters;
    this.pg = pg;
    this.notices = notices;
    this.clock = clock;
    this.lease = lease;
    this.workerLease = workerLease;
    Duration tenth = workerLease.dividedBy(10);
    this.every = tenth.compareTo(AT_LEAST_EVERY) < 0 ? tenth : AT_LEAST_EVERY;
    this.loop = new Loop("watch the workers", vertx, context, this::step);
  }

  void start() {
    loop.start();
  }

  void wake() {
    loop.wake();
  }

  CompletionStage<Void> stop() {
    return loop.stop();
  }

  private Uni<Duration> step() {
    runLog.look();
    Lease.Held held = lease.held();
    if (held == null) {
      return Uni.createFrom().item(every);
    }
    long now = System.nanoTime();
    boolean interrupted = now - asked > workerLease.toNanos() / 3;
    if (held.epoch() != ledEpoch || interrupted) {
      ledEpoch = held.epoch();
      seen.clear();
      lookNow = true;
    }
    return pg.asEngine(MaintenanceSql.WORKERS, Tuple.tuple())
        .map(this::silent)
        .invoke(silent -> asked = System.nanoTime())
        .chain(this::retireAll)
        .chain(this::takeBackIfDue)
        .replaceWith(every);
  }

  private Map<UUID, Long> silent(RowSet<Row> rows) {
    long now = System.nanoTime();
    Map<UUID, Seen> current = new HashMap<>();
    Map<UUID, Long> silent = new HashMap<>();
    for (Row row : rows) {
      UUID worker = row.getUUID("id");
      long beat = row.getLong("beat");
      Seen before = seen.get(worker);
      Seen after = before != null && before.beat == beat ? before : new Seen(beat, now);
      current.put(worker, after);
      if (now - after.sinceNanos >= workerLease.toNanos()) {
        silent.put(worker, beat);
      }
    }
    // Whoever is gone since the last look may have left something behind.
    lookNow |= !current.keySet().containsAll(seen.keySet());
    seen.clear();
    seen.putAll(current);
    return silent;
  }

  private Uni<Void> retireAll(Map<UUID, Long> silent) {
    Uni<Void> all = Uni.createFrom().voidItem();
    for (Map.Entry<UUID, Long> worker : silent.entrySet()) {
      all = all.chain(() -> retire(worker.getKey(), worker.getValue()));
    }
    return all;
  }

  private Uni<Void> retire(UUID worker, long beat) {
    return pg.asEngine(MaintenanceSql.RETIRE, Tuple.of(worker, beat))
        .invoke(
            rows -> {
              if (rows.size() > 0) {
                LOG.warnf(
                    "worker=%s was silent for %d s and is retired; its runs are taken back",
                    worker, workerLease.toSeconds());
                lookNow = true;
              }
            })
        .replaceWithVoid();
  }

  private Uni<Void> takeBackIfDue() {
    long now = System.nanoTime();
    if (!lookNow && now - looked < LOOK_NANOS) {
      return Uni.createFrom().voidItem();
    }
    looked = now;
    lookNow = false;
    return takeBack();
  }

  private Uni<Void> takeBack() {
    Instant now = clock.instant();
    return pg.asEngine(
            MaintenanceSql.ABANDONED, Tuple.of(now.atOffset(ZoneOffset.UTC), MOST_AT_ONCE))
        .chain(
            rows -> {
              List<Completion> lost = new ArrayList<>();
              Map<UUID, Taken> taken = new HashMap<>();
              rows.forEach(
                  row -> {
                    Completion end = end(row, now);
                    lost.add(end);
                    taken.put(end.run(), new Taken(labels(row), end.verdict().error(), took(end)));
                  });
              return lost.isEmpty() ? Uni.createFrom().voidItem() : write(lost, taken, now);
            });
  }

  private static RunLabels labels(Row row) {
    UUID run = row.getUUID("id");
    return new RunLabels(
        row.getString("tenant_id"),
        row.getString("job_key"),
        row.getUUID("schedule_id"),
        run,
        row.getInteger("attempt"),
        Trace.of(row.getString("trace"), run).traceId());
  }

  private static Duration took(Completion end) {
    return end.started() == null ? Duration.ZERO : Duration.between(end.started(), end.finished());
  }

  private Uni<Void> write(List<Completion> lost, Map<UUID, Taken> taken, Instant now) {
    return pg.asEngine(CompleteSql.COMPLETE_AGAIN, Completion.parameters(lost, now))
        .invoke(rows -> announce(rows, taken))
        // More may be waiting: go on until a look finds nothing.
        .chain(rows -> rows.size() == 0 ? Uni.createFrom().voidItem() : takeBack());
  }

  private void announce(RowSet<Row> rows, Map<UUID, Taken> taken) {
    List<DueNotice> due = new ArrayList<>();
    Set<UUID> places = new HashSet<>();
    boolean rearmed = false;
    boolean freed = false;
    for (Row row : rows) {
      String state = row.getString("final_state");
      tell(row, taken);
      rearmed |= row.getBoolean("rearmed");
      freed |= row.getString("freed") != null;
      if (row.getUUID("place") != null) {
        places.add(row.getUUID("place"));
      }
      if (state == null && row.getString("queue") != null) {
        due.add(
            new DueNotice(
                row.getUUID("id"),
                row.getOffsetDateTime("due").toInstant(),
                row.getInteger("priority"),
                row.getString("tenant_id"),
                row.getString("queue")));
      }
    }
    DueNotice.payloads(due).forEach(payload -> notices.send(Notices.Channel.DUE, payload));
    PlaceNotice.payloads(places).forEach(payload -> notices.send(Notices.Channel.PLACE, payload));
    if (rearmed) {
      notices.send(Notices.Channel.CLOCK, "");
    }
    if (freed) {
      notices.send(Notices.Channel.LIMIT, "");
    }
  }

  private void tell(Row row, Map<UUID, Taken> taken) {
    Taken one = taken.get(row.getUUID("id"));
    if (one == null) {
      return;
    }
    AttemptOutcome outcome = AttemptOutcome.valueOf(row.getString("outcome"));
    String ended = row.getString("final_state");
    RunState state = ended == null ? null : RunState.valueOf(ended);
    Instant again = state == null ? row.getOffsetDateTime("due").toInstant() : null;
    runLog.takenBack(one.labels, new RunLog.End(outcome, state, again, one.error, one.took));
    meters.ended(one.labels.job(), outcome, state == null, one.took);
  }

  /** Gone with its worker, or stuck under a living one. */
  private static Completion end(Row row, Instant now) {
    Verdict verdict =
        row.getBoolean("alive")
            ? Verdict.timedOut(RetryJson.timeout(row.getLong("timeout_ms")), tries(row), now)
            : Verdict.lost(tries(row), now);
    Instant started = row.getOffsetDateTime("locked_at").toInstant();
    return new Completion(
        row.getUUID("id"),
        row.getInteger("attempt"),
        row.getUUID("locked_by"),
        verdict,
        null,
        started,
        now.isBefore(started) ? started : now,
        row.getInteger("version"));
  }

  private static Tries tries(Row row) {
    OffsetDateTime aged = row.getOffsetDateTime("aged_from");
    return new Tries(
        RetryJson.read(row.getString("retry"), row.getString("own_retry")),
        row.getUUID("id"),
        row.getInteger("generation"),
        row.getInteger("tried"),
        row.getInteger("lost"),
        // Of a row of the queue without its run nothing else is known.
        (aged == null ? row.getOffsetDateTime("locked_at") : aged).toInstant());
  }
}
