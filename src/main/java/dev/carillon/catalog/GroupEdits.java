package dev.carillon.catalog;

import dev.carillon.catalog.GroupMembers.Standing;
import dev.carillon.catalog.input.FieldErrors;
import dev.carillon.catalog.input.Fields;
import dev.carillon.pg.Statements;
import dev.carillon.run.GroupStatus;
import dev.carillon.tenancy.Requester;
import dev.carillon.tenancy.Tenant;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Changes groups that are there. Whoever opened the transaction sends a notice on the group's
 * channel once it has committed; the ticker does the rest.
 */
@Singleton
public class GroupEdits {

  private final Groups groups;
  private final RunRevival revival;
  private final InstantSource clock;

  GroupEdits(Groups groups, RunRevival revival, InstantSource clock) {
    this.revival = revival;
    this.groups = groups;
    this.clock = clock;
  }

  /**
   * Gives the runs that wait for their turn another order: all of them are named.
   *
   * @param order ids of runs, each once
   */
  public Uni<GroupView> order(
      Statements statements, Requester requester, String group, List<UUID> order) {
    Instant now = clock.instant();
    Tenant tenant = requester.tenant();
    return Groups.existing(statements, tenant, group)
        .map(Standing::requireOpen)
        .flatMap(
            standing ->
                statements
                    .query(GroupSql.PENDING, Tuple.of(standing.group(), tenant.id()))
                    .call(rows -> requireAllPending(statements, tenant, standing, order, rows))
                    .flatMap(
                        rows -> order(statements, requester, standing.group(), order, rows, now))
                    .flatMap(done -> groups.read(statements, tenant, standing.group())));
  }

  private static Uni<?> order(
      Statements statements,
      Requester requester,
      UUID group,
      List<UUID> order,
      RowSet<Row> pending,
      Instant now) {
    List<Integer> positions = new ArrayList<>(pending.size());
    pending.forEach(row -> positions.add(row.getInteger("position")));
    // Another of the same place may have come between since they were sorted.
    positions.sort(null);
    Tuple values =
        Tuple.tuple()
            .addArrayOfUUID(order.toArray(UUID[]::new))
            .addArrayOfInteger(positions.toArray(Integer[]::new))
            .addUUID(group)
            .addString(requester.tenant().id())
            .addOffsetDateTime(Times.utc(now))
            .addString(requester.traceparent());
    return statements.query(GroupSql.ORDER, values);
  }

  /** Says of each run what keeps it from being ordered. */
  private static Uni<?> requireAllPending(
      Statements statements,
      Tenant tenant,
      Standing standing,
      List<UUID> order,
      RowSet<Row> pending) {
    Set<UUID> waiting = new HashSet<>();
    pending.forEach(row -> waiting.add(row.getUUID("id")));
    List<UUID> others = order.stream().filter(run -> !waiting.contains(run)).toList();
    if (others.isEmpty()) {
      requireAllNamed(order, waiting);
      return Uni.createFrom().voidItem();
    }
    return statements
        .query(
            GroupSql.STATES, Tuple.of(others.toArray(UUID[]::new), standing.group(), tenant.id()))
        .invoke(rows -> refuse(order, others, rows));
  }

  private static void requireAllNamed(List<UUID> order, Set<UUID> waiting) {
    Set<UUID> missing = new HashSet<>(waiting);
    order.forEach(missing::remove);
    if (!missing.isEmpty()) {
      String named =
          missing.stream()
              .sorted()
              .limit(10)
              .map(UUID::toString)
              .reduce((a, b) -> a + ", " + b)
              .get();
      throw FieldErrors.invalid(
          "/runs",
          "runs: all that wait for their turn are to be named, and these are not: "
              + named
              + (missing.size() > 10 ? " and " + (missing.size() - 10) + " others" : ""),
          null);
    }
  }

