package dev.carillon.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import dev.carillon.calendars.Calendars;
import dev.carillon.catalog.input.FieldErrors;
import dev.carillon.catalog.input.ScheduleDeclaration;
import dev.carillon.catalog.input.ScheduleReader;
import dev.carillon.pg.Statements;
import dev.carillon.schedule.TzdataVersion;
import dev.carillon.tenancy.Requester;
import dev.carillon.tenancy.Tenant;
import dev.carillon.tenancy.TenantTransactions;
import dev.carillon.time.Preview;
import dev.carillon.time.Timing;
import dev.carillon.time.calendar.BusinessDays;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.hibernate.exception.ConstraintViolationException;
import org.jspecify.annotations.Nullable;

/**
 * Schedules: declared and shown; {@link ScheduleEdits} changes them. A write is given the
 * transaction that it is part of, one with entities; whoever opened it sends a notice on the
 * clock's channel once it has committed.
 */
@Singleton
public class Schedules {

  static final String SCHEDULE = "schedule";

  private final TenantTransactions transactions;
  private final InstantSource clock;
  private final Ids ids;
  private final ZoneId defaultZone;
  private final TzdataVersion rules;
  private final FittingParams fitting;

  Schedules(
      TenantTransactions transactions,
      InstantSource clock,
      Ids ids,
      TzdataVersion rules,
      FittingParams fitting,
      @ConfigProperty(name = "carillon.default-timezone", defaultValue = "Europe/Berlin")
          ZoneId defaultZone) {
    this.transactions = transactions;
    this.clock = clock;
    this.ids = ids;
    this.defaultZone = defaultZone;
    this.rules = rules;
    this.fitting = fitting;
  }

  /** The zone of a schedule, or a preview, that names none. */
  public ZoneId defaultZone() {
    return defaultZone;
  }

  /**
   * What is to be created, read and worked out on a worker thread. Fails with {@link
   * dev.carillon.catalog.input.InvalidInput} when the body is none of a schedule.
   */
  public Uni<ScheduleDraft> draft(Tenant tenant, JsonNode body) {
    return Evaluation.aside(() -> ScheduleReader.read(body))
        .flatMap(declared -> draft(tenant, declared, clock.instant()));
  }

  private Uni<ScheduleDraft> draft(Tenant tenant, ScheduleDeclaration declared, Instant now) {
    return timing(tenant, declared, now)
        .flatMap(timing -> Evaluation.aside(() -> ScheduleDraft.ofNew(declared, timing, now)));
  }

  /**
   * What decides when a declaration fires. Its calendars are read, in a transaction of their own,
   * so this is for whoever is in none: a second connection, taken while one is held, can be the one
   * that all wait for. Fails with {@link dev.carillon.catalog.input.InvalidInput} where there is no
   * calendar of the name.
   */
  Uni<Timing> timing(Tenant tenant, ScheduleDeclaration declared, Instant createdAt) {
    return declared.calendars().isEmpty()
        ? Uni.createFrom().item(declared.timing(defaultZone, createdAt, Map.of()))
        : transactions.statements(
            tenant, statements -> timing(statements, tenant, declared, createdAt));
  }

  /** As {@link #timing(Tenant, ScheduleDeclaration, Instant)}, within a transaction. */
  Uni<Timing> timing(
      Statements statements, Tenant tenant, ScheduleDeclaration declared, Instant createdAt) {
    Set<String> names = declared.calendars();
    Uni<Map<String, BusinessDays>> known =
        names.isEmpty()
            ? Uni.createFrom().item(Map.of())
            : Calendars.named(statements, tenant.id(), names);
    return known.map(calendars -> declared.timing(defaultZone, createdAt, calendars));
  }

  /** Until the transaction ends no calendar of its own changes that a schedule depends on. */
  Uni<?> holdCalendars(Statements statements, ScheduleEntity row) {
    return row.hasCalendar()
        ? statements.query(
            ClockSql.HOLD_CALENDARS,
            Tuple.of(row.tenant).addArrayOfString(row.policies.calendarNames()))
        : Uni.createFrom().voidItem();
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
    schedule.status = next.standing().status();
    schedule.statusReason = next.standing().reason();
    return named(requester.tenant(), declared)
        .call(job -> fit(job, declared))
        .invoke(job -> schedule.declare(declared, job == null ? null : job.id, now))
        .flatMap(job -> schedule.<ScheduleEntity>persistAndFlush())
        .onFailure(ConstraintViolationException.class)
        .transform(taken -> Refusal.keyTaken(SCHEDULE, schedule.key))
        .call(() -> holdCalendars(statements, schedule))
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
    return stored(tenant, idOrKey, now)
        .flatMap(stored -> Evaluation.aside(() -> stored.fires.between(from, to, limit)));
  }

  /** A schedule as it is stored, and its fires. */
  record Stored(ScheduleEntity row, ScheduleFires fires) {}

  /** Fails with a {@link Refusal} when there is no such schedule. */
  Uni<Stored> stored(Tenant tenant, String idOrKey) {
    return stored(tenant, idOrKey, clock.instant());
  }

