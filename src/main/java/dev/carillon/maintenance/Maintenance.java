package dev.carillon.maintenance;

import dev.carillon.lease.Lease;
import dev.carillon.loop.Loop;
import dev.carillon.pg.Notices;
import dev.carillon.pg.Pg;
import dev.carillon.worker.WorkerMeters;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.concurrent.CompletionStage;

/** The duties that one process does for all, behind the lease {@code maintenance}. */
public final class Maintenance {

  private static final Duration EVERY = Duration.ofHours(1);
  private static final Duration NOT_LEADING = Duration.ofSeconds(5);

  /** How long the first answer to an idempotent request is given again. */
  private static final Duration ANSWERS_KEPT = Duration.ofHours(24);

  /**
   * How long a request that comes again is known; what is kept longer is a dedupe key. Longer than
   * the six days for which brokers keep requests: whatever they may still bring is known.
   */
  private static final Duration REQUESTS_KEPT = Duration.ofDays(8);

  /** Of an attempt that is no more; long after whoever wrote it has heard of that. */
  private static final Duration PROGRESS_KEPT = Duration.ofMinutes(10);

  /** After it has expired: by the clock of no process that makes runs does it count any more. */
  private static final Duration KEYS_KEPT = Duration.ofMinutes(1);

  private static final Duration WORKERS_KEPT = Duration.ofDays(7);
  private static final int MOST_AT_ONCE = 5_000;

  private final Pg pg;
  private final InstantSource clock;
  private final Lease lease;
  private final OfflineWorkers offlineWorkers;
  private final Loop housekeeping;

  public Maintenance(
      Vertx vertx,
      Pg pg,
      Notices notices,
      InstantSource clock,
      Duration leaderLease,
      Duration workerLease,
      WorkerMeters meters) {
    Context context = vertx.getOrCreateContext();
    this.pg = pg;
    this.clock = clock;
    this.housekeeping = new Loop("keep house", vertx, context, this::keepHouse);
    this.lease = new Lease("maintenance", pg, vertx, context, leaderLease, this::gained);
    this.offlineWorkers =
        new OfflineWorkers(pg, notices, clock, lease, workerLease, meters, vertx, context);
  }

  public void start() {
    lease.start();
    offlineWorkers.start();
    housekeeping.start();
  }

  public CompletionStage<Void> stop() {
    return offlineWorkers
        .stop()
        .thenCompose(done -> housekeeping.stop())
        .thenCompose(done -> lease.release());
  }

  private void gained() {
    offlineWorkers.wake();
    housekeeping.wake();
  }

  private Uni<Duration> keepHouse() {
    if (lease.held() == null) {
      return Uni.createFrom().item(NOT_LEADING);
    }
    Instant now = clock.instant();
    return pg.asEngine(MaintenanceSql.PARTITIONS, Tuple.of(utc(now)))
        .chain(() -> deleteAll(MaintenanceSql.OLD_ANSWERS, now.minus(ANSWERS_KEPT)))
        .chain(() -> deleteAll(MaintenanceSql.OLD_REQUESTS, now.minus(REQUESTS_KEPT)))
        .chain(() -> deleteAll(MaintenanceSql.OLD_PROGRESS, now.minus(PROGRESS_KEPT)))
        .chain(() -> deleteAll(MaintenanceSql.EXPIRED_KEYS, now.minus(KEYS_KEPT)))
        .chain(
            () -> pg.asEngine(MaintenanceSql.OLD_WORKERS, Tuple.of(utc(now.minus(WORKERS_KEPT)))))
        .replaceWith(EVERY);
  }

  /** In batches: a long delete would hold up the dead rows of everybody else. */
  private Uni<Void> deleteAll(String olderThan, Instant oldest) {
    return pg.asEngine(olderThan, Tuple.of(utc(oldest), MOST_AT_ONCE))
        .chain(
            rows ->
                rows.rowCount() < MOST_AT_ONCE
                    ? Uni.createFrom().voidItem()
                    : deleteAll(olderThan, oldest));
  }

  private static OffsetDateTime utc(Instant at) {
    return at.atOffset(ZoneOffset.UTC);
  }
}
