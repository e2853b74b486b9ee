package dev.carillon.ticker;

import dev.carillon.broker.JobDue;
import dev.carillon.lease.Lease;
import dev.carillon.loop.Loop;
import dev.carillon.pg.DatabaseClock;
import dev.carillon.pg.Pg;
import dev.carillon.run.RunIds;
import dev.carillon.run.Trace;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Starts what jobs name as onFailure: one run for each run, and each generation of it, that has
 * ended FAILED or DEAD. Whatever ended it left a row in its own transaction (a trigger), and the
 * statement that makes the run deletes it, so none is lost and none is made twice; its id is
 * derived from what has failed, should two leaders ever meet.
 *
 * <p>A run that was started so may fail in its turn and start another; after {@link #DEEPEST} such
 * there is an end, or two jobs that name each other would go on for ever.
 */
final class FailureJobs {

  private static final Logger LOG = Logger.getLogger(FailureJobs.class);

  /** As long as an answer may take that nobody waits for. */
  private static final Duration EVERY = Duration.ofMillis(500);

  private static final int MOST_AT_ONCE = 200;

  /** Runs that failures started, one by the other. */
  static final int DEEPEST = 5;

  private final Pg pg;
  private final InstantSource clock;
  private final Lease lease;
  private final Consumer<List<JobDue>> made;
  private final Loop loop;
  private final LongAdder dropped = new LongAdder();

  /**
   * @param made told of the runs that are due now
   */
  FailureJobs(
      Pg pg,
      InstantSource clock,
      Lease lease,
      Vertx vertx,
      Context context,
      Consumer<List<JobDue>> made) {
    this.pg = pg;
    this.clock = clock;
    this.lease = lease;
    this.made = made;
    this.loop = new Loop("start runs on failure", vertx, context, this::step);
  }

  void start() {
    loop.start();
  }

  CompletionStage<Void> stop() {
    return loop.stop();
  }

  /** How many failures this process has left unanswered. */
  long dropped() {
    return dropped.sum();
  }

  /** An end, and what answers it. */
  private record Failure(
      UUID run,
      int generation,
      String tenant,
      int attempt,
      Instant at,
      @Nullable String trace,
      @Nullable String jobKey,
      @Nullable String onFailure,
      @Nullable UUID job,
      @Nullable String status,
      int depth) {

    static Failure of(Row row) {
      return new Failure(
          row.getUUID("run_id"),
          row.getInteger("generation"),
          row.getString("tenant_id"),
          row.getInteger("attempt"),
          row.getOffsetDateTime("at").toInstant(),
          row.getString("trace"),
          row.getString("job_key"),
          row.getString("on_failure"),
          row.getUUID("job_id"),
          row.getString("status"),
          row.getInteger("depth"));
    }

    /** The ids of events are derived from the run too, with numbers above zero. */
    UUID answer() {
      return RunIds.derived(at, run, -generation);
    }

    /** The answer belongs into the trace of the attempt that failed. */
    String traceparent() {
      return Trace.of(trace, run).traceparent(attempt);
    }

    /** Null: it is answered. */
    @Nullable String whyNot() {
      if (onFailure == null) {
        return "the run, or its job's onFailure, is gone";
      }
      if (job == null) {
        return "there is no job " + onFailure;
      }
      if ("ARCHIVED".equals(status)) {
        return "the job " + onFailure + " is archived";
      }
      return depth < DEEPEST
          ? null
          : "it is the " + DEEPEST + "th run in a row that a failure started";
    }
  }

  private Uni<Duration> step() {
    Lease.Held held = lease.held();
    if (held == null || !DatabaseClock.isSteady(clock)) {
      return Uni.createFrom().item(EVERY);
    }
    return pg.asEngine(FailureSql.READ, Tuple.of(MOST_AT_ONCE, DEEPEST))
        .map(FailureJobs::failures)
        .call(found -> answer(held, found))
        .map(found -> found.size() < MOST_AT_ONCE ? EVERY : Duration.ZERO);
  }

  private static List<Failure> failures(RowSet<Row> rows) {
    List<Failure> failures = new ArrayList<>(rows.size());
    rows.forEach(row -> failures.add(Failure.of(row)));
    return failures;
  }

  private Uni<?> answer(Lease.Held held, List<Failure> found) {
    List<Failure> answered = found.stream().filter(one -> one.whyNot() == null).toList();
    List<Failure> dropping = found.stream().filter(one -> one.whyNot() != null).toList();
    return start(held, answered).flatMap(started -> drop(held, dropping));
  }

  private Uni<?> start(Lease.Held held, List<Failure> failures) {
    if (failures.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    Tuple parameters =
        which(held, failures)
            .addArrayOfUUID(failures.stream().map(Failure::answer).toArray(UUID[]::new))
            .addArrayOfUUID(failures.stream().map(Failure::job).toArray(UUID[]::new))
            .addArrayOfString(failures.stream().map(Failure::traceparent).toArray(String[]::new))
            .addOffsetDateTime(clock.instant().atOffset(ZoneOffset.UTC));
    return pg.asEngine(FailureSql.START, parameters).map(Ticker::due).invoke(made);
  }

  private Uni<?> drop(Lease.Held held, List<Failure> failures) {
    return failures.isEmpty()
        ? Uni.createFrom().voidItem()
        : pg.asEngine(FailureSql.DROP, which(held, failures))
            .invoke(
                deleted -> {
                  if (deleted.rowCount() > 0) {
                    failures.forEach(this::tell);
                  }
                });
  }

  private void tell(Failure failure) {
    dropped.increment();
    LOG.warnf(
        "nothing is started by a failure: %s (tenant=%s, job=%s, run=%s, attempt=%d)",
        failure.whyNot(), failure.tenant, failure.jobKey, failure.run, failure.attempt);
  }

  private static Tuple which(Lease.Held held, List<Failure> failures) {
    return Tuple.tuple()
        .addString(held.name())
        .addUUID(held.holder())
        .addLong(held.epoch())
        .addArrayOfUUID(failures.stream().map(Failure::run).toArray(UUID[]::new))
        .addArrayOfInteger(failures.stream().map(Failure::generation).toArray(Integer[]::new));
  }
}
