package dev.carillon.catalog;

import dev.carillon.catalog.input.FieldErrors;
import dev.carillon.catalog.input.Fields;
import dev.carillon.catalog.input.JobDeclaration;
import dev.carillon.catalog.input.RunChange;
import dev.carillon.pg.DueNotice;
import dev.carillon.pg.Statements;
import dev.carillon.tenancy.Requester;
import dev.carillon.tenancy.Tenant;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * Changes when a run is due, and how urgent it is, while it is SCHEDULED. A claim and an edit lock
 * the same row, so a run is either claimed as it was or changed. Whoever was told of the old
 * instant finds the run not due; whoever is told of the new one finds it there.
 *
 * <p>Until when a run must have started stays as it is, whether somebody said so or the window of
 * its schedule: a later instant is refused. A fire that was moved stays so: an edit of its
 * schedule, which withdraws what is not due yet, leaves it alone.
 */
@Singleton
public class RunEdit {

  private final Runs runs;
  private final InstantSource clock;

  RunEdit(Runs runs, InstantSource clock) {
    this.runs = runs;
    this.clock = clock;
  }

  /** The run as it stands now, and what is told of it after the commit. */
  public record Edited(RunView run, RunNews news) {}

  /** What is to become of it. */
  private record Wanted(Instant due, int priority, int inLine, boolean held) {}

  /**
   * Fails with a {@link Refusal} when there is no such run, when it is not SCHEDULED, or when it is
   * not as it was read.
   *
   * @param expected whether a {@link RunView#tag} is one that the editor has seen
   */
  public Uni<Edited> change(
      Statements statements,
      Requester requester,
      String id,
      Predicate<String> expected,
      RunChange change) {
    if (!Fields.isUuid(id)) {
      return Uni.createFrom().failure(Refusal.notFound("run", id));
    }
    UUID run = UUID.fromString(id);
    Tenant tenant = requester.tenant();
    Instant now = clock.instant();
    return statements
        .query(RunEditSql.LOCK, Tuple.of(run, tenant.id(), Times.utc(now)))
        .chain(
            rows ->
                rows.size() == 0 || !rows.iterator().next().getBoolean("scheduled")
                    ? refused(statements, tenant, run)
                    : requireExpected(statements, tenant, run, expected)
                        .chain(
                            () ->
                                change(
                                    statements, tenant, run, rows.iterator().next(), change, now)));
  }

  private Uni<RunView> requireExpected(
      Statements statements, Tenant tenant, UUID run, Predicate<String> expected) {
    return runs.read(statements, tenant, run)
        .invoke(
            view -> {
              if (!expected.test(view.tag())) {
                throw Refusal.lostUpdate(
                    "run "
                        + run
                        + " was changed meanwhile: it is due at "
                        + view.dueAt()
                        + " with priority "
                        + view.priority()
                        + " now");
              }
            });
  }

  private Uni<Edited> refused(Statements statements, Tenant tenant, UUID run) {
    return runs.read(statements, tenant, run)
        .map(
            view -> {
              throw Refusal.wrongState(
                  "run "
                      + run
                      + " is "
                      + view.state()
                      + ": only one that is SCHEDULED can be changed");
            });
  }

  private Uni<Edited> change(
      Statements statements, Tenant tenant, UUID run, Row queued, RunChange change, Instant now) {
    return statements
        .query(RunEditSql.WRITTEN, Tuple.of(run, tenant.id()))
        .map(rows -> wanted(queued, rows.iterator().next(), change, now))
        .call(wanted -> statements.query(RunEditSql.CHANGE, parameters(run, tenant, wanted)))
        .chain(
            wanted ->
                runs.read(statements, tenant, run)
                    .map(view -> new Edited(view, news(tenant, run, queued, wanted))));
  }

  private static Wanted wanted(Row queued, Row written, RunChange change, Instant now) {
    Instant due = Times.instant(queued, "due_at");
    if (change.setsDue()) {
      due = change.dueAt() == null || change.dueAt().isBefore(now) ? now : change.dueAt();
      requireInTime(due, written);
    }
    int present = written.getInteger("priority");
    int priority = present;
    if (change.setsPriority()) {
      priority =
          change.priority() == null ? written.getInteger("usual_priority") : change.priority();
    }
    // What is caught up with stands behind what is not, whichever its priority.
    int behind = Math.max(0, queued.getInteger("priority") - present);
    int inLine = Math.min(JobDeclaration.LAST_PRIORITY, priority + behind);
    return new Wanted(due, priority, inLine, queued.getBoolean("held"));
  }

  private static void requireInTime(Instant due, Row written) {
    Instant expires = Times.instant(written, "expires_at");
    if (expires != null && !due.isBefore(expires)) {
      throw FieldErrors.invalid(
          "/dueAt",
          "dueAt: must lie before " + expires + ", until when the run must have started",
          expires.minusSeconds(60).toString());
    }
  }

  private static Tuple parameters(UUID run, Tenant tenant, Wanted wanted) {
    return Tuple.of(
        run,
        tenant.id(),
        Times.utc(wanted.due),
        (short) wanted.priority,
        (short) wanted.inLine,
        wanted.held);
  }

  private static RunNews news(Tenant tenant, UUID run, Row queued, Wanted wanted) {
    UUID schedule = queued.getUUID("schedule_id");
    if (wanted.held) {
      return new RunNews(List.of(), schedule == null ? Set.of() : Set.of(schedule), Set.of());
    }
    DueNotice due =
        new DueNotice(run, wanted.due, wanted.inLine, tenant.id(), queued.getString("queue"));
    return new RunNews(List.of(due), Set.of(), Set.of());
  }
}
