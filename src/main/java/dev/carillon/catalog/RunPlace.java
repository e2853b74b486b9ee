package dev.carillon.catalog;

import dev.carillon.pg.Statements;
import dev.carillon.schedule.Overlap;
import dev.carillon.schedule.OverlapPolicy;
import dev.carillon.tenancy.Tenant;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where a run that is asked for by hand stands among the others of its schedule. The clock's lock
 * is taken first and held until the run is written: who has the place does not change by anybody
 * who would start another meanwhile. Those that end meanwhile are no harm; the run waits a moment.
 */
enum RunPlace {
  /** It is due like any other. */
  DUE,
  /** The ticker lets it have its turn. */
  WAITS,
  /** It is not run. */
  SKIPPED;

  /**
   * @param schedule null: the run has none
   * @param run the new run's id
   */
  static Uni<RunPlace> of(
      Statements statements,
      Tenant tenant,
      @Nullable UUID schedule,
      OverlapPolicy policy,
      UUID run,
      Instant now) {
    if (schedule == null || policy == OverlapPolicy.ALLOW_ALL) {
      return Uni.createFrom().item(DUE);
    }
    return statements
        .query(RunSql.LOCK_CLOCK, Tuple.of(schedule, tenant.id()))
        .invoke(rows -> requireThere(rows, schedule))
        .flatMap(
            locked ->
                statements.query(RunSql.OTHERS, Tuple.of(schedule, tenant.id(), Times.utc(now))))
        .map(rows -> among(rows, new Overlap.Waiting(run, now, policy)));
  }

  /** The schedule may have gone since it was read. */
  private static void requireThere(RowSet<Row> clock, UUID schedule) {
    if (clock.size() == 0) {
      throw Refusal.notFound(Schedules.SCHEDULE, schedule.toString());
    }
  }

  /** What must first become of others is the ticker's to do; the run waits for it. */
  private static RunPlace among(RowSet<Row> others, Overlap.Waiting asked) {
    List<Overlap.Living> living = new ArrayList<>();
    List<Overlap.Waiting> waiting = new ArrayList<>(List.of(asked));
    for (Row row : others) {
      UUID run = row.getUUID("id");
      Instant due = row.getOffsetDateTime("due_at").toInstant();
      if (row.getBoolean("waits")) {
        OverlapPolicy policy = OverlapPolicy.valueOf(row.getString("overlap"));
        waiting.add(new Overlap.Waiting(run, due, policy, row.getBoolean("wanted")));
      } else {
        living.add(
            new Overlap.Living(
                run,
                due,
                "RUNNING".equals(row.getString("state")),
                row.getBoolean("cancel_requested")));
      }
    }
    if (living.isEmpty() && waiting.size() == 1) {
      return DUE;
    }
    return Overlap.of(living, waiting).skip().contains(asked.run()) ? SKIPPED : WAITS;
  }
}
