package dev.carillon.ticker;

import dev.carillon.broker.JobDue;
import dev.carillon.lease.Lease;
import dev.carillon.pg.Pg;
import dev.carillon.run.RunIds;
import dev.carillon.schedule.FirePlan;
import dev.carillon.schedule.TzdataVersion;
import dev.carillon.ticker.FireEvaluation.Evaluated;
import dev.carillon.ticker.FireEvaluation.Planned;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Plans the fires of due schedules, many in one statement. A schedule that cannot be evaluated, or
 * whose plan the database refuses, is parked with its reason; the others go on.
 */
final class Planner {

  /** As many schedules as one statement plans without growing slower for each of them. */
  static final int MOST_AT_ONCE = 500;

  /** As many dear schedules can be due at once and hold up nobody but each other. */
  private static final int MOST_LEFT = 2_500;

  private static final Logger LOG = Logger.getLogger(Planner.class);

  private final Pg pg;
  private final WorkerExecutor thread;
  private final TzdataVersion rules;
  private final FireEvaluation evaluation;
  private final Parking parking;

  /**
   * How a round went.
   *
   * @param queued what fires
   * @param more whether there is more to plan
   * @param left what this round, and those before it, left for later
   */
  record Round(List<JobDue> queued, boolean more, Set<UUID> left) {}

  Planner(Vertx vertx, Pg pg, ZoneId defaultZone, TzdataVersion rules) {
    this.thread = vertx.createSharedWorkerExecutor("carillon-planner", 1);
    this.pg = pg;
    this.rules = rules;
    this.evaluation = new FireEvaluation(defaultZone, rules);
    this.parking = new Parking(pg);
  }

  /**
   * Plans one batch of what fires up to the horizon. It is evaluated on a thread of its own, which
   * no request can take: the leader's context is for its lease, and for what falls due meanwhile.
   *
   * @param left by the rounds before it: looked at again by the next pass
   */
  Uni<Round> plan(Lease.Held lease, int shard, Instant now, Instant horizon, Set<UUID> left) {
    return pg.asEngine(
            PlanSql.DUE, Tuple.of(shard, utc(horizon), MOST_AT_ONCE, left.toArray(UUID[]::new)))
        .map(Planner::read)
        .chain(
            due ->
                evaluated(due, now, horizon)
                    .call(evaluated -> parking.park(evaluated.broken(), now))
                    .chain(
                        evaluated ->
                            write(lease, evaluated.planned(), now)
                                .map(queued -> round(due, evaluated, queued, horizon, left))));
  }

  /** Lets the thread go. */
  CompletionStage<Void> close() {
    return thread.close().toCompletionStage();
  }

  private static List<PlanRow> read(RowSet<Row> rows) {
    List<PlanRow> due = new ArrayList<>(rows.size());
    rows.forEach(row -> due.add(PlanRow.of(row)));
    return due;
  }

  private Uni<Evaluated> evaluated(List<PlanRow> due, Instant now, Instant horizon) {
    if (due.isEmpty()) {
      return Uni.createFrom().item(new Evaluated(List.of(), List.of(), List.of()));
    }
    return Uni.createFrom()
        .completionStage(
            () ->
                thread
                    .executeBlocking(() -> evaluation.of(due, now, horizon), true)
                    .toCompletionStage());
  }

  private static Round round(
      List<PlanRow> due,
      Evaluated evaluated,
      List<JobDue> queued,
      Instant horizon,
      Set<UUID> leftBefore) {
    Set<UUID> left = new HashSet<>(leftBefore);
    left.addAll(evaluated.left());
    boolean full = due.size() == MOST_AT_ONCE;
    boolean cut =
        evaluated.planned().stream()
            .anyMatch(
                planned -> planned.isCut(horizon) && !left.contains(planned.row().schedule()));
    return new Round(queued, (full || cut) && left.size() < MOST_LEFT, left);
  }

  private Uni<List<JobDue>> write(Lease.Held lease, List<Planned> plans, Instant now) {
    if (plans.isEmpty()) {
      return Uni.createFrom().item(List.of());
    }
    return pg.asEngine(PlanSql.PLAN, parameters(lease, plans, now))
        .map(rows -> queued(lease, plans, rows))
        .onFailure(Planner::isDataProblem)
        .recoverWithUni(problem -> halve(lease, plans, now, problem));
  }

