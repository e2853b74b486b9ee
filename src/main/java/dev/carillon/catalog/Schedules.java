package dev.carillon.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carillon.catalog.input.FieldErrors;
import dev.carillon.catalog.input.Fields;
import dev.carillon.catalog.input.ScheduleDeclaration;
import dev.carillon.pg.Statements;
import dev.carillon.schedule.TzdataVersion;
import dev.carillon.tenancy.Requester;
import dev.carillon.tenancy.Tenant;
import dev.carillon.tenancy.TenantTransactions;
import dev.carillon.time.Preview;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.hibernate.exception.ConstraintViolationException;
import org.jspecify.annotations.Nullable;

/**
 * Schedules: declared, shown, edited. Writes are given the transaction that they are part of, one
 * with entities; whoever opened it sends a notice on the clock's channel once it has committed.
 */
@Singleton
public class Schedules {

  private static final String SCHEDULE = "schedule";

  private final TenantTransactions transactions;
  private final InstantSource clock;
  private final Ids ids;
  private final ZoneId defaultZone;
  private final TzdataVersion rules;

  Schedules(
      TenantTransactions transactions,
      InstantSource clock,
      Ids ids,
      TzdataVersion rules,
      @ConfigProperty(name = "carillon.default-timezone", defaultValue = "Europe/Berlin")
          ZoneId defaultZone) {
    this.transactions = transactions;
    this.clock = clock;
    this.ids = ids;
    this.defaultZone = defaultZone;
    this.rules = rules;
  }

  /** The zone of a schedule, or a preview, that names none. */
  public ZoneId defaultZone() {
    return defaultZone;
  }

  /**
   * What is to be created, read and worked out on a worker thread. Fails with {@link
   * dev.carillon.catalog.input.InvalidInput} when the body is none of a schedule.
   */
  public Uni<ScheduleDraft> draft(JsonNode body) {
    return Evaluation.aside(() -> ScheduleDraft.ofNew(body, defaultZone, clock.instant()));
  }

  /**
   * The schedule's row, its clock and the event, together. Fails with a {@link Refusal} when the
   * key is taken, with {@link dev.carillon.catalog.input.InvalidInput} when there is no such job or
   * it can never fire.
   */
  public Uni<ScheduleView> create(Statements statements, Requester requester, ScheduleDraft draft) {
    ScheduleDeclaration declared = draft.declared();
    Instant now = draft.now();
    NextFire next = NextFire.ofNew(draft);
    ScheduleEntity schedule = new ScheduleEntity();
    schedule.id = ids.next(now);
    schedule.tenant = requester.tenant().id();
    schedule.key = declared.key() == null ? schedule.id.toString() : declared.key();
    schedule.version = 1;
    schedule.createdAt = now;
    schedule.status = next.status();
    schedule.statusReason = next.statusReason();
    return named(requester.tenant(), declared)
        .invoke(job -> schedule.declare(declared, job, now))
        .flatMap(job -> schedule.<ScheduleEntity>persistAndFlush())
        .onFailure(ConstraintViolationException.class)
        .transform(taken -> Refusal.keyTaken(SCHEDULE, schedule.key))
        .call(() -> start(statements, schedule, next, now))
        .flatMap(row -> view(statements, row, declared.jobKey(), now))
        .call(view -> ScheduleEvents.created(statements, requester, view));
  }

  /** Fails with a {@link Refusal} when there is none. */
  public Uni<ScheduleView> get(Tenant tenant, String idOrKey) {
    return transactions.entities(
        tenant,
        statements ->
            find(tenant, idOrKey)
                .flatMap(row -> views(statements, tenant, List.of(row)))
                .map(views -> views.get(0)));
  }

