package dev.carillon.ticker;

import dev.carillon.broker.JobDue;
import dev.carillon.lease.Lease;
import dev.carillon.pg.Pg;
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
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

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
  private final CalendarsInUse calendars;
  private final CatchUpPace pace = new CatchUpPace();

  /**
   * How a round went.
   *
   * @param queued what fires, at its time
   * @param held whether there is more that fires, and may have to wait for others
   * @param more whether there is more to plan
   * @param left what this round, and those before it, left for later
   */
  record Round(List<JobDue> queued, boolean held, boolean more, Left left) {}

  /**
   * Ids of schedules that the next pass is to look at.
   *
   * @param dear to evaluate
   * @param busy whose clocks somebody had locked: as many as there may be, for nothing was worked
   *     out that would be worked out again
   */
  record Left(Set<UUID> dear, Set<UUID> busy) {

    static final Left NOTHING = new Left(Set.of(), Set.of());

    Left and(Collection<UUID> moreDear, Collection<UUID> moreBusy) {
      Set<UUID> allDear = new HashSet<>(dear);
      allDear.addAll(moreDear);
      Set<UUID> allBusy = new HashSet<>(busy);
      allBusy.addAll(moreBusy);
      return new Left(allDear, allBusy);
    }

    boolean contains(UUID schedule) {
      return dear.contains(schedule) || busy.contains(schedule);
    }

    private UUID[] ids() {
      return Stream.concat(dear.stream(), busy.stream()).toArray(UUID[]::new);
    }
  }

  /** What a statement made of plans. */
  private record Written(List<JobDue> queued, boolean held, List<UUID> busy) {

    static final Written NOTHING = new Written(List.of(), false, List.of());

    Written and(Written other) {
      return new Written(both(queued, other.queued), held || other.held, both(busy, other.busy));
    }

    private static <T> List<T> both(List<T> some, List<T> others) {
      return Stream.concat(some.stream(), others.stream()).toList();
    }
  }

  Planner(Vertx vertx, Pg pg, ZoneId defaultZone, TzdataVersion rules) {
    this.thread = vertx.createSharedWorkerExecutor("carillon-planner", 1);
    this.pg = pg;
    this.rules = rules;
    this.evaluation = new FireEvaluation(defaultZone, rules);
    this.parking = new Parking(pg);
    this.calendars = new CalendarsInUse(pg);
  }

  /**
   * Plans one batch of what fires up to the horizon. It is evaluated on a thread of its own, which
   * no request can take: the leader's context is for its lease, and for what falls due meanwhile.
   *
   * @param left by the rounds before it: looked at again by the next pass
   */
  Uni<Round> plan(Lease.Held lease, int shard, Instant now, Instant horizon, Left left) {
    return pg.asEngine(PlanSql.DUE, due(shard, now, horizon, left))
        .map(Planner::read)
        .chain(
            due ->
                evaluated(due, now, horizon)
                    .call(evaluated -> parking.park(evaluated.broken(), now))
                    .chain(
                        evaluated ->
                            write(lease, timed(evaluated.planned(), now, horizon), now)
                                .map(written -> round(due, evaluated, written, horizon, left))));
  }

  private static Tuple due(int shard, Instant now, Instant horizon, Left left) {
    return Tuple.of(shard, utc(horizon), MOST_AT_ONCE, left.ids(), utc(now));
  }

  /** By another clock, or in another epoch, late fires are spread anew. */
  void forget() {
    pace.forget();
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
    return calendars
        .of(due.stream().filter(evaluation::needsCalendars).toList())
        .chain(known -> evaluated(due, known, now, horizon));
  }

  private Uni<Evaluated> evaluated(
      List<PlanRow> due, CalendarsInUse.Known known, Instant now, Instant horizon) {
    return Uni.createFrom()
        .completionStage(
            () ->
                thread
                    .executeBlocking(() -> evaluation.of(due, known, now, horizon), true)
                    .toCompletionStage());
  }

  private static Round round(
      List<PlanRow> due, Evaluated evaluated, Written written, Instant horizon, Left leftBefore) {
    Left left = leftBefore.and(evaluated.left(), written.busy);
    boolean full = due.size() == MOST_AT_ONCE;
    boolean cut =
        evaluated.planned().stream()
            .anyMatch(
                planned -> planned.isCut(horizon) && !left.contains(planned.row().schedule()));
    boolean more = (full || cut) && left.dear.size() < MOST_LEFT;
    return new Round(written.queued, written.held, more, left);
  }

  /** A plan, and when each of its fires is due. */
  private record Timed(Planned planned, List<PlannedFire> fires) {}

  private List<Timed> timed(List<Planned> plans, Instant now, Instant horizon) {
    pace.begin(now);
    List<Timed> timed = new ArrayList<>(plans.size());
    for (Planned planned : plans) {
      List<PlannedFire> fires = new ArrayList<>();
      for (Instant fire : planned.plan().fires()) {
        fires.add(PlannedFire.of(planned.row(), fire, now, horizon, pace));
      }
      timed.add(new Timed(planned, fires));
    }
    return timed;
  }

  private Uni<Written> write(Lease.Held lease, List<Timed> plans, Instant now) {
    if (plans.isEmpty()) {
      return Uni.createFrom().item(Written.NOTHING);
    }
    PlanParameters parameters = new PlanParameters(rules);
    plans.forEach(plan -> parameters.add(plan.planned, plan.fires, now));
    return pg.asEngine(PlanSql.PLAN, parameters.under(lease, now))
        .map(rows -> written(lease, plans.size(), rows))
        .onFailure(Planner::isDataProblem)
        .recoverWithUni(problem -> halve(lease, plans, now, problem));
  }

  /**
   * One schedule whose runs cannot be stored must not hold up the others: it is found by halving,
   * and parked.
   */
  private Uni<Written> halve(Lease.Held lease, List<Timed> plans, Instant now, Throwable problem) {
    if (plans.size() == 1) {
      return parking.park(plans.get(0).planned.row(), problem, now).replaceWith(Written.NOTHING);
    }
    int middle = plans.size() / 2;
    return write(lease, plans.subList(0, middle), now)
        .chain(first -> write(lease, plans.subList(middle, plans.size()), now).map(first::and));
  }

  private static Written written(Lease.Held lease, int plans, RowSet<Row> rows) {
    List<JobDue> queued = new ArrayList<>();
    long moved = 0;
    long held = 0;
    List<UUID> busy = List.of();
    for (Row row : rows) {
      moved = row.getLong("moved");
      held = row.getLong("held");
      UUID[] locked = row.getArrayOfUUIDs("busy");
      busy = locked == null ? List.of() : List.of(locked);
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
    if (moved < plans) {
      LOG.debugf(
          "%d of %d schedules were left out in epoch %d: edited meanwhile, %d being edited, or the lease is gone",
          plans - moved, plans, lease.epoch(), busy.size());
    }
    return new Written(queued, held > 0, busy);
  }

  /** Class 22 is data that does not fit, 23 a constraint, 54 a limit (PostgreSQL's appendix A). */
  private static boolean isDataProblem(Throwable failure) {
    if (!(failure instanceof PgException error) || error.getSqlState() == null) {
      return false;
    }
    String state = error.getSqlState();
    return state.startsWith("22") || state.startsWith("23") || state.startsWith("54");
  }

  private static OffsetDateTime utc(Instant at) {
    return at.atOffset(ZoneOffset.UTC);
  }
}
