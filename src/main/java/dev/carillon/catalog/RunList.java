package dev.carillon.catalog;

import dev.carillon.pg.Statements;
import dev.carillon.run.RunState;
import dev.carillon.tenancy.Tenant;
import dev.carillon.tenancy.TenantTransactions;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Runs, newest first. A list takes candidates from the narrowest index that is in its order, reads
 * them, and keeps those that fit. It never looks at more candidates than a fixed number, however
 * few fit: such a page is short, and says where to go on.
 */
@Singleton
public class RunList {

  /** Reading so many takes a few milliseconds. */
  private static final int MOST_CANDIDATES = 1_000;

  private final TenantTransactions transactions;
  private final InstantSource clock;

  RunList(TenantTransactions transactions, InstantSource clock) {
    this.transactions = transactions;
    this.clock = clock;
  }

  public Uni<Page<RunView>> list(Tenant tenant, RunFilter filter, @Nullable UUID after, int limit) {
    int most = filter.isAnsweredByOneIndex() ? limit + 1 : MOST_CANDIDATES;
    return transactions.statements(
        tenant,
        statements ->
            candidates(statements, tenant, filter, after == null ? Page.TOP : after, most)
                .map(RunList::ids)
                .flatMap(
                    ids ->
                        read(statements, tenant, filter, ids, limit + 1)
                            .map(fitting -> page(fitting, ids, limit, most))));
  }

  /**
   * One more than fits was asked for; short of that, a full set of candidates means more to see.
   */
  private static Page<RunView> page(
      List<RunView> fitting, List<UUID> candidates, int limit, int most) {
    Page<RunView> page = Page.of(fitting, limit, RunView::id);
    boolean allSeen = candidates.size() < most;
    return page.next() != null || allSeen
        ? page
        : new Page<>(page.items(), candidates.get(candidates.size() - 1));
  }

  private Uni<List<RunView>> read(
      Statements statements, Tenant tenant, RunFilter filter, List<UUID> ids, int most) {
    Instant now = clock.instant();
    return ids.isEmpty()
        ? Uni.createFrom().item(List.of())
        : statements
            .query(RunShownSql.READ, parameters(tenant, filter, ids, now, false, most))
            .map(rows -> views(rows, now));
  }

  static List<RunView> views(RowSet<Row> rows, Instant now) {
    List<RunView> views = new ArrayList<>(rows.size());
    rows.forEach(row -> views.add(RunView.of(row, now)));
    return views;
  }

  static Tuple parameters(
      Tenant tenant,
      RunFilter filter,
      List<UUID> ids,
      Instant now,
      boolean withAttempts,
      int most) {
    return Tuple.tuple()
        .addArrayOfUUID(ids.toArray(UUID[]::new))
        .addString(tenant.id())
        .addOffsetDateTime(Times.utc(now))
        .addBoolean(withAttempts)
        .addString(filter.state() == null ? null : filter.state().name())
        .addString(filter.jobKey())
        .addUUID(filter.scheduleId())
        .addOffsetDateTime(Times.utc(filter.dueFrom()))
        .addOffsetDateTime(Times.utc(filter.dueTo()))
        .addInteger(most)
        .addUUID(filter.groupId());
  }

  /** A group's runs are few beside all that live or ended; those that ended ill are the fewest. */
  static Uni<RowSet<Row>> candidates(
      Statements statements, Tenant tenant, RunFilter filter, UUID below, int most) {
    Tuple three = Tuple.of(tenant.id(), below, most);
    RunState state = filter.state();
    if (filter.groupId() != null) {
      return statements.query(RunShownSql.OF_GROUP, three.addUUID(filter.groupId()));
    }
    if (state != null && !state.isFinal()) {
      return statements.query(RunShownSql.LIVING, three);
    }
    if (state != null && state != RunState.SUCCEEDED) {
      return statements.query(RunShownSql.ended(state), three);
    }
    if (filter.scheduleId() != null) {
      return statements.query(RunShownSql.OF_SCHEDULE, three.addUUID(filter.scheduleId()));
    }
    return filter.jobKey() == null
        ? statements.query(RunShownSql.OF_TENANT, three)
        : statements.query(RunShownSql.OF_JOB, three.addString(filter.jobKey()));
  }

  static List<UUID> ids(RowSet<Row> rows) {
    List<UUID> ids = new ArrayList<>(rows.size());
    rows.forEach(row -> ids.add(row.getUUID("id")));
    return ids;
  }
}