  private Uni<Stored> stored(Tenant tenant, String idOrKey, Instant now) {
    return transactions
        .entities(
            tenant,
            statements ->
                find(tenant, idOrKey)
                    .flatMap(
                        row ->
                            fires(statements, tenant, List.of(row), now)
                                .map(fires -> new Clocked(row, fires.apply(row).clock()))))
        .flatMap(
            clocked -> stored(tenant, clocked, now).map(fires -> new Stored(clocked.row, fires)));
  }

  /** A schedule and its clock. */
  private record Clocked(ScheduleEntity row, ScheduleClockView clock) {}

  private Uni<ScheduleFires> stored(Tenant tenant, Clocked clocked, Instant now) {
    ScheduleEntity row = clocked.row;
    return Evaluation.aside(() -> row.declared(null))
        .flatMap(
            declared ->
                timing(tenant, declared, row.createdAt)
                    .map(
                        timing ->
                            ScheduleFires.of(row, declared.trigger(), timing, clocked.clock, now)));
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
                row.hasCalendar() ? null : workedOutBy(next),
                Times.utc(now),
                next.runsLeft())));
  }

  /** Whether its parameters, over the job's, fit the job's schema. */
  Uni<?> fit(@Nullable JobEntity job, ScheduleDeclaration declared) {
    return job == null ? Uni.createFrom().voidItem() : fitting.checkSchedule(job, declared);
  }

  @Nullable String workedOutBy(NextFire next) {
    return next.workedOut() ? rules.name() : null;
  }

  /**
   * The job that a declaration names, now in use; null when it names none. It is locked against
   * edits until the transaction ends: what fits it now does so still when it is written.
   */
  static Uni<@Nullable JobEntity> named(Tenant tenant, ScheduleDeclaration declared) {
    String key = declared.jobKey();
    if (key == null) {
      return Uni.createFrom().nullItem();
    }
    return JobEntity.byKey(tenant, key)
        .onItem()
        .ifNull()
        .failWith(() -> unknownJob(key))
        .call(Schedules::hold)
        .invoke(job -> requireUsable(job, declared.enabled()))
        .invoke(
            job -> job.status = job.status == JobStatus.CREATED ? JobStatus.ACTIVE : job.status);
  }

  /** Alone where it is about to be changed: two that share it would wait for each other. */
  private static Uni<Void> hold(JobEntity job) {
    LockModeType mode =
        job.status == JobStatus.CREATED
            ? LockModeType.PESSIMISTIC_WRITE
            : LockModeType.PESSIMISTIC_READ;
    return Panache.getSession().flatMap(session -> session.refresh(job, mode));
  }

  private static void requireUsable(JobEntity job, boolean enabled) {
    if (enabled && job.status == JobStatus.ARCHIVED) {
      throw Refusal.wrongState(
          "the job " + job.key + " is archived; unarchive it, or declare the schedule disabled");
    }
  }

  static RuntimeException unknownJob(String key) {
    String shown = key.length() > 130 ? key.substring(0, 130) + "…" : key;
    return FieldErrors.invalid("/jobKey", "jobKey: there is no job " + shown, "send-invoices");
  }

  static Uni<ScheduleEntity> find(Tenant tenant, String idOrKey) {
    return ScheduleEntity.byKeyOrId(tenant, idOrKey)
        .onItem()
        .ifNull()
        .failWith(() -> Refusal.notFound(SCHEDULE, idOrKey));
  }

  private Uni<ScheduleView> view(
      Statements statements, ScheduleEntity row, @Nullable String jobKey, Instant now) {
    return fires(statements, new Tenant(row.tenant), List.of(row), now)
        .map(fires -> ScheduleView.of(row, jobKey, fires.apply(row), defaultZone));
  }

  Uni<ScheduleView> view(Statements statements, Tenant tenant, ScheduleEntity row) {
    return views(statements, tenant, List.of(row)).map(views -> views.get(0));
  }

  Uni<List<ScheduleView>> views(Statements statements, Tenant tenant, List<ScheduleEntity> rows) {
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
                                            fires.apply(row),
                                            defaultZone))
                                .toList()));
  }

  private interface FiresById {
    ScheduleView.Fires apply(ScheduleEntity schedule);
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
                              Times.instant(row, "planned_at"),
                              Times.instant(row, "next_fire_at"),
                              ScheduleClockView.of(row),
                              counts(row))));
              return schedule ->
                  fires
                      .getOrDefault(schedule.id, ScheduleView.Fires.NONE)
                      .putOffBy(schedule.jitter());
            });
  }

  private static ScheduleView.Counts counts(Row row) {
    return row.getLong("fired") == null
        ? ScheduleView.Counts.NONE
        : new ScheduleView.Counts(
            row.getLong("fired"),
            row.getLong("succeeded"),
            row.getLong("failed"),
            row.getLong("missed"),
            row.getLong("skipped"));
  }
}
