package dev.carillon.catalog;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carillon.catalog.input.FieldErrors;
import dev.carillon.catalog.input.ScheduleDeclaration;
import dev.carillon.pg.Statements;
import dev.carillon.tenancy.Requester;
import dev.carillon.tenancy.Tenant;
import dev.carillon.tenancy.TenantTransactions;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Changes schedules. Each change but a deletion is one of the declaration, and finds out when the
 * schedule fires next. It is given the transaction that it is part of, as are those of {@link
 * Schedules}.
 */
@Singleton
public class ScheduleEdits {

  private final TenantTransactions transactions;
  private final InstantSource clock;
  private final Schedules schedules;

  ScheduleEdits(TenantTransactions transactions, InstantSource clock, Schedules schedules) {
    this.transactions = transactions;
    this.clock = clock;
    this.schedules = schedules;
  }

  /**
   * What a merge patch makes of a schedule as it stands, read and worked out on a worker thread.
   * Fails with a {@link Refusal} when there is none, or its version is not the expected one; with
   * {@link dev.carillon.catalog.input.InvalidInput} when that would be no schedule.
   */
  public Uni<ScheduleDraft> draft(
      Tenant tenant, String idOrKey, IntPredicate expected, ObjectNode patch) {
    return transactions
        .entities(
            tenant,
            statements ->
                Schedules.find(tenant, idOrKey)
                    .invoke(row -> requireExpected(row, expected))
                    .flatMap(row -> shown(statements, tenant, row)))
        .flatMap(shown -> drafted(shown, patch));
  }

  private Uni<ScheduleDraft> drafted(Shown shown, ObjectNode patch) {
    return Evaluation.aside(
        () ->
            ScheduleDraft.ofPatch(
                shown.row, shown.view, patch, schedules.defaultZone(), clock.instant()));
  }

  /** Applies a merge patch, of which a draft was made before the transaction. */
  public Uni<ScheduleView> patch(
      Statements statements,
      Requester requester,
      String idOrKey,
      IntPredicate expected,
      ObjectNode patch,
      ScheduleDraft draft) {
    return opened(statements, requester, idOrKey, expected)
        .flatMap(
            edit ->
                upToDate(draft, edit, patch)
                    .flatMap(current -> edit(statements, requester, edit, current)));
  }

  /** Of a schedule that was changed since, the draft is made anew, with its clock locked. */
  private Uni<ScheduleDraft> upToDate(ScheduleDraft draft, Edit edit, ObjectNode patch) {
    return draft.isOf(edit.row()) ? Uni.createFrom().item(draft) : drafted(edit.shown, patch);
  }

  /**
   * Enables; what is so already stays as it is and nobody is told. Its clock is locked meanwhile,
   * for which nobody waits: what is disabled is not planned.
   */
  public Uni<ScheduleView> enable(
      Statements statements, Requester requester, String idOrKey, IntPredicate expected) {
    return opened(statements, requester, idOrKey, expected)
        .flatMap(
            edit ->
                edit.row().enabled
                    ? Uni.createFrom().item(edit.view())
                    : enabled(edit).flatMap(draft -> edit(statements, requester, edit, draft)));
  }

  private Uni<ScheduleDraft> enabled(Edit edit) {
    return Evaluation.aside(
        () ->
            ScheduleDraft.ofEnabled(
                edit.row(), edit.view(), schedules.defaultZone(), clock.instant()));
  }

  /**
   * Disables; what is so already stays as it is and nobody is told. The trigger is not read: also
   * one that this version cannot read can be stopped.
   */
  public Uni<ScheduleView> disable(
      Statements statements, Requester requester, String idOrKey, IntPredicate expected) {
    return opened(statements, requester, idOrKey, expected)
        .flatMap(
            edit ->
                edit.row().enabled
                    ? disable(statements, requester, edit)
                    : Uni.createFrom().item(edit.view()));
  }

  private Uni<ScheduleView> disable(Statements statements, Requester requester, Edit edit) {
    Instant now = clock.instant();
    return withdraw(statements, edit.row(), now)
        .map(
            withdrawn ->
                new Replanned(NextFire.ofDisabled(edit.before(true, withdrawn)), withdrawn))
        .invoke(replanned -> edit.row().disable(now))
        .flatMap(replanned -> replan(statements, requester, edit, replanned, now));
  }

  /** Withdraws what is planned and forgets the schedule; its runs keep its id, its key is free. */
  public Uni<Void> delete(
      Statements statements, Requester requester, String idOrKey, IntPredicate expected) {
    Instant now = clock.instant();
    return opened(statements, requester, idOrKey, expected)
        .call(edit -> withdraw(statements, edit.row(), now))
        .call(edit -> edit.row().delete())
        .call(edit -> edit.row().flush())
        .call(edit -> ScheduleEvents.deleted(statements, requester, edit.view(), now))
        .replaceWithVoid();
  }

  /** A schedule as it stands. */
  private record Shown(ScheduleEntity row, ScheduleView view) {}

  /** A schedule whose clock is locked. */
  private record Edit(Shown shown, Row clock) {

