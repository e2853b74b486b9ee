package dev.carillon.catalog;

import dev.carillon.pg.Pg;
import dev.carillon.tenancy.Tenant;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.InstantSource;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One run by its id: with its attempts and its place in line, now or once it has ended. */
@Singleton
public class RunShown {

  /** Who is further behind is not told where: nobody counts so far for it. */
  private static final int FURTHEST = 10_000;

  private final Runs runs;
  private final RunWaits waits;
  private final Pg pg;
  private final InstantSource clock;

  RunShown(Runs runs, RunWaits waits, Pg pg, InstantSource clock) {
    this.runs = runs;
    this.waits = waits;
    this.pg = pg;
    this.clock = clock;
  }

  /**
   * Fails with a {@link Refusal} when there is none.
   *
   * @param wait how long to wait for its end; null: not at all
   */
  public Uni<RunView> get(Tenant tenant, String id, @Nullable Duration wait) {
    Uni<RunView> now = runs.get(tenant, id);
    return (wait == null ? now : now.chain(run -> ended(tenant, run, wait)))
        .chain(run -> inLine(tenant, run));
  }

  private Uni<RunView> ended(Tenant tenant, RunView run, Duration wait) {
    return run.state().isFinal() || wait.isZero()
        ? Uni.createFrom().item(run)
        : waits.untilEnded(run.id(), wait).chain(() -> runs.get(tenant, run.id().toString()));
  }

  /** As the engine, for others wait in the same line; nothing but a number is told of them. */
  private Uni<RunView> inLine(Tenant tenant, RunView run) {
    if (!run.state().isExecutable()) {
      return Uni.createFrom().item(run);
    }
    UUID id = run.id();
    return pg.asEngine(
            RunLineSql.BEFORE, Tuple.of(id, tenant.id(), Times.utc(clock.instant()), FURTHEST))
        .map(rows -> run.at(position(rows)));
  }

  private static @Nullable Integer position(RowSet<Row> rows) {
    Long before = rows.size() == 0 ? null : rows.iterator().next().getLong("before");
    return before == null || before >= FURTHEST ? null : (Integer) (before.intValue() + 1);
  }
}
