package dev.carillon.catalog;

import dev.carillon.catalog.input.Fields;
import dev.carillon.pg.Statements;
import dev.carillon.run.RunState;
import dev.carillon.tenancy.Requester;
import dev.carillon.tenancy.Tenant;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Cancels a run. The queue row, locked, decides how:
 *
 * <pre>
 * no row      → it has ended, and how is said: refused, also where it was cancelled before
 * not running → ended here and now, with an attempt that was never started, whatever it waits for
 * running     → its worker is asked; the statement that completes it decides what it came to
 * </pre>
 *
 * <p>Whoever has the row's lock decides, so a run that ends at the same moment has one end: either
 * the cancellation found it alive, and the completion finds no row, or the other way round.
 */
@Singleton
public class RunCancel {

  private final Runs runs;
  private final InstantSource clock;

  RunCancel(Runs runs, InstantSource clock) {
    this.runs = runs;
    this.clock = clock;
  }

  /**
   * What came of it.
   *
   * @param asked whether a worker was asked, and is to be told after the commit
   * @param rearmed whether a schedule's clock was set, and the ticker is to be told
   * @param news of whoever may have waited for this end
   */
  public record Cancelled(RunView run, boolean asked, boolean rearmed, RunNews news) {}

  public Uni<Cancelled> cancel(Statements statements, Requester requester, String id) {
    if (!Fields.isUuid(id)) {
      return Uni.createFrom().failure(Refusal.notFound("run", id));
    }
    UUID run = UUID.fromString(id);
    Tenant tenant = requester.tenant();
    return statements
        .query(CancelSql.LOCK, Tuple.of(run, tenant.id()))
        .flatMap(
            rows ->
                rows.size() == 0
                    ? ended(statements, tenant, run)
                    : living(statements, tenant, run, rows.iterator().next()));
  }

  private Uni<Cancelled> ended(Statements statements, Tenant tenant, UUID run) {
    return runs.read(statements, tenant, run)
        .map(
            view -> {
              throw Refusal.wrongState(
                  "run "
                      + run
                      + " is "
                      + view.state()
                      + ": only one that has not ended can be cancelled");
            });
  }

  private Uni<Cancelled> living(Statements statements, Tenant tenant, UUID run, Row row) {
    if (RunState.RUNNING.name().equals(row.getString("state"))) {
      return statements
          .query(CancelSql.ASK, Tuple.of(run, tenant.id()))
          .flatMap(asked -> runs.read(statements, tenant, run))
          .map(view -> new Cancelled(view, true, false, RunNews.NOTHING));
    }
    Instant now = clock.instant();
    int attempt = row.getInteger("attempt") + 1;
    Tuple end = Tuple.of(run, tenant.id(), row.getInteger("generation"), attempt, Times.utc(now));
    return statements
        .query(CancelSql.END, end)
        .flatMap(ended -> rearm(statements, row.getUUID("schedule_id"), run, now))
        .flatMap(
            rearmed ->
                runs.read(statements, tenant, run)
                    .map(view -> new Cancelled(view, false, rearmed, news(row))));
  }

  private static Uni<Boolean> rearm(
      Statements statements, @Nullable UUID schedule, UUID run, Instant now) {
    return schedule == null
        ? Uni.createFrom().item(false)
        : statements
            .query(ClockSql.REARM, Tuple.of(schedule, run, Times.utc(now)))
            .map(rows -> rows.rowCount() > 0);
  }

  private static RunNews news(Row row) {
    UUID place = row.getBoolean("overlaps") ? row.getUUID("schedule_id") : null;
    UUID group = row.getUUID("group_id");
    return new RunNews(
        List.of(),
        place == null ? Set.of() : Set.of(place),
        group == null ? Set.of() : Set.of(group));
  }
}
