package dev.carillon.ticker;

import dev.carillon.broker.JobDue;
import dev.carillon.lease.Lease;
import dev.carillon.pg.Pg;
import dev.carillon.pg.Statements;
import dev.carillon.run.GroupMode;
import dev.carillon.run.GroupPlan;
import dev.carillon.run.GroupStatus;
import dev.carillon.run.GroupTally;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Lets some groups go on, in one transaction: their rows are locked, the ends of their runs taken
 * and counted, then what {@link GroupPlan} says is written. Nothing of it happens twice: an end is
 * counted by the transaction that deletes its row, and a group ended by the one that changes its
 * status.
 *
 * <p>Groups are locked before rows of the queue, as by everybody who locks both; and no row of the
 * queue is waited for.
 */
final class GroupStep {

  /** Runs of a group that are let go at once; then come the next. */
  private static final int MOST_RELEASED = 1_000;

  /** Runs that are cancelled at once, of all groups: well under a second. */
  private static final int MOST_STOPPED = 2_000;

  /**
   * Of runs that take places only once they are due, those are let go that fall due before the look
   * after the next.
   */
  static final Duration AHEAD = Duration.ofSeconds(3);

  private final Pg pg;

  GroupStep(Pg pg) {
    this.pg = pg;
  }

  /**
   * What came of it.
   *
   * @param released runs that have been let go
   * @param stop runs whose worker is to be told to stop
   * @param again groups that are not done with: locked by somebody, or more than one step does
   * @param moved whether anything became of any of them; else whoever is in the way needs a moment
   */
  record Done(List<JobDue> released, Set<UUID> stop, Set<UUID> again, boolean moved) {}

  Uni<Done> goOn(Lease.Held held, List<UUID> groups, Instant now) {
    return pg.inEngineTransaction(statements -> new Writing(statements, groups, now).goOn(held));
  }

  /** A group, what has ended of it since, and what is to be done. */
  private record Decided(GroupPlan.Standing standing, GroupTally ends, int ended, GroupPlan plan) {}

  /** One transaction; made anew when it has to be repeated. */
  private static final class Writing {

    private final Statements statements;
    private final List<UUID> groups;
    private final OffsetDateTime now;
    private final Map<UUID, Row> locked = new LinkedHashMap<>();
    private final Map<UUID, Decided> decided = new LinkedHashMap<>();
    private final List<JobDue> released = new ArrayList<>();
    private final Set<UUID> stop = new HashSet<>();
    private final Set<UUID> again = new HashSet<>();

    Writing(Statements statements, List<UUID> groups, Instant now) {
      this.statements = statements;
      this.groups = groups;
      this.now = now.atOffset(ZoneOffset.UTC);
      this.again.addAll(groups);
    }

    Uni<Done> goOn(Lease.Held held) {
      return lock(held)
          .chain(any -> any ? goOn() : Uni.createFrom().voidItem())
          .map(done -> new Done(released, stop, again, hasMoved()));
    }

    private boolean hasMoved() {
      return !released.isEmpty()
          || !stop.isEmpty()
          || decided.values().stream().anyMatch(of -> of.ended > 0 || of.plan.end() != null);
    }

    private Uni<Boolean> lock(Lease.Held held) {
      return statements
          .query(
              GroupProgressSql.LOCK,
              Tuple.of(held.name(), held.holder(), held.epoch(), ids(groups)))
          .map(
              rows -> {
                rows.forEach(row -> locked.put(row.getUUID("id"), row));
                again.removeAll(locked.keySet());
                return !locked.isEmpty();
              });
    }

    private Uni<Void> goOn() {
      return statements
          .query(
              GroupProgressSql.TAKE,
              Tuple.tuple().addArrayOfUUID(ids(locked.keySet())).addArrayOfUUID(ids(limited())))
          .invoke(this::decide)
          .chain(taken -> stop())
          .chain(stopped -> release())
          .chain(letGo -> count());
    }

    /** Of the others nobody needs to know how many are at work. */
    private List<UUID> limited() {
      return locked.values().stream()
          .filter(
              row ->
                  "SEQUENTIAL".equals(row.getString("mode"))
                      || row.getInteger("max_parallel") != null)
          .map(row -> row.getUUID("id"))
          .toList();
    }

    private void decide(RowSet<Row> taken) {
      for (Row row : taken) {
        UUID id = row.getUUID("id");
        Row group = Objects.requireNonNull(locked.get(id));
        GroupTally ends = tally(row, 0);
        int ended = row.getInteger("ended");
        GroupPlan.Standing standing =
            new GroupPlan.Standing(
                GroupMode.valueOf(group.getString("mode")),
                group.getInteger("max_parallel"),
                "STOP".equals(group.getString("on_failure")),
                GroupStatus.valueOf(group.getString("status")),
                group.getBoolean("is_canceled"),
                group.getBoolean("is_stopped"),
                row.getBoolean("failed_now"),
                tally(group, group.getInteger("open")).after(ends, ended),
                row.getInteger("at_work"));
        decided.put(id, new Decided(standing, ends, ended, GroupPlan.of(standing)));
      }
    }

