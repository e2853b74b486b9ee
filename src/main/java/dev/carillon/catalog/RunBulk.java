package dev.carillon.catalog;

import dev.carillon.catalog.input.Fields;
import dev.carillon.catalog.input.RunSelection;
import dev.carillon.pg.DueNotice;
import dev.carillon.pg.Statements;
import dev.carillon.tenancy.Requester;
import dev.carillon.tenancy.Tenant;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Retries or discards all runs that fit a filter, in the transaction of the request: it is answered
 * once all of it is committed, so nothing that was answered can be lost, and of a request that got
 * no answer nothing is done. Its statements take some thousand runs each; a hundred thousand take
 * some seconds, and no request takes more. Meanwhile schedules of which runs wait for each other,
 * and of which some are among these, make no others: their clocks are locked.
 */
@Singleton
public class RunBulk {

  /** So many in one statement take about a tenth of a second: far from any timeout. */
  static final int BATCH = 5_000;

  /** What one transaction may hold locked. */
  static final int MOST = 100_000;

  /** Workers find the others in the table while they are busy with these. */
  private static final int MOST_NOTICES = 1_000;

  private final RunRevival revival;

  RunBulk(RunRevival revival) {
    this.revival = revival;
  }

  /**
   * What came of it, or would come of it.
   *
   * @param more whether there may be more that fit, for another request; null: there are not
   */
  @Schema(name = "RunsMatched")
  public record Matched(
      @Schema(description = "How many runs it was done with, or in a dry run: would be")
          int matched,
      @Schema(description = "True where more than 100,000 fit: the rest is for another request")
          @Nullable Boolean more) {}

  /** What is answered, and what is told after the commit. */
  public record Result(Matched matched, RunNews news) {}

  public Uni<Result> all(
      Statements statements, Requester requester, RunSelection selection, Revival what) {
    return requireJob(statements, requester.tenant(), selection.jobKey())
        .chain(there -> new Sweep(statements, requester, selection, what).from(Page.TOP));
  }

  private static Uni<?> requireJob(Statements statements, Tenant tenant, @Nullable String jobKey) {
    if (jobKey == null) {
      return Uni.createFrom().voidItem();
    }
    if (!Fields.isKey(jobKey)) {
      return Uni.createFrom().failure(Schedules.unknownJob(jobKey));
    }
    return statements
        .query(RunSql.JOB, Tuple.of(tenant.id(), jobKey))
        .invoke(
            rows -> {
              if (rows.size() == 0) {
                throw Schedules.unknownJob(jobKey);
              }
            });
  }

  /** One pass over all that fit, newest first. */
  private final class Sweep {

    private final Statements statements;
    private final Requester requester;
    private final Tenant tenant;
    private final RunSelection selection;
    private final Revival what;
    private final RunFilter filter;
    private final List<DueNotice> due = new ArrayList<>();
    private final Set<UUID> places = new LinkedHashSet<>();
    private final Set<UUID> groups = new LinkedHashSet<>();
    private int matched;

    Sweep(Statements statements, Requester requester, RunSelection selection, Revival what) {
      this.statements = statements;
      this.requester = requester;
      this.tenant = requester.tenant();
      this.selection = selection;
      this.what = what;
      this.filter =
          new RunFilter(
              selection.state(),
              selection.jobKey(),
              selection.scheduleId(),
              selection.groupId(),
              selection.dueFrom(),
              selection.dueTo());
    }

    Uni<Result> from(UUID below) {
      return RunList.candidates(statements, tenant, filter, below, BATCH)
          .map(RunList::ids)
          .call(candidates -> fitting(candidates).chain(this::take))
          .chain(this::after);
    }

    private Uni<Result> after(List<UUID> candidates) {
      boolean enough = matched >= MOST;
      if (!enough && candidates.size() == BATCH) {
        return from(candidates.get(BATCH - 1));
      }
      Matched counted = new Matched(matched, enough ? true : null);
      return Uni.createFrom().item(new Result(counted, new RunNews(due, places, groups)));
    }

    private Uni<List<UUID>> fitting(List<UUID> candidates) {
      if (candidates.isEmpty()) {
        return Uni.createFrom().item(List.of());
      }
      Tuple parameters =
          Tuple.tuple()
              .addArrayOfUUID(candidates.toArray(UUID[]::new))
              .addString(tenant.id())
              .addString(selection.state().name())
              .addString(selection.jobKey())
              .addUUID(selection.scheduleId())
              .addUUID(selection.groupId())
              .addOffsetDateTime(Times.utc(selection.dueFrom()))
              .addOffsetDateTime(Times.utc(selection.dueTo()))
              .addInteger(MOST - matched);
      return statements.query(RevivalSql.FITTING, parameters).map(RunList::ids);
    }

    private Uni<?> take(List<UUID> fitting) {
      if (fitting.isEmpty()) {
        return Uni.createFrom().voidItem();
      }
      if (selection.dryRun()) {
        matched += fitting.size();
        return Uni.createFrom().voidItem();
      }
      return revival.all(statements, requester, fitting, what, selection.state()).invoke(this::add);
    }

    private void add(RunRevival.Done done) {
      matched += done.count();
      places.addAll(done.news().places());
      groups.addAll(done.news().groups());
      done.news().due().stream().limit(MOST_NOTICES - due.size()).forEach(due::add);
    }
  }
}
