package dev.carillon.catalog;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carillon.catalog.input.FieldErrors;
import dev.carillon.catalog.input.Fields;
import dev.carillon.catalog.input.ScheduleDeclaration;
import dev.carillon.catalog.input.ScheduleReader;
import dev.carillon.pg.Statements;
import dev.carillon.schedule.TzdataVersion;
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
   * The schedule's row, its clock and the event, together. Fails with a {@link Refusal} when the
   * key is taken, with {@link dev.carillon.catalog.input.InvalidInput} when there is no such job.
   */
  public Uni<ScheduleView> create(
      Statements statements, Requester requester, ScheduleDeclaration declared) {
    Instant now = clock.instant();
    NextFire next = NextFire.ofNew(declared, zone(declared), now);
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
        .call(() -> start(statements, schedule, next))
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
   * Its fires, to be evaluated by the caller, off the event loop. Fails with a {@link Refusal} when
   * there is no such schedule, with {@link dev.carillon.catalog.input.InvalidInput} when what is
   * stored cannot be evaluated.
   */
  public Uni<ScheduleFires> fires(Tenant tenant, String idOrKey) {
    Instant now = clock.instant();
    return transactions.entities(
        tenant,
        statements ->
            find(tenant, idOrKey)
                .flatMap(
                    row ->
                        fires(statements, tenant, List.of(row), now)
                            .map(fires -> stored(row, fires.apply(row.id).next(), now))));
  }

  private ScheduleFires stored(ScheduleEntity row, @Nullable Instant next, Instant now) {
    ScheduleDeclaration declared = row.declared(null);
    return ScheduleFires.of(
        declared.trigger(), zone(declared), declared.dst(), row.createdAt, next, now);
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

  /** Applies a merge patch. */
  public Uni<ScheduleView> patch(
      Statements statements,
      Requester requester,
      String idOrKey,
      IntPredicate expected,
      ObjectNode patch) {
    return opened(statements, requester, idOrKey, expected)
        .flatMap(edit -> edit(statements, requester, edit, patched(edit.row().key, edit, patch)));
  }

  /** The id that stands for a key is shown as one, but nobody could write it. */
  private static ScheduleDeclaration patched(String key, Edit edit, ObjectNode patch) {
    ObjectNode document = MergePatch.apply(edit.shown(), ScheduleReader.WRITABLE, patch);
    if (!key.equals(edit.row().id.toString())) {
      return ScheduleReader.read(document);
    }
    if (key.equals(document.path("key").asText())) {
      document.remove("key");
    }
    ScheduleDeclaration declared = ScheduleReader.read(document);
    return declared.key() == null ? declared.withKey(key) : declared;
  }

  /** Enables or disables; what is so already stays as it is and nobody is told. */
  public Uni<ScheduleView> setEnabled(
      Statements statements,
      Requester requester,
      String idOrKey,
      IntPredicate expected,
      boolean enabled) {
    return opened(statements, requester, idOrKey, expected)
        .flatMap(edit -> edit(statements, requester, edit, edit.declared().withEnabled(enabled)));
  }

  /** Withdraws what is planned and forgets the schedule; its runs keep its id, its key is free. */
  public Uni<Void> delete(
      Statements statements, Requester requester, String idOrKey, IntPredicate expected) {
    Instant now = clock.instant();
    return opened(statements, requester, idOrKey, expected)
        .call(edit -> withdraw(statements, edit.row(), now))
        .call(edit -> edit.row().delete())
        .call(edit -> edit.row().flush())
        .call(edit -> ScheduleEvents.deleted(statements, requester, edit.shown(), now))
        .replaceWithVoid();
  }

  /** A schedule whose clock is locked, as it stands. */
  private record Edit(
      ScheduleEntity row, ScheduleView shown, ScheduleDeclaration declared, Row clock) {}

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
                    .flatMap(locked -> edit(statements, tenant, row, locked)));
  }

  private Uni<Edit> edit(Statements statements, Tenant tenant, ScheduleEntity row, Row locked) {
    return views(statements, tenant, List.of(row))
        .map(views -> views.get(0))
        .map(shown -> new Edit(row, shown, row.declared(shown.jobKey()), locked));
  }

  private Uni<ScheduleView> edit(
      Statements statements, Requester requester, Edit edit, ScheduleDeclaration declared) {
    if (!edit.row().key.equals(declared.key())) {
      throw FieldErrors.invalid("/key", "key: a schedule keeps its key", edit.row().key);
    }
    if (declared.equals(edit.declared())) {
      return Uni.createFrom().item(edit.shown());
    }
    Instant now = clock.instant();
    return named(requester.tenant(), declared)
        .flatMap(
            job ->
                withdraw(statements, edit.row(), now)
                    .map(withdrawn -> next(edit, declared, withdrawn, now))
                    .invoke(next -> change(edit.row(), declared, job, next.next(), now))
                    .call(() -> edit.row().flush())
                    .call(next -> set(statements, edit.row(), next)))
        .flatMap(next -> view(statements, edit.row(), declared.jobKey(), now))
        .call(view -> ScheduleEvents.edited(statements, requester, edit.shown(), view));
  }

  private record Replanned(NextFire next, boolean withdrew) {}

  private Replanned next(
      Edit edit, ScheduleDeclaration declared, @Nullable Instant withdrawn, Instant now) {
    Row clockRow = edit.clock();
    NextFire.Before before =
        new NextFire.Before(
            edit.declared(),
            edit.row().status,
            edit.row().statusReason,
            Times.instant(clockRow, "next_fire_at"),
            clockRow.getUUID("awaited_run"),
            clockRow.getBoolean("awaits"),
            withdrawn);
    NextFire next = NextFire.ofEdited(before, declared, zone(declared), edit.row().createdAt, now);
    return new Replanned(next, withdrawn != null);
  }

  private static void change(
      ScheduleEntity row,
      ScheduleDeclaration declared,
      @Nullable UUID job,
      NextFire next,
      Instant now) {
    row.declare(declared, job, now);
    row.status = next.status();
    row.statusReason = next.statusReason();
    row.version++;
  }

  private Uni<RowSet<Row>> start(Statements statements, ScheduleEntity row, NextFire next) {
    return statements.query(
        ClockSql.START,
        Tuple.of(
            row.id,
            row.tenant,
            row.enabled,
            Times.utc(next.at()),
            next.delayMillis(),
            workedOutBy(next)));
  }

  private Uni<RowSet<Row>> set(Statements statements, ScheduleEntity row, Replanned replanned) {
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
                replanned.withdrew(),
                workedOutBy(next))));
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

  private ZoneId zone(ScheduleDeclaration declared) {
    return declared.timezone() == null ? defaultZone : declared.timezone();
  }

  private static @Nullable Row only(RowSet<Row> rows) {
    return rows.size() == 0 ? null : rows.iterator().next();
  }
}
