package dev.carillon.ticker;

import dev.carillon.broker.JobDue;
import dev.carillon.lease.Lease;
import dev.carillon.pg.Pg;
import dev.carillon.run.RunIds;
import dev.carillon.schedule.FirePlan;
import dev.carillon.schedule.Recomputed;
import dev.carillon.schedule.TzdataVersion;
import dev.carillon.time.Fires;
import io.smallrye.mutiny.Uni;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Plans the fires of due schedules, many in one statement. A schedule that cannot be evaluated, or
 * whose plan the database refuses, is parked with its reason; the others go on.
 */
final class Planner {

  /** As many schedules as one statement plans without growing slower for each of them. */
  static final int MOST_AT_ONCE = 500;

  private static final Logger LOG = Logger.getLogger(Planner.class);
  private static final int MOST_REMEMBERED = 20_000;

  private final Pg pg;
  private final ZoneId defaultZone;
  private final TzdataVersion rules;
  private final Parking parking;
  private final Map<UUID, Compiled> compiled =
      new LinkedHashMap<>(256, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<UUID, Compiled> eldest) {
          return size() > MOST_REMEMBERED;
        }
      };

  private record Compiled(long revision, Fires fires) {}

  private record Planned(PlanRow row, FirePlan plan) {}

  /** How a round went: what was queued, and whether there is more to plan. */
  record Round(List<JobDue> queued, boolean more) {}

  Planner(Pg pg, ZoneId defaultZone, TzdataVersion rules) {
    this.pg = pg;
    this.defaultZone = defaultZone;
    this.rules = rules;
    this.parking = new Parking(pg);
  }

  /** Plans one batch of what fires up to the horizon. */
  Uni<Round> plan(Lease.Held lease, int shard, Instant now, Instant horizon) {
    return pg.asEngine(PlanSql.DUE, Tuple.of(shard, utc(horizon), MOST_AT_ONCE))
        .chain(
            rows -> {
              List<PlanRow> due = new ArrayList<>();
              rows.forEach(row -> due.add(PlanRow.of(row)));
              return plan(lease, due, now, horizon);
            });
  }

  private Uni<Round> plan(Lease.Held lease, List<PlanRow> due, Instant now, Instant horizon) {
    List<Planned> plans = new ArrayList<>();
    Uni<Void> parked = Uni.createFrom().voidItem();
    for (PlanRow row : due) {
      try {
        plans.add(new Planned(row, evaluate(row, now, horizon)));
      } catch (RuntimeException | StackOverflowError e) {
        // Whatever its trigger does to the evaluator, it is this schedule's affair and nobody
        // else's.
        parked = parked.chain(() -> park(row, e, now));
      }
    }
    boolean full = due.size() == MOST_AT_ONCE;
    return parked
        .chain(() -> write(lease, plans, now))
        .map(queued -> new Round(queued, full || plans.stream().anyMatch(p -> isCut(p, horizon))));
  }

  private static boolean isCut(Planned planned, Instant horizon) {
    Instant next = planned.plan.next();
    return next != null && !planned.row.fixedDelay() && !next.isAfter(horizon);
  }

  private FirePlan evaluate(PlanRow row, Instant now, Instant horizon) {
    Compiled known = compiled.get(row.schedule());
    if (known == null || known.revision != row.revision()) {
      known = new Compiled(row.revision(), row.fires(defaultZone));
      compiled.put(row.schedule(), known);
    }
    if (row.fixedDelay()) {
      // One fire at a time: the completion of its run sets the next. Late is not missed, for
      // nothing was due meanwhile.
      return new FirePlan(List.of(row.next()), null, null);
    }
    Instant due = due(row, known.fires, now);
    return due == null
        ? new FirePlan(List.of(), null, null)
        : FirePlan.between(known.fires, due, now, horizon);
  }

  /**
   * What was worked out by older time zone rules may be no fire under ours. By newer ones it was
   * right: it fires as it stands, and what we work out after it is for the newer to look at.
   */
  private @Nullable Instant due(PlanRow row, Fires fires, Instant now) {
    return rules.isNewerThan(row.rules())
        ? Recomputed.next(fires, row.since(), row.next(), now)
        : row.next();
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
      return park(plans.get(0).row, problem, now).replaceWith(List.of());
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
      PlanRow row = plans.get(i).row;
      FirePlan plan = plans.get(i).plan;
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

  private Uni<Void> park(PlanRow row, Throwable problem, Instant now) {
    compiled.remove(row.schedule());
    return parking.park(row, problem, now);
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
