package dev.carillon.ticker;

import dev.carillon.pg.Pg;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;

/** Resumes, exhausts and deletes schedules whose time for it has come. */
final class Lifecycle {

  private static final int MOST_AT_ONCE = 500;

  private final Pg pg;

  /** What waits to be done. */
  private record Waiting(boolean ending, boolean resuming, boolean completed, boolean unruled) {

    static Waiting of(Row row) {
      return new Waiting(
          row.getBoolean("ending"),
          row.getBoolean("resuming"),
          row.getBoolean("completed"),
          row.getBoolean("unruled"));
    }
  }

  Lifecycle(Pg pg) {
    this.pg = pg;
  }

  /**
   * Looks once, and does some of what there is to do.
   *
   * @return whether there are next fires that were worked out by nobody knows which rules
   */
  Uni<Boolean> look(Instant now) {
    return pg.asEngine(LifecycleSql.WAITING, Tuple.of(now.atOffset(ZoneOffset.UTC)))
        .map(rows -> Waiting.of(rows.iterator().next()))
        .call(waiting -> when(waiting.resuming, LifecycleSql.RESUME, now))
        // A pause that ends may end a schedule, too.
        .call(waiting -> when(waiting.ending || waiting.resuming, LifecycleSql.EXHAUST, now))
        .call(waiting -> when(waiting.completed, LifecycleSql.DELETE_COMPLETED, now))
        .map(Waiting::unruled);
  }

  private Uni<Void> when(boolean needed, String sql, Instant now) {
    return needed
        ? pg.asEngine(sql, Tuple.of(now.atOffset(ZoneOffset.UTC), MOST_AT_ONCE)).replaceWithVoid()
        : Uni.createFrom().voidItem();
  }
}
