package dev.carillon.catalog;

import dev.carillon.catalog.OpenedSchedule.Withdrawn;
import dev.carillon.pg.Statements;
import dev.carillon.tenancy.Requester;
import dev.carillon.tenancy.Tenant;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Arrays;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * What every edit of a schedule does with its clock: it is locked first, what is planned and not
 * yet due is withdrawn, and in the end it is told when to go on.
 */
@Singleton
class ScheduleClock {

  private final Schedules schedules;

  ScheduleClock(Schedules schedules) {
    this.schedules = schedules;
  }

  /**
   * Locks the clock first, then reads: what is read after the lock stays. Fails with a {@link
   * Refusal} when there is no such schedule, or its version is not the expected one.
   */
  Uni<OpenedSchedule> open(
      Statements statements, Requester requester, String idOrKey, IntPredicate expected) {
    Tenant tenant = requester.tenant();
    return Schedules.find(tenant, idOrKey)
        .flatMap(
            row ->
                statements
                    .query(ClockSql.LOCK, Tuple.of(row.id, tenant.id()))
                    .map(ScheduleClock::only)
                    .onItem()
                    .ifNull()
                    .failWith(() -> Refusal.notFound(Schedules.SCHEDULE, idOrKey))
                    .call(() -> refresh(row))
                    .invoke(() -> requireExpected(row, expected))
                    .flatMap(
                        locked ->
                            schedules
                                .view(statements, tenant, row)
                                .map(view -> new OpenedSchedule(row, view, locked))));
  }

  Uni<Withdrawn> withdraw(Statements statements, OpenedSchedule opened, Instant now) {
    ScheduleEntity row = opened.row();
    return statements
        .query(ClockSql.WITHDRAW, Tuple.of(row.id, row.tenant, Times.utc(now)))
        .map(rows -> rows.iterator().next())
        .map(
            planned ->
                new Withdrawn(Times.instant(planned, "earliest"), planned.getInteger("withdrawn")));
  }

  /** Writes the row as it has become, sets its clock and tells of the change. */
  Uni<ScheduleView> replan(
      Statements statements,
      Requester requester,
      OpenedSchedule opened,
      NextFire next,
      Withdrawn withdrawn,
      Instant now) {
    ScheduleEntity row = opened.row();
    row.status = next.standing().status();
    row.statusReason = next.standing().reason();
    row.version++;
    return row.flush()
        .call(flushed -> schedules.holdCalendars(statements, row))
        .flatMap(held -> set(statements, row, next, withdrawn, now))
        .flatMap(set -> schedules.view(statements, requester.tenant(), row))
        .call(view -> ScheduleEvents.edited(statements, requester, opened.view(), view));
  }

  private Uni<RowSet<Row>> set(
      Statements statements, ScheduleEntity row, NextFire next, Withdrawn withdrawn, Instant now) {
    return statements.query(
        ClockSql.SET,
        Tuple.from(
            Arrays.asList(
                row.id,
                row.tenant,
                row.hasRunningClock(),
                Times.utc(next.at()),
                next.delayMillis(),
                next.awaited(),
                !withdrawn.isNothing(),
                schedules.workedOutBy(next),
                next.workedOut() ? Times.utc(now) : null,
                next.workedOut() && row.hasCalendar(),
                next.runsLeft(),
                Times.utc(row.pausedUntil))));
  }

  static void requireExpected(ScheduleEntity row, IntPredicate expected) {
    if (!expected.test(row.version)) {
      throw Refusal.lostUpdate(Schedules.SCHEDULE, row.version);
    }
  }

  /** It may have been changed, or have gone, between the first reading and the lock. */
  private static Uni<Void> refresh(ScheduleEntity row) {
    return Panache.getSession().flatMap(session -> session.refresh(row));
  }

  private static @Nullable Row only(RowSet<Row> rows) {
    return rows.size() == 0 ? null : rows.iterator().next();
  }
}