  /**
   * Its fires in a window, see {@link ScheduleFires#between}. Fails with a {@link Refusal} when
   * there is no such schedule, with {@link dev.carillon.catalog.input.InvalidInput} when what is
   * stored cannot be read, or its evaluation was given up.
   */
  public Uni<Preview> fires(
      Tenant tenant, String idOrKey, Instant from, @Nullable Instant to, int limit) {
    Instant now = clock.instant();
    return transactions
        .entities(
            tenant,
            statements ->
                find(tenant, idOrKey)
                    .flatMap(
                        row ->
                            fires(statements, tenant, List.of(row), now)
                                .map(fires -> new Clocked(row, fires.apply(row.id).next()))))
        .flatMap(clocked -> Evaluation.aside(() -> stored(clocked, now).between(from, to, limit)));
  }

  /** A schedule and when it fires next; null: see {@link ScheduleFires#of}. */
  private record Clocked(ScheduleEntity row, @Nullable Instant next) {}

  private ScheduleFires stored(Clocked clocked, Instant now) {
    ScheduleDeclaration declared = clocked.row.declared(null);
    ZoneId zone = declared.timezone() == null ? defaultZone : declared.timezone();
    return ScheduleFires.of(
        declared.trigger(), zone, declared.dst(), clocked.row.createdAt, clocked.next, now);
  }

