package dev.carillon.catalog;

import dev.carillon.catalog.input.FieldErrors;
import dev.carillon.catalog.input.GroupReader;
import dev.carillon.catalog.input.RunRequest;
import dev.carillon.pg.Statements;
import dev.carillon.run.GroupStatus;
import dev.carillon.tenancy.Requester;
import dev.carillon.tenancy.Tenant;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How runs come into a group, and what it is told of them. The group's row is locked first: until
 * the transaction ends it neither goes on nor ends, so that a run either finds it open, and it goes
 * on with that run, or is refused.
 */
final class GroupMembers {

  private GroupMembers() {}

  /**
   * A group as it stands, locked.
   *
   * @param nextPosition in its order, of whoever is added next
   * @param total how many runs it has
   */
  record Standing(
      UUID group,
      GroupStatus status,
      boolean canceled,
      boolean stopped,
      int nextPosition,
      int total) {

    private static Standing of(UUID group, Row row) {
      return new Standing(
          group,
          GroupStatus.valueOf(row.getString("status")),
          row.getBoolean("is_canceled"),
          row.getBoolean("is_stopped"),
          row.getInteger("next_position"),
          row.getInteger("total"));
    }

    /** Fails unless it can still be changed. */
    Standing requireOpen() {
      if (status.isFinal()) {
        throw Refusal.wrongState("the group " + group + " has ended, it is " + status);
      }
      return requireGoesOn();
    }

    /** Fails while its runs are being cancelled. */
    Standing requireGoesOn() {
      if (!status.isFinal() && (canceled || stopped)) {
        throw Refusal.wrongState(
            "the group "
                + group
                + " is "
                + status
                + (canceled
                    ? " and is being cancelled"
                    : " and cancels its other runs, for one of them has failed")
                + "; once it has ended it can be retried");
      }
      return this;
    }

    Standing requireRoom(int more) {
      if (total + more > GroupReader.MOST_RUNS) {
        throw Refusal.wrongState(
            "the group "
                + group
                + " has "
                + total
                + " runs, and may have "
                + GroupReader.MOST_RUNS
                + " at most");
      }
      return this;
    }
  }

  /** Locks the group; null: there is none. */
  static Uni<@Nullable Standing> lock(Statements statements, Tenant tenant, UUID group) {
    return statements
        .query(GroupSql.LOCK, Tuple.of(group, tenant.id()))
        .map(rows -> rows.size() == 0 ? null : Standing.of(group, rows.iterator().next()));
  }

  /**
   * Makes a run that asks for a group in that group; one that asks for none, or has its place
   * already, as it is.
   *
   * @param now of the request
   */
  static Uni<Runs.Placed> joining(
      Statements statements,
      Requester requester,
      RunRequest request,
      Instant now,
      Function<RunRequest, Uni<Runs.Placed>> make) {
    RunRequest.Membership asked = request.membership();
    if (asked == null || asked.position() != null) {
      return make.apply(request);
    }
    UUID group = asked.group();
    return lock(statements, requester.tenant(), group)
        .onItem()
        .ifNull()
        .failWith(() -> unknown(group))
        .flatMap(
            standing ->
                make.apply(request.at(group, standing.nextPosition()))
                    .invoke(placed -> requireMayJoin(standing, placed)))
        .call(
            placed ->
                placed.news().before()
                    ? requireMembers(statements, requester.tenant(), group, List.of(placed))
                    : added(statements, requester, group, 1, 1, now, "updated"));
  }

  /** One that was there before changes nothing, whatever has become of the group. */
  private static void requireMayJoin(Standing standing, Runs.Placed placed) {
    if (!placed.news().before()) {
      standing.requireOpen().requireRoom(1);
    }
  }

  /** A dedupe key may have made the runs before: in this group, else they cannot be in it. */
  static Uni<Void> requireMembers(
      Statements statements, Tenant tenant, UUID group, List<Runs.Placed> placed) {
    UUID[] before =
        placed.stream().filter(of -> of.news().before()).map(Runs.Placed::run).toArray(UUID[]::new);
    if (before.length == 0) {
      return Uni.createFrom().voidItem();
    }
    return statements
        .query(GroupSql.MEMBERS_AMONG, Tuple.of(before, group, tenant.id()))
        .invoke(members -> requireAll(members, before))
        .replaceWithVoid();
  }

  private static void requireAll(RowSet<Row> members, UUID[] before) {
    Set<UUID> known = new HashSet<>();
    members.forEach(row -> known.add(row.getUUID("id")));
    for (UUID run : before) {
      if (!known.contains(run)) {
        throw Refusal.wrongState(
            "a dedupeKey has made the run " + run + " before, which is not of this group");
      }
    }
  }

  /**
   * Counts runs that were added, tells of it, and lets the group go on. It is locked.
   *
   * @param what {@code created} or {@code updated}
   */
  static Uni<Void> added(
      Statements statements,
      Requester requester,
      UUID group,
      int runs,
      int positions,
      Instant now,
      String what) {
    return statements
        .query(
            GroupSql.ADDED,
            Tuple.tuple()
                .addUUID(group)
                .addString(requester.tenant().id())
                .addInteger(runs)
                .addInteger(positions)
                .addOffsetDateTime(Times.utc(now))
                .addString(requester.traceparent())
                .addString(what))
        .replaceWithVoid();
  }

  private static RuntimeException unknown(UUID group) {
    return FieldErrors.invalid("/groupId", "groupId: there is no group " + group, null);
  }
}