  private static void refuse(List<UUID> order, List<UUID> others, RowSet<Row> rows) {
    Map<UUID, String> states = new HashMap<>();
    rows.forEach(row -> states.put(row.getUUID("id"), row.getString("state")));
    FieldErrors errors = new FieldErrors();
    for (UUID run : others) {
      if (!states.containsKey(run)) {
        int at = order.indexOf(run);
        errors.wrong(
            "/runs/" + at, "runs/" + at + ": there is no run " + run + " in the group", null);
      }
    }
    errors.throwIfAny();
    UUID first = others.get(0);
    throw Refusal.wrongState(
        "the run "
            + first
            + " does not wait for its turn any more, it is "
            + states.get(first)
            + (others.size() > 1 ? "; so are " + (others.size() - 1) + " others" : "")
            + ": only those that are PENDING can be ordered");
  }

  /**
   * What came of a cancellation.
   *
   * @param asked runs whose worker was asked, and is to be told after the commit
   */
  public record Cancelled(GroupView group, List<UUID> asked) {}

  /** Cancels whatever lives of it. */
  public Uni<Cancelled> cancel(Statements statements, Requester requester, String group) {
    Instant now = clock.instant();
    Tenant tenant = requester.tenant();
    return Groups.existing(statements, tenant, group)
        .invoke(GroupEdits::requireNotEnded)
        .flatMap(
            standing ->
                statements
                    .query(
                        GroupSql.CANCEL_RUNS,
                        Tuple.of(standing.group(), tenant.id(), Times.utc(now)))
                    .map(rows -> rows.iterator().next())
                    .invoke(row -> requireSomeLived(standing, row))
                    .map(GroupEdits::asked)
                    .call(asked -> canceled(statements, requester, standing.group(), now))
                    .flatMap(
                        asked ->
                            groups
                                .read(statements, tenant, standing.group())
                                .map(view -> new Cancelled(view, asked))));
  }

  private static Uni<?> canceled(
      Statements statements, Requester requester, UUID group, Instant now) {
    return statements.query(
        GroupSql.CANCELED,
        Tuple.of(group, requester.tenant().id(), Times.utc(now), requester.traceparent()));
  }

  private static void requireNotEnded(Standing standing) {
    if (standing.status().isFinal()) {
      throw Refusal.wrongState(
          "the group " + standing.group() + " has ended, it is " + standing.status());
    }
  }

  /** What has ended cannot be cancelled, also where that is not counted yet. */
  private static void requireSomeLived(Standing standing, Row row) {
    boolean none = row.getLong("ended") == 0 && row.getArrayOfUUIDs("asked") == null;
    if (none && standing.status() != GroupStatus.CREATED) {
      throw Refusal.wrongState(
          "the group " + standing.group() + " has ended: none of its runs lives any more");
    }
  }

  private static List<UUID> asked(Row row) {
    UUID[] asked = row.getArrayOfUUIDs("asked");
    return asked == null ? List.of() : List.of(asked);
  }

  /**
   * Runs everything again that did not succeed, in the group's order. Runs are locked before the
   * group, as by whoever retries one by itself.
   */
  public Uni<GroupView> retry(Statements statements, Requester requester, String group) {
    if (!Fields.isUuid(group)) {
      return Uni.createFrom().failure(Refusal.notFound(Groups.GROUP, group));
    }
    Tenant tenant = requester.tenant();
    UUID id = UUID.fromString(group);
    return statements
        .query(GroupSql.FAILED, Tuple.of(id, tenant.id()))
        .map(GroupEdits::ids)
        .flatMap(
            runs ->
                Groups.existing(statements, tenant, group)
                    .invoke(Standing::requireGoesOn)
                    .call(
                        standing ->
                            revival
                                .all(statements, requester, runs, Revival.RETRY, null)
                                .invoke(done -> requireSomeFailed(standing, done))))
        .flatMap(done -> groups.read(statements, tenant, id));
  }

  private static void requireSomeFailed(Standing standing, RunRevival.Done done) {
    if (done.count() == 0) {
      throw Refusal.wrongState(
          "the group "
              + standing.group()
              + " is "
              + standing.status()
              + ": none of its runs is FAILED, DEAD or CANCELED, so there is none to retry");
    }
  }

  private static List<UUID> ids(RowSet<Row> rows) {
    List<UUID> ids = new ArrayList<>(rows.size());
    rows.forEach(row -> ids.add(row.getUUID("id")));
    return ids;
  }
}