  /** Newest first. */
  public Uni<Page<ScheduleView>> list(Tenant tenant, @Nullable UUID after, int limit) {
    UUID from = after == null ? Page.TOP : after;
    return transactions.entities(
        tenant,
        statements ->
            ScheduleEntity.below(tenant, from, limit + 1)
                .map(rows -> Page.of(rows, limit, row -> row.id))
                .flatMap(
                    page ->
                        views(statements, tenant, page.items())
                            .map(views -> new Page<>(views, page.next()))));
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
                find(tenant, idOrKey)
                    .invoke(row -> requireExpected(row, expected))
                    .flatMap(row -> shown(statements, tenant, row)))
        .flatMap(shown -> drafted(shown, patch));
  }

  private Uni<ScheduleDraft> drafted(Shown shown, ObjectNode patch) {
    return Evaluation.aside(
        () -> ScheduleDraft.ofPatch(shown.row, shown.view, patch, defaultZone, clock.instant()));
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
        () -> ScheduleDraft.ofEnabled(edit.row(), edit.view(), defaultZone, clock.instant()));
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
    return find(tenant, idOrKey)
        .flatMap(
            row ->
                statements
                    .query(ClockSql.LOCK, Tuple.of(row.id, tenant.id()))
                    .map(Schedules::only)
                    .onItem()
                    .ifNull()
                    .failWith(() -> Refusal.notFound(SCHEDULE, idOrKey))
                    .call(() -> refresh(row))
                    .invoke(() -> requireExpected(row, expected))
                    .flatMap(
                        locked ->
                            shown(statements, tenant, row).map(shown -> new Edit(shown, locked))));
  }

  private Uni<Shown> shown(Statements statements, Tenant tenant, ScheduleEntity row) {
    return views(statements, tenant, List.of(row)).map(views -> new Shown(row, views.get(0)));
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
    return named(requester.tenant(), declared)
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
        .flatMap(set -> views(statements, requester.tenant(), List.of(row)))
        .map(views -> views.get(0))
        .call(view -> ScheduleEvents.edited(statements, requester, edit.view(), view));
  }

  private Uni<RowSet<Row>> start(
      Statements statements, ScheduleEntity row, NextFire next, Instant now) {
    return statements.query(
        ClockSql.START,
        Tuple.from(
            Arrays.asList(
                row.id,
                row.tenant,
                row.enabled,
                Times.utc(next.at()),
                next.delayMillis(),
                workedOutBy(next),
                Times.utc(now))));
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
                workedOutBy(next),
                next.workedOut() ? Times.utc(now) : null)));
  }

  private @Nullable String workedOutBy(NextFire next) {
    return next.workedOut() ? rules.name() : null;
  }

  /** The earliest instant that was planned and no longer is; null when there was none. */
  private static Uni<@Nullable Instant> withdraw(
      Statements statements, ScheduleEntity row, Instant now) {
    return statements
        .query(ClockSql.WITHDRAW, Tuple.of(row.id, row.tenant, Times.utc(now)))
        .map(rows -> Times.instant(rows.iterator().next(), "earliest"));
  }

  /** The job that a declaration names, now in use; null when it names none. */
  private static Uni<@Nullable UUID> named(Tenant tenant, ScheduleDeclaration declared) {
    String key = declared.jobKey();
    if (key == null) {
      return Uni.createFrom().nullItem();
    }
    return JobEntity.byKey(tenant, key)
        .onItem()
        .ifNull()
        .failWith(() -> unknownJob(key))
        .invoke(job -> job.status = job.status == JobStatus.CREATED ? JobStatus.ACTIVE : job.status)
        .map(job -> job.id);
  }

  static RuntimeException unknownJob(String key) {
    String shown = key.length() > 130 ? key.substring(0, 130) + "…" : key;
    return FieldErrors.invalid("/jobKey", "jobKey: there is no job " + shown, "send-invoices");
  }

  private static Uni<ScheduleEntity> find(Tenant tenant, String idOrKey) {
    Uni<@Nullable ScheduleEntity> byKey = ScheduleEntity.byKey(tenant, idOrKey);
    // A schedule without a key of its own has its id as key, so both ways lead to it.
    return (Fields.isUuid(idOrKey) ? ScheduleEntity.byId(tenant, UUID.fromString(idOrKey)) : byKey)
        .onItem()
        .ifNull()
        .failWith(() -> Refusal.notFound(SCHEDULE, idOrKey));
  }

  /** It may have been changed, or have gone, between the first reading and the lock. */
  private static Uni<Void> refresh(ScheduleEntity row) {
    return Panache.getSession().flatMap(session -> session.refresh(row));
  }

  private static void requireExpected(ScheduleEntity row, IntPredicate expected) {
    if (!expected.test(row.version)) {
      throw Refusal.lostUpdate(SCHEDULE, row.version);
    }
  }

  private Uni<ScheduleView> view(
      Statements statements, ScheduleEntity row, @Nullable String jobKey, Instant now) {
    return fires(statements, new Tenant(row.tenant), List.of(row), now)
        .map(fires -> ScheduleView.of(row, jobKey, fires.apply(row.id)));
  }

  private Uni<List<ScheduleView>> views(
      Statements statements, Tenant tenant, List<ScheduleEntity> rows) {
    List<UUID> jobs =
        rows.stream().map(row -> row.jobId).filter(Objects::nonNull).distinct().toList();
    return JobEntity.byIds(tenant, jobs)
        .map(found -> found.stream().collect(Collectors.toMap(job -> job.id, job -> job.key)))
        .flatMap(
            keys ->
                fires(statements, tenant, rows, clock.instant())
                    .map(
                        fires ->
                            rows.stream()
                                .map(
                                    row ->
                                        ScheduleView.of(
                                            row,
                                            row.jobId == null ? null : keys.get(row.jobId),
                                            fires.apply(row.id)))
                                .toList()));
  }

  private interface FiresById {
    ScheduleView.Fires apply(UUID schedule);
  }

  private static Uni<FiresById> fires(
      Statements statements, Tenant tenant, List<ScheduleEntity> rows, Instant now) {
    UUID[] schedules = rows.stream().map(row -> row.id).toArray(UUID[]::new);
    return statements
        .query(ClockSql.SHOWN, Tuple.of(schedules, tenant.id(), Times.utc(now)))
        .map(
            found -> {
              Map<UUID, ScheduleView.Fires> fires = new HashMap<>();
              found.forEach(
                  row ->
                      fires.put(
                          row.getUUID("schedule_id"),
                          new ScheduleView.Fires(
                              Times.instant(row, "last_fire_at"),
                              Times.instant(row, "next_fire_at"))));
              return id -> fires.getOrDefault(id, ScheduleView.Fires.NONE);
            });
  }

  private static @Nullable Row only(RowSet<Row> rows) {
    return rows.size() == 0 ? null : rows.iterator().next();
  }
}