    ScheduleEntity row() {
      return shown.row;
    }

    ScheduleView view() {
      return shown.view;
    }

    NextFire.Before before(boolean sameInstants, @Nullable Instant withdrawn) {
      return new NextFire.Before(
          row().enabled,
          sameInstants,
          row().status,
          row().statusReason,
          Times.instant(clock, "next_fire_at"),
          clock.getLong("delay_ms"),
          clock.getUUID("awaited_run"),
          clock.getBoolean("awaits"),
          withdrawn);
    }
  }

  /** Locks the clock first, then reads: what is read after the lock stays. */
  private Uni<Edit> opened(
      Statements statements, Requester requester, String idOrKey, IntPredicate expected) {
    Tenant tenant = requester.tenant();
    return Schedules.find(tenant, idOrKey)
        .flatMap(
            row ->
                statements
                    .query(ClockSql.LOCK, Tuple.of(row.id, tenant.id()))
                    .map(ScheduleEdits::only)
                    .onItem()
                    .ifNull()
                    .failWith(() -> Refusal.notFound(Schedules.SCHEDULE, idOrKey))
                    .call(() -> refresh(row))
                    .invoke(() -> requireExpected(row, expected))
                    .flatMap(
                        locked ->
                            shown(statements, tenant, row).map(shown -> new Edit(shown, locked))));
  }

  private Uni<Shown> shown(Statements statements, Tenant tenant, ScheduleEntity row) {
    return schedules
        .views(statements, tenant, List.of(row))
        .map(views -> new Shown(row, views.get(0)));
  }

  private Uni<ScheduleView> edit(
      Statements statements, Requester requester, Edit edit, ScheduleDraft draft) {
    ScheduleDeclaration declared = draft.declared();
    if (!edit.row().key.equals(declared.key())) {
      throw FieldErrors.invalid("/key", "key: a schedule keeps its key", edit.row().key);
    }
    if (edit.row().isDeclaredAs(declared, edit.view().jobKey())) {
      return Uni.createFrom().item(edit.view());
    }
    Instant now = clock.instant();
    return Schedules.named(requester.tenant(), declared)
        .flatMap(
            job ->
                withdraw(statements, edit.row(), now)
                    .flatMap(withdrawn -> replanned(edit, draft, withdrawn))
                    .invoke(replanned -> edit.row().declare(declared, job, now)))
        .flatMap(replanned -> replan(statements, requester, edit, replanned, now));
  }

  /** A next fire, and what was planned and no longer is; null: nothing was. */
  private record Replanned(NextFire next, @Nullable Instant withdrawn) {}

  private static Uni<Replanned> replanned(
      Edit edit, ScheduleDraft draft, @Nullable Instant withdrawn) {
    NextFire.Before before = edit.before(edit.row().firesAs(draft.declared()), withdrawn);
    return Evaluation.aside(() -> new Replanned(NextFire.ofEdited(before, draft), withdrawn));
  }

  private Uni<ScheduleView> replan(
      Statements statements, Requester requester, Edit edit, Replanned replanned, Instant now) {
    ScheduleEntity row = edit.row();
    row.status = replanned.next().status();
    row.statusReason = replanned.next().statusReason();
    row.version++;
    return row.flush()
        .flatMap(flushed -> set(statements, row, replanned, now))
        .flatMap(set -> schedules.views(statements, requester.tenant(), List.of(row)))
        .map(views -> views.get(0))
        .call(view -> ScheduleEvents.edited(statements, requester, edit.view(), view));
  }

  private Uni<RowSet<Row>> set(
      Statements statements, ScheduleEntity row, Replanned replanned, Instant now) {
    NextFire next = replanned.next();
    return statements.query(
        ClockSql.SET,
        Tuple.from(
            Arrays.asList(
                row.id,
                row.tenant,
                row.enabled,
                Times.utc(next.at()),
                next.delayMillis(),
                next.awaited(),
                replanned.withdrawn() != null,
                schedules.workedOutBy(next),
                next.workedOut() ? Times.utc(now) : null)));
  }

  /** The earliest instant that was planned and no longer is; null when there was none. */
  private static Uni<@Nullable Instant> withdraw(
      Statements statements, ScheduleEntity row, Instant now) {
    return statements
        .query(ClockSql.WITHDRAW, Tuple.of(row.id, row.tenant, Times.utc(now)))
        .map(rows -> Times.instant(rows.iterator().next(), "earliest"));
  }

  /** It may have been changed, or have gone, between the first reading and the lock. */
  private static Uni<Void> refresh(ScheduleEntity row) {
    return Panache.getSession().flatMap(session -> session.refresh(row));
  }

  private static void requireExpected(ScheduleEntity row, IntPredicate expected) {
    if (!expected.test(row.version)) {
      throw Refusal.lostUpdate(Schedules.SCHEDULE, row.version);
    }
  }

  private static @Nullable Row only(RowSet<Row> rows) {
    return rows.size() == 0 ? null : rows.iterator().next();
  }
}