    private static GroupTally tally(Row row, int open) {
      return new GroupTally(
          open,
          row.getInteger("succeeded"),
          row.getInteger("failed"),
          row.getInteger("dead"),
          row.getInteger("canceled"),
          row.getInteger("skipped"),
          row.getInteger("missed"));
    }

    private Uni<Void> stop() {
      List<UUID> stopping = where(of -> of.plan.stop());
      if (stopping.isEmpty()) {
        return Uni.createFrom().voidItem();
      }
      return statements
          .query(GroupProgressSql.STOP, Tuple.of(ids(stopping), now, (long) MOST_STOPPED))
          .invoke(
              rows -> {
                Row row = rows.iterator().next();
                UUID[] asked = row.getArrayOfUUIDs("asked");
                if (asked != null) {
                  stop.addAll(List.of(asked));
                }
                if (row.getBoolean("more")) {
                  again.addAll(stopping);
                }
              })
          .replaceWithVoid();
    }

    private Uni<Void> release() {
      List<UUID> going = where(of -> of.plan.release() > 0);
      if (going.isEmpty()) {
        return Uni.createFrom().voidItem();
      }
      Integer[] most =
          going.stream()
              .map(id -> Math.min(MOST_RELEASED, of(id).plan.release()))
              .toArray(Integer[]::new);
      Boolean[] strict = going.stream().map(id -> isStrict(of(id))).toArray(Boolean[]::new);
      Tuple values =
          Tuple.tuple()
              .addArrayOfUUID(ids(going))
              .addArrayOfInteger(most)
              .addArrayOfBoolean(strict)
              .addOffsetDateTime(now)
              .addOffsetDateTime(now.plus(AHEAD));
      return statements
          .query(GroupProgressSql.RELEASE, values)
          .invoke(this::released)
          .replaceWithVoid();
    }

    /** Where one after the other is let go, or all are, it does not matter when they are due. */
    private static boolean isStrict(Decided of) {
      return of.standing.mode() == GroupMode.SEQUENTIAL || of.standing.room() == GroupPlan.ALL;
    }

    private void released(RowSet<Row> rows) {
      Map<UUID, Integer> counts = new LinkedHashMap<>();
      for (Row row : rows) {
        UUID group = row.getUUID("group_id");
        if (row.getBoolean("missed")) {
          again.add(group);
          continue;
        }
        counts.merge(group, 1, Integer::sum);
        released.add(
            new JobDue(
                row.getUUID("id"),
                row.getOffsetDateTime("due_at").toInstant(),
                row.getInteger("priority"),
                row.getString("tenant_id"),
                row.getString("queue")));
      }
      counts.forEach(
          (group, count) -> {
            if (count == MOST_RELEASED) {
              again.add(group);
            }
          });
    }

    private Uni<Void> count() {
      List<UUID> changed =
          where(
              of ->
                  of.ended > 0
                      || of.plan.end() != null
                      || of.plan.stop() && !of.standing.stopped());
      if (changed.isEmpty()) {
        return Uni.createFrom().voidItem();
      }
      List<Decided> all = changed.stream().map(this::of).toList();
      Tuple values =
          Tuple.tuple()
              .addArrayOfUUID(ids(changed))
              .addArrayOfInteger(all.stream().map(of -> of.ended).toArray(Integer[]::new))
              .addArrayOfInteger(
                  all.stream().map(of -> of.ends.succeeded()).toArray(Integer[]::new))
              .addArrayOfInteger(all.stream().map(of -> of.ends.failed()).toArray(Integer[]::new))
              .addArrayOfInteger(all.stream().map(of -> of.ends.dead()).toArray(Integer[]::new))
              .addArrayOfInteger(all.stream().map(of -> of.ends.canceled()).toArray(Integer[]::new))
              .addArrayOfInteger(all.stream().map(of -> of.ends.skipped()).toArray(Integer[]::new))
              .addArrayOfInteger(all.stream().map(of -> of.ends.missed()).toArray(Integer[]::new))
              .addArrayOfString(all.stream().map(Writing::end).toArray(String[]::new))
              .addArrayOfBoolean(all.stream().map(of -> of.plan.stop()).toArray(Boolean[]::new))
              .addOffsetDateTime(now);
      return statements.query(GroupProgressSql.COUNT, values).replaceWithVoid();
    }

    private static @Nullable String end(Decided of) {
      GroupStatus end = of.plan.end();
      return end == null ? null : end.name();
    }

    private Decided of(UUID group) {
      return Objects.requireNonNull(decided.get(group));
    }

    private List<UUID> where(Predicate<Decided> which) {
      return decided.entrySet().stream()
          .filter(of -> which.test(of.getValue()))
          .map(Map.Entry::getKey)
          .toList();
    }

    private static UUID[] ids(Collection<UUID> ids) {
      return ids.toArray(UUID[]::new);
    }
  }
}
