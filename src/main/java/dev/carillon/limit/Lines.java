package dev.carillon.limit;

import dev.carillon.pg.Pg;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which limits are waited for, and what is left of those that nobody needs any more. */
public final class Lines {

  private static final int MOST_AT_ONCE = 1_000;

  private final Pg pg;

  public Lines(Pg pg) {
    this.pg = pg;
  }

  /**
   * Limits that somebody waits for, in their order.
   *
   * @param after the last one that is known; null: from the first
   */
  public Uni<List<LimitKey>> waitedFor(@Nullable LimitKey after, int most) {
    return pg.asEngine(
            LimitSql.WAITED_FOR,
            Tuple.of(after == null ? "" : after.tenant(), after == null ? "" : after.key(), most))
        .map(Lines::keys);
  }

  /** Removes places that do not count any more: of runs that ended without giving them back. */
  public Uni<Void> removeStale(Instant now) {
    return pg.asEngine(LimitSql.STALE, Tuple.of(Limits.utc(now), MOST_AT_ONCE))
        .map(Lines::keys)
        .chain(keys -> keys.isEmpty() ? Uni.createFrom().voidItem() : removeStale(keys, now));
  }

  private Uni<Void> removeStale(List<LimitKey> keys, Instant now) {
    return pg.inEngineTransaction(
        statements ->
            statements
                .query(LimitSql.LOCK, Limits.parameters(keys))
                .chain(
                    locked ->
                        statements.query(
                            LimitSql.REMOVE_STALE,
                            Limits.parameters(keys).addOffsetDateTime(Limits.utc(now))))
                .replaceWithVoid());
  }

  /** Forgets limits under which nobody runs or waits, until none is left. */
  public Uni<Void> forgetUnused() {
    return pg.asEngine(LimitSql.FORGET, Tuple.of(MOST_AT_ONCE))
        .chain(
            rows -> rows.rowCount() < MOST_AT_ONCE ? Uni.createFrom().voidItem() : forgetUnused());
  }

  private static List<LimitKey> keys(RowSet<Row> rows) {
    List<LimitKey> keys = new ArrayList<>();
    rows.forEach(row -> keys.add(new LimitKey(row.getString("tenant_id"), row.getString("key"))));
    return keys;
  }
}
