package dev.carillon.catalog;

import dev.carillon.catalog.input.Fields;
import dev.carillon.pg.DueNotice;
import dev.carillon.pg.Statements;
import dev.carillon.run.RunState;
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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Retries and discards runs that ended:
 *
 * <pre>
 * FAILED, DEAD, CANCELED ──retry──► QUEUED      the same run, generation + 1
 * FAILED, DEAD ──discard──► CANCELED            a generation that is only this end
 * </pre>
 *
 * <p>Of several who retry the same run at once, one does: the others wait for the run's lock and
 * then see that it lives. That the job was archived meanwhile is no obstacle: it is no new run. Nor
 * is an {@code expiresAt} that is past: somebody wants it now.
 */
@Singleton
public class RunRevival {

  private final Runs runs;
  private final InstantSource clock;

  RunRevival(Runs runs, InstantSource clock) {
    this.runs = runs;
    this.clock = clock;
  }

  /** A run as it stands now, and what is told of it after the commit. */
  public record Revived(RunView run, RunNews news) {}

  /** How many it was done with, and what is told of them. */
  record Done(int count, RunNews news) {}

  /** Fails with a {@link Refusal} when there is no such run, or it did not end so. */
  public Uni<Revived> one(Statements statements, Requester requester, String id, Revival what) {
    if (!Fields.isUuid(id)) {
      return Uni.createFrom().failure(Refusal.notFound("run", id));
    }
    UUID run = UUID.fromString(id);
    Tenant tenant = requester.tenant();
    return all(statements, requester, List.of(run), what, null)
        .flatMap(
            done ->
                runs.read(statements, tenant, run)
                    .invoke(view -> requireDone(done, view, what))
                    .map(view -> new Revived(view, done.news())));
  }

  /**
   * As many as still stand as they must.
   *
   * @param state only those that ended so; null: in any state that allows it
   */
  Uni<Done> all(
      Statements statements,
      Requester requester,
      List<UUID> ids,
      Revival what,
      @Nullable RunState state) {
    Tenant tenant = requester.tenant();
    UUID[] these = ids.toArray(UUID[]::new);
    return statements
        .query(RevivalSql.LOCK, Tuple.of(these, tenant.id()))
        // Only now: who waited for the lock is no earlier than whoever had it.
        .chain(locked -> change(statements, requester, these, what, state, clock.instant()));
  }

  private static Uni<Done> change(
      Statements statements,
      Requester requester,
      UUID[] runs,
      Revival what,
      @Nullable RunState state,
      Instant now) {
    Tenant tenant = requester.tenant();
    Tuple parameters =
        Tuple.of(runs, tenant.id(), Times.utc(now), state == null ? null : state.name());
    return statements
        .query(what.statement(), parameters)
        .call(changed -> countInGroups(statements, requester, changed, what, now))
        .map(changed -> new Done(changed.size(), news(tenant, changed, what, now)));
  }

  private static Uni<?> countInGroups(
      Statements statements, Requester requester, RowSet<Row> changed, Revival what, Instant now) {
    Map<UUID, Map<String, Integer>> groups = new TreeMap<>();
    for (Row row : changed) {
      UUID group = row.getUUID("group_id");
      if (group != null) {
        groups
            .computeIfAbsent(group, id -> new TreeMap<>())
            .merge(row.getString("was"), 1, Integer::sum);
      }
    }
    if (groups.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    Tuple parameters =
        Tuple.tuple()
            .addArrayOfUUID(groups.keySet().toArray(UUID[]::new))
            .addArrayOfInteger(counts(groups, RunState.FAILED))
            .addArrayOfInteger(counts(groups, RunState.DEAD))
            .addArrayOfInteger(counts(groups, RunState.CANCELED))
            .addString(requester.tenant().id())
            .addOffsetDateTime(Times.utc(now))
            .addString(requester.traceparent());
    return statements.query(what.ofGroups(), parameters);
  }

  private static Integer[] counts(Map<UUID, Map<String, Integer>> groups, RunState was) {
    return groups.values().stream()
        .map(counted -> counted.getOrDefault(was.name(), 0))
        .toArray(Integer[]::new);
  }

  private static RunNews news(Tenant tenant, RowSet<Row> changed, Revival what, Instant now) {
    List<DueNotice> due = new ArrayList<>();
    Set<UUID> places = new LinkedHashSet<>();
    Set<UUID> groups = new LinkedHashSet<>();
    for (Row row : changed) {
      UUID place = row.getUUID("place");
      UUID group = row.getUUID("group_id");
      if (group != null) {
        groups.add(group);
      } else if (place != null) {
        places.add(place);
      } else if (what == Revival.RETRY) {
        due.add(
            new DueNotice(
                row.getUUID("id"),
                now,
                row.getInteger("priority"),
                tenant.id(),
                row.getString("queue")));
      }
    }
    return new RunNews(due, places, groups);
  }

  private static void requireDone(Done done, RunView run, Revival what) {
    if (done.count() == 0) {
      String states = what.states().stream().map(Enum::name).collect(Collectors.joining(" or "));
      throw Refusal.wrongState(
          "run "
              + run.id()
              + " is "
              + run.state()
              + ": only one that is "
              + states
              + " can be "
              + what.done());
    }
  }
}