  /**
   * One schedule whose runs cannot be stored must not hold up the others: it is found by halving,
   * and parked.
   */
  private Uni<List<JobDue>> halve(
      Lease.Held lease, List<Planned> plans, Instant now, Throwable problem) {
    if (plans.size() == 1) {
      return parking.park(plans.get(0).row(), problem, now).replaceWith(List.of());
    }
    int middle = plans.size() / 2;
    return write(lease, plans.subList(0, middle), now)
        .chain(
            first ->
                write(lease, plans.subList(middle, plans.size()), now)
                    .map(
                        second -> {
                          List<JobDue> both = new ArrayList<>(first);
                          both.addAll(second);
                          return both;
                        }));
  }

  private Tuple parameters(Lease.Held lease, List<Planned> plans, Instant now) {
    int size = plans.size();
    UUID[] schedules = new UUID[size];
    OffsetDateTime[] oldNext = new OffsetDateTime[size];
    OffsetDateTime[] newNext = new OffsetDateTime[size];
    Long[] revisions = new Long[size];
    OffsetDateTime[] last = new OffsetDateTime[size];
    UUID[] awaited = new UUID[size];
    OffsetDateTime[] ends = new OffsetDateTime[size];
    List<UUID> fireSchedules = new ArrayList<>();
    List<UUID> runs = new ArrayList<>();
    List<OffsetDateTime> fireAt = new ArrayList<>();
    List<Boolean> missed = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      PlanRow row = plans.get(i).row();
      FirePlan plan = plans.get(i).plan();
      schedules[i] = row.schedule();
      oldNext[i] = utc(row.next());
      newNext[i] = utc(plan.next());
      revisions[i] = row.revision();
      for (Instant fire : plan.fires()) {
        UUID run = RunIds.ofFire(row.tenant(), row.key(), fire);
        fireSchedules.add(row.schedule());
        runs.add(run);
        fireAt.add(utc(fire));
        missed.add(false);
        last[i] = utc(fire);
        awaited[i] = row.fixedDelay() ? run : null;
      }
      if (plan.missed() != null) {
        fireSchedules.add(row.schedule());
        runs.add(RunIds.ofFire(row.tenant(), row.key(), plan.missed()));
        fireAt.add(utc(plan.missed()));
        missed.add(true);
      }
      if (plan.next() == null && !row.fixedDelay()) {
        ends[i] = last[i] == null ? utc(now) : last[i];
      }
    }
    return Tuple.tuple()
        .addString(lease.name())
        .addUUID(lease.holder())
        .addLong(lease.epoch())
        .addArrayOfUUID(schedules)
        .addArrayOfOffsetDateTime(oldNext)
        .addArrayOfOffsetDateTime(newNext)
        .addArrayOfLong(revisions)
        .addArrayOfOffsetDateTime(last)
        .addArrayOfUUID(awaited)
        .addArrayOfOffsetDateTime(ends)
        .addArrayOfUUID(fireSchedules.toArray(UUID[]::new))
        .addArrayOfUUID(runs.toArray(UUID[]::new))
        .addArrayOfOffsetDateTime(fireAt.toArray(OffsetDateTime[]::new))
        .addArrayOfBoolean(missed.toArray(Boolean[]::new))
        .addOffsetDateTime(utc(now))
        .addString(rules.name());
  }

  private static List<JobDue> queued(Lease.Held lease, List<Planned> plans, RowSet<Row> rows) {
    List<JobDue> queued = new ArrayList<>();
    long moved = 0;
    for (Row row : rows) {
      moved = row.getLong("moved");
      if (row.getUUID("id") != null) {
        queued.add(
            new JobDue(
                row.getUUID("id"),
                row.getOffsetDateTime("due_at").toInstant(),
                row.getInteger("priority"),
                row.getString("tenant_id"),
                row.getString("queue")));
      }
    }
    if (moved < plans.size()) {
      LOG.debugf(
          "%d of %d schedules were left out in epoch %d: edited meanwhile, or the lease is gone",
          plans.size() - moved, plans.size(), lease.epoch());
    }
    return queued;
  }

  /** Class 22 is data that does not fit, 23 a constraint, 54 a limit (PostgreSQL's appendix A). */
  private static boolean isDataProblem(Throwable failure) {
    if (!(failure instanceof PgException error) || error.getSqlState() == null) {
      return false;
    }
    String state = error.getSqlState();
    return state.startsWith("22") || state.startsWith("23") || state.startsWith("54");
  }

  private static @Nullable OffsetDateTime utc(@Nullable Instant at) {
    return at == null ? null : at.atOffset(ZoneOffset.UTC);
  }
}
