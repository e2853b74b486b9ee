package dev.carillon.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carillon.catalog.OpenedSchedule.Withdrawn;
import dev.carillon.catalog.input.FieldErrors;
import dev.carillon.catalog.input.JsonText;
import dev.carillon.catalog.input.ScheduleDeclaration;
import dev.carillon.pg.Statements;
import dev.carillon.tenancy.Requester;
import dev.carillon.tenancy.Tenant;
import dev.carillon.tenancy.TenantTransactions;
import dev.carillon.time.Timing;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Changes what schedules are declared as. Each change but a deletion finds out when the schedule
 * fires next. It is given the transaction that it is part of, as are those of {@link Schedules}.
 */
@Singleton
public class ScheduleEdits {

  private final TenantTransactions transactions;
  private final InstantSource clock;
  private final Schedules schedules;
  private final ScheduleClock clocks;

  ScheduleEdits(
      TenantTransactions transactions,
      InstantSource clock,
      Schedules schedules,
      ScheduleClock clocks) {
    this.transactions = transactions;
    this.clock = clock;
    this.schedules = schedules;
    this.clocks = clocks;
  }

  /** What a schedule is to be declared as, given what it is and how it is shown. */
  @FunctionalInterface
  private interface Wanted extends BiFunction<ScheduleEntity, ScheduleView, ScheduleDeclaration> {

    static Wanted patch(ObjectNode patch) {
      return (row, view) -> ScheduleDraft.patched(row, view, patch);
    }

    static Wanted document(JsonNode body) {
      return (row, view) -> ScheduleDraft.replaced(row, view, body);
    }

    static Wanted switchedOn() {
      return (row, view) -> row.declared(view.jobKey()).withEnabled(true);
    }
  }

