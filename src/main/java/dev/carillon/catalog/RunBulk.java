package dev.carillon.catalog;

import dev.carillon.catalog.input.Fields;
import dev.carillon.catalog.input.RunSelection;
import dev.carillon.pg.DueNotice;
import dev.carillon.pg.Statements;
import dev.carillon.tenancy.Requester;
import dev.carillon.tenancy.Tenant;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Inject;
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
 * some seconds, and no request takes more. Nobody else waits for it meanwhile: what it holds locked
 * are runs that have ended, and their groups, which go on when it is done. So it need not be
 * committed in pieces, and an Idempotency-Key is kept with all of it or not at all.
 *
 * <p>However few fit, it looks at no more than a number of those that ended so; where it stops
 * before their end it says after which run another request is to go on.
 */
@Singleton
public class RunBulk {

  /** So many in one statement take about a tenth of a second: far from any timeout. */
  static final int BATCH = 5_000;

  /** What one transaction may hold locked. */
  static final int MOST = 100_000;

  /** Looking at so many takes some seconds. */
  static final int MOST_CANDIDATES = 300_000;

  /** Workers find the others in the table while they are busy with these. */
  private static final int MOST_NOTICES = 1_000;

  private final RunRevival revival;
  private final Bounds bounds;

  @Inject
  RunBulk(RunRevival revival) {
    this(revival, new Bounds(BATCH, MOST, MOST_CANDIDATES));
  }

  RunBulk(RunRevival revival, Bounds bounds) {
    this.revival = revival;
    this.bounds = bounds;
  }

  /**
   * @param batch runs in one statement
   * @param most runs in one request
   * @param candidates runs that are looked at in one request
   */
  record Bounds(int batch, int most, int candidates) {}

  /**
   * What came of it, or would come of it.
   *
   * @param more whether there may be more that fit, for another request; null: there are not
   * @param next after which run such a request goes on; null: it need not, or there is no more
   */
  @Schema(name = "RunsMatched")
  public record Matched(
      @Schema(description = "How many runs it was done with, or in a dry run: would be")
          int matched,
      @Schema(
              description =
                  "True where there may be more, after 100,000 that fit or 300,000 that were looked"
                      + " at: they are for another request")
          @Nullable Boolean more,
      @Schema(description = "Where more is true: the after of that request") @Nullable UUID next) {}

  /** What is answered, and what is told after the commit. */
  public record Result(Matched matched, RunNews news) {}

  public Uni<Result> all(
      Statements statements, Requester requester, RunSelection selection, Revival what) {
    return requireJob(statements, requester.tenant(), selection.jobKey())
        .chain(there -> new Sweep(statements, requester, selection, what).all());
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
    private int seen;
    private int fit;
    private @Nullable UUID lastFit;

    /** Less than fit where somebody else was first. */
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

    Uni<Result> all() {
      UUID top = selection.after() == null ? Page.TOP : selection.after();
      if (selection.jobKey() == null && selection.scheduleId() == null) {
        return from(top);
      }
      // Few runs of a job or schedule are fewer than all that ended so.
      RunFilter narrow =
          new RunFilter(
              null, selection.jobKey(), selection.scheduleId(), selection.groupId(), null, null);
      return candidates(narrow, top)
          .chain(few -> few.size() < bounds.batch ? done(few) : from(top));
    }

    private Uni<Result> from(UUID below) {
      return candidates(filter, below).chain(this::done);
    }

    private Uni<List<UUID>> candidates(RunFilter which, UUID below) {
      return RunList.candidates(statements, tenant, which, below, bounds.batch).map(RunList::ids);
    }

    private Uni<Result> done(List<UUID> candidates) {
      return fitting(candidates).chain(this::take).chain(() -> after(candidates));
    }

    private Uni<Result> after(List<UUID> candidates) {
      seen += candidates.size();
      if (fit >= bounds.most) {
        return result(true, lastFit);
      }
      if (candidates.size() < bounds.batch) {
        return result(null, null);
      }
      UUID lowest = candidates.get(candidates.size() - 1);
      return seen < bounds.candidates ? from(lowest) : result(true, lowest);
    }

    private Uni<Result> result(@Nullable Boolean more, @Nullable UUID next) {
      return Uni.createFrom().item(new Result(new Matched(matched, more, next), news()));
    }

    private RunNews news() {
      return new RunNews(due, places, groups);
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
              .addInteger(bounds.most - fit);
      return statements.query(RevivalSql.FITTING, parameters).map(RunList::ids);
    }

    private Uni<?> take(List<UUID> fitting) {
      if (fitting.isEmpty()) {
        return Uni.createFrom().voidItem();
      }
      fit += fitting.size();
      lastFit = fitting.get(fitting.size() - 1);
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