  /** A schedule as it was read, without a lock. */
  private record Shown(ScheduleEntity row, ScheduleView view) {}

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
                    .invoke(row -> ScheduleClock.requireExpected(row, expected))
                    .flatMap(
                        row ->
                            schedules
                                .view(statements, tenant, row)
                                .map(view -> new Shown(row, view))))
        .flatMap(shown -> drafted(tenant, shown, Wanted.patch(patch)));
  }

  /** What a document makes of a schedule, if there is one with the key; null: there is none. */
  public Uni<@Nullable ScheduleDraft> draftByKey(Tenant tenant, String key, JsonNode body) {
    return transactions
        .entities(
            tenant,
            statements ->
                ScheduleEntity.byKeyOrId(tenant, key)
                    .flatMap(
                        row ->
                            row == null
                                ? Uni.createFrom().<Shown>nullItem()
                                : schedules
                                    .view(statements, tenant, row)
                                    .map(view -> new Shown(row, view))))
        .flatMap(
            shown ->
                shown == null
                    ? Uni.createFrom().<ScheduleDraft>nullItem()
                    : drafted(tenant, shown, Wanted.document(body)));
  }

  /** Before the transaction. */
  private Uni<ScheduleDraft> drafted(Tenant tenant, Shown shown, Wanted wanted) {
    return Evaluation.aside(() -> wanted.apply(shown.row, shown.view))
        .flatMap(
            declared ->
                schedules
                    .timing(tenant, declared, shown.row.createdAt)
                    .flatMap(timing -> drafted(shown.row, declared, timing)));
  }

  /** Within it. */
  private Uni<ScheduleDraft> drafted(
      Statements statements, Tenant tenant, OpenedSchedule opened, Wanted wanted) {
    return Evaluation.aside(() -> wanted.apply(opened.row(), opened.view()))
        .flatMap(
            declared ->
                schedules
                    .timing(statements, tenant, declared, opened.row().createdAt)
                    .flatMap(timing -> drafted(opened.row(), declared, timing)));
  }

  private Uni<ScheduleDraft> drafted(
      ScheduleEntity row, ScheduleDeclaration declared, Timing timing) {
    return Evaluation.aside(() -> ScheduleDraft.ofEdited(row, declared, timing, clock.instant()));
  }

  /** Applies a merge patch, of which a draft was made before the transaction. */
  public Uni<ScheduleView> patch(
      Statements statements,
      Requester requester,
      String idOrKey,
      IntPredicate expected,
      ObjectNode patch,
      ScheduleDraft draft) {
    return changed(statements, requester, idOrKey, expected, Wanted.patch(patch), draft);
  }

  /** Replaces a schedule by a document, of which a draft was made before the transaction. */
  public Uni<ScheduleView> replace(
      Statements statements,
      Requester requester,
      String key,
      IntPredicate expected,
      JsonNode body,
      ScheduleDraft draft) {
    return changed(statements, requester, key, expected, Wanted.document(body), draft);
  }

  private Uni<ScheduleView> changed(
      Statements statements,
      Requester requester,
      String idOrKey,
      IntPredicate expected,
      Wanted wanted,
      ScheduleDraft draft) {
    return clocks
        .open(statements, requester, idOrKey, expected)
        .flatMap(
            opened ->
                upToDate(statements, requester.tenant(), draft, opened, wanted)
                    .flatMap(current -> edit(statements, requester, opened, current)));
  }

  /** Of a schedule that was changed since, the draft is made anew, with its clock locked. */
  private Uni<ScheduleDraft> upToDate(
      Statements statements,
      Tenant tenant,
      ScheduleDraft draft,
      OpenedSchedule opened,
      Wanted wanted) {
    return draft.isOf(opened.row())
        ? Uni.createFrom().item(draft)
        : drafted(statements, tenant, opened, wanted);
  }

  /**
   * Enables, and ends a pause; what is so already stays as it is and nobody is told. Its clock is
   * locked meanwhile, for which nobody waits: what is disabled is not planned.
   */
  public Uni<ScheduleView> enable(
      Statements statements, Requester requester, String idOrKey, IntPredicate expected) {
    return clocks
        .open(statements, requester, idOrKey, expected)
        .flatMap(
            opened ->
                opened.row().isFiring()
                    ? Uni.createFrom().item(opened.view())
                    : enabled(statements, requester, opened));
  }

  private Uni<ScheduleView> enabled(
      Statements statements, Requester requester, OpenedSchedule opened) {
    opened.row().endPause();
    return drafted(statements, requester.tenant(), opened, Wanted.switchedOn())
        .flatMap(draft -> edit(statements, requester, opened, draft));
  }

  /**
   * Disables; what is so already stays as it is and nobody is told. The trigger is not read: also
   * one that this version cannot read can be stopped.
   */
  public Uni<ScheduleView> disable(
      Statements statements, Requester requester, String idOrKey, IntPredicate expected) {
    return clocks
        .open(statements, requester, idOrKey, expected)
        .flatMap(
            opened ->
                opened.row().enabled
                    ? disable(statements, requester, opened)
                    : Uni.createFrom().item(opened.view()));
  }

  private Uni<ScheduleView> disable(
      Statements statements, Requester requester, OpenedSchedule opened) {
    Instant now = clock.instant();
    return clocks
        .withdraw(statements, opened, now)
        .flatMap(
            withdrawn -> {
              NextFire next = NextFire.ofDisabled(opened.before(withdrawn));
              opened.row().disable(now);
              return clocks.replan(statements, requester, opened, next, withdrawn, now);
            });
  }

  /** Withdraws what is planned and forgets the schedule; its runs keep its id, its key is free. */
  public Uni<Void> delete(
      Statements statements, Requester requester, String idOrKey, IntPredicate expected) {
    Instant now = clock.instant();
    return clocks
        .open(statements, requester, idOrKey, expected)
        .call(opened -> clocks.withdraw(statements, opened, now))
        .call(opened -> opened.row().delete())
        .call(opened -> opened.row().flush())
        .call(opened -> ScheduleEvents.deleted(statements, requester, opened.view(), now))
        .replaceWithVoid();
  }

  private Uni<ScheduleView> edit(
      Statements statements, Requester requester, OpenedSchedule opened, ScheduleDraft draft) {
    ScheduleDeclaration declared = draft.declared();
    if (!opened.row().key.equals(declared.key())) {
      throw FieldErrors.invalid("/key", "key: a schedule keeps its key", opened.row().key);
    }
    if (opened.row().isDeclaredAs(declared, opened.view().jobKey())) {
      return Uni.createFrom().item(opened.view());
    }
    return write(statements, requester, opened, draft);
  }

  private Uni<ScheduleView> write(
      Statements statements, Requester requester, OpenedSchedule opened, ScheduleDraft draft) {
    ScheduleDeclaration declared = draft.declared();
    Instant now = clock.instant();
    return Schedules.named(requester.tenant(), declared)
        .call(job -> fit(opened.row(), job, declared))
        .map(job -> job == null ? null : job.id)
        .flatMap(
            job ->
                clocks
                    .withdraw(statements, opened, now)
                    .flatMap(
                        withdrawn ->
                            next(opened, draft, withdrawn)
                                .invoke(next -> opened.row().declare(declared, job, now))
                                .flatMap(
                                    next ->
                                        clocks.replan(
                                            statements, requester, opened, next, withdrawn, now))));
  }

  /** What stays switched off with what it has may not fit; it is asked when it is switched on. */
  private Uni<?> fit(ScheduleEntity row, @Nullable JobEntity job, ScheduleDeclaration declared) {
    boolean stays =
        !declared.enabled()
            && Objects.equals(row.jobId, job == null ? null : job.id)
            && Objects.equals(JsonText.stored(row.params), declared.params());
    return stays ? Uni.createFrom().voidItem() : schedules.fit(job, declared);
  }

  private static Uni<NextFire> next(
      OpenedSchedule opened, ScheduleDraft draft, Withdrawn withdrawn) {
    NextFire.Before before = opened.before(draft.declared(), withdrawn);
    return Evaluation.aside(() -> NextFire.ofEdited(before, draft));
  }
}
