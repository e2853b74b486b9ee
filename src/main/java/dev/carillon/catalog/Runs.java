package dev.carillon.catalog;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carillon.catalog.input.FieldErrors;
import dev.carillon.catalog.input.Fields;
import dev.carillon.catalog.input.JsonText;
import dev.carillon.catalog.input.Params;
import dev.carillon.catalog.input.RetryReader;
import dev.carillon.catalog.input.RunRequest;
import dev.carillon.pg.DueNotice;
import dev.carillon.pg.Statements;
import dev.carillon.schedule.OverlapPolicy;
import dev.carillon.tenancy.Requester;
import dev.carillon.tenancy.Tenant;
import dev.carillon.tenancy.TenantTransactions;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Runs that people ask for, and each one by its id. */
@Singleton
public class Runs {

  private final TenantTransactions transactions;
  private final InstantSource clock;
  private final Ids ids;
  private final FittingParams fitting;

  Runs(TenantTransactions transactions, InstantSource clock, Ids ids, FittingParams fitting) {
    this.fitting = fitting;
    this.transactions = transactions;
    this.clock = clock;
    this.ids = ids;
  }

  /**
   * A run that was asked for.
   *
   * @param run as it stands; {@code deduplicated} says whether it was there before
   * @param news what is told after the commit
   */
  public record Requested(RunView run, News news) {}

  /** Which run it is, and what is told of it after the commit. */
  record Placed(UUID run, News news) {}

  /**
   * What has come up.
   *
   * @param before whether the run was there before, so that there is nothing to tell
   * @param due what the ticker is told of a run that is due; null: none is
   * @param place the schedule for whose others the run waits; null: it does not
   * @param group the group that lets the run go; null: none
   */
  public record News(
      boolean before, @Nullable DueNotice due, @Nullable UUID place, @Nullable UUID group) {

    private static final News BEFORE = new News(true, null, null);
    private static final News NOTHING = new News(false, null, null);

    /** Of a run that is in no group. */
    public News(boolean before, @Nullable DueNotice due, @Nullable UUID place) {
      this(before, due, place, null);
    }
  }

  /** Makes a run, unless its dedupe key has made one before. */
  public Uni<Requested> request(Statements statements, Requester requester, RunRequest request) {
    return place(statements, requester, request, ids.next(clock.instant()))
        .flatMap(placed -> shown(statements, requester.tenant(), placed));
  }

  /**
   * The same, for whoever does not look at it.
   *
   * @param id of the run, if it is a new one
   */
  Uni<Placed> place(Statements statements, Requester requester, RunRequest request, UUID id) {
    return GroupMembers.joining(
        statements,
        requester,
        request,
        clock.instant(),
        joined ->
            source(statements, requester.tenant(), joined.jobKey())
                .flatMap(source -> make(statements, requester, joined, source, id)));
  }

  /**
   * Makes a run of a schedule beside its fires; a disabled one can be triggered too. Whether it may
   * run beside others of the schedule is for the request to say, else for the schedule.
   */
  public Uni<Requested> trigger(
      Statements statements, Requester requester, String scheduleIdOrKey, RunRequest request) {
    UUID id = Fields.isUuid(scheduleIdOrKey) ? UUID.fromString(scheduleIdOrKey) : null;
    String key = Fields.isKey(scheduleIdOrKey) ? scheduleIdOrKey : null;
    return statements
        .query(RunSql.SCHEDULE, Tuple.of(requester.tenant().id(), id, key))
        .map(Runs::only)
        .onItem()
        .ifNull()
        .failWith(() -> Refusal.notFound("schedule", scheduleIdOrKey))
        .invoke(Runs::requireNotParked)
        .invoke(Runs::requireNotArchived)
        .map(row -> RunSource.ofJob(row).ofSchedule(row))
        .flatMap(source -> make(statements, requester, request, source, ids.next(clock.instant())))
        .flatMap(placed -> shown(statements, requester.tenant(), placed));
  }

  /** With its attempts. Fails with a {@link Refusal} when there is none. */
  public Uni<RunView> get(Tenant tenant, String id) {
    return Fields.isUuid(id)
        ? transactions.statements(
            tenant, statements -> read(statements, tenant, UUID.fromString(id)))
        : Uni.createFrom().failure(Refusal.notFound("run", id));
  }

  /** As {@link #get}, within a transaction. */
  Uni<RunView> read(Statements statements, Tenant tenant, UUID id) {
    Instant now = clock.instant();
    return statements
        .query(
            RunShownSql.READ, RunList.parameters(tenant, RunFilter.ANY, List.of(id), now, true, 1))
        .map(Runs::only)
        .onItem()
        .ifNull()
        .failWith(() -> Refusal.notFound("run", id))
        .map(row -> RunView.of(row, now).withAttempts());
  }

  private Uni<Placed> make(
      Statements statements, Requester requester, RunRequest request, RunSource source, UUID id) {
    Instant now = clock.instant();
    return owner(statements, requester.tenant(), request.dedupeKey(), source, id, now)
        .flatMap(
            owner ->
                owner.equals(id)
                    ? insert(statements, requester, request, source, id, now)
                    : Uni.createFrom().item(new Placed(owner, News.BEFORE)));
  }

  /** Whose the dedupe key is: the new run's, unless another has it and it still counts. */
  private static Uni<UUID> owner(
      Statements statements,
      Tenant tenant,
      @Nullable String key,
      RunSource source,
      UUID id,
      Instant now) {
    if (key == null) {
      return Uni.createFrom().item(id);
    }
    return statements
        .query(
            RunSql.CLAIM_KEY,
            Tuple.of(tenant.id(), key, id, Times.utc(source.dedupedUntil(now)), Times.utc(now)))
        .flatMap(
            won ->
                won.size() > 0
                    ? Uni.createFrom().item(id)
                    : statements
                        .query(RunSql.KEY_OF, Tuple.of(tenant.id(), key))
                        .map(rows -> rows.iterator().next().getUUID("run_id")));
  }

  private Uni<Requested> shown(Statements statements, Tenant tenant, Placed placed) {
    return read(statements, tenant, placed.run())
        .map(run -> new Requested(run.deduplicated(placed.news().before()), placed.news()));
  }

  private Uni<Placed> insert(
      Statements statements,
      Requester requester,
      RunRequest request,
      RunSource source,
      UUID id,
      Instant now) {
    Tenant tenant = requester.tenant();
    Instant due = request.dueAt() == null || request.dueAt().isBefore(now) ? now : request.dueAt();
    requireNotExpired(request, due);
    int priority = request.priority() == null ? source.priority() : request.priority();
    ObjectNode target = request.target() == null ? source.target() : request.target();
    ObjectNode params = Params.overlay(source.params(), request.params());
    Tuple values =
        Tuple.tuple()
            .addUUID(id)
            .addString(tenant.id())
            .addUUID(source.jobId())
            .addUUID(source.scheduleId())
            .addOffsetDateTime(Times.utc(due))
            .addOffsetDateTime(Times.utc(now))
            .addShort((short) priority)
            .addString(request.dedupeKey())
            .addString(requester.traceparent())
            .addString(JsonText.writeNullable(target))
            .addString(JsonText.writeNullable(params))
            .addString(scope(request, source))
            .addString(JsonText.writeNullable(RetryReader.overlay(source.retry(), request.retry())))
            .addString(request.concurrencyKey())
            .addString(JsonText.writeNullable(request.labels()))
            .addString(source.concurrencyKey());
    DueNotice notice = new DueNotice(id, due, priority, tenant.id(), source.queue());
    OverlapPolicy overlap = request.overlap() == null ? source.overlap() : request.overlap();
    return fit(statements, tenant, source, params)
        .flatMap(fits -> RunPlace.of(statements, tenant, source.scheduleId(), overlap, id, now))
        .flatMap(
            place ->
                place == RunPlace.SKIPPED
                    ? statements.query(RunSql.INSERT_SKIPPED, values).replaceWith(News.NOTHING)
                    : statements
                        .query(RunSql.INSERT, queued(values, request, source, overlap, place))
                        .replaceWith(news(request, source, place, notice)))
        .call(() -> activate(statements, tenant, source))
        .map(news -> new Placed(id, news));
  }

  private static @Nullable String scope(RunRequest request, RunSource source) {
    return request.scope() == null ? source.scope() : JsonText.writeNullable(request.scope());
  }

  private Uni<?> fit(
      Statements statements, Tenant tenant, RunSource source, @Nullable ObjectNode params) {
    UUID job = source.jobId();
    return job == null || !source.hasSchema()
        ? Uni.createFrom().voidItem()
        : fitting.checkRun(statements, tenant.id(), job, source.jobVersion(), params);
  }

  /** One of a group waits for the group, which is told apart. */
  private static News news(RunRequest request, RunSource source, RunPlace place, DueNotice notice) {
    if (request.membership() != null) {
      return new News(false, null, null, request.membership().group());
    }
    return place == RunPlace.WAITS
        ? new News(false, null, source.scheduleId())
        : new News(false, notice, null);
  }

  /** Nothing is kept of a policy that lets all run, where the schedule's own does so too. */
  private static Tuple queued(
      Tuple values, RunRequest request, RunSource source, OverlapPolicy overlap, RunPlace place) {
    RunRequest.Membership member = request.membership();
    boolean overlaps =
        overlap != OverlapPolicy.ALLOW_ALL || source.overlap() != OverlapPolicy.ALLOW_ALL;
    return values
        .addString(source.queue())
        .addOffsetDateTime(Times.utc(request.expiresAt()))
        .addString(overlaps ? overlap.name() : null)
        .addBoolean(place == RunPlace.WAITS)
        .addUUID(member == null ? null : member.group())
        .addInteger(member == null ? null : member.position());
  }

  private static void requireNotExpired(RunRequest request, Instant due) {
    Instant expires = request.expiresAt();
    if (expires != null && !expires.isAfter(due)) {
      throw FieldErrors.invalid(
          "/expiresAt",
          "expiresAt: must lie after the instant at which the run is due, " + due,
          due.plus(Duration.ofHours(1)).toString());
    }
  }

  private static Uni<?> activate(Statements statements, Tenant tenant, RunSource source) {
    return source.firstUse()
        ? statements.query(RunSql.ACTIVATE, Tuple.of(tenant.id(), source.jobId()))
        : Uni.createFrom().voidItem();
  }

  private static Uni<RunSource> source(
      Statements statements, Tenant tenant, @Nullable String jobKey) {
    if (jobKey == null) {
      return Uni.createFrom().item(RunSource.NONE);
    }
    return (Fields.isKey(jobKey)
            ? statements.query(RunSql.JOB, Tuple.of(tenant.id(), jobKey)).map(Runs::only)
            : Uni.createFrom().<Row>nullItem())
        .onItem()
        .ifNull()
        .failWith(() -> Schedules.unknownJob(jobKey))
        .invoke(Runs::requireNotArchived)
        .map(RunSource::ofJob);
  }

  private static void requireNotParked(Row schedule) {
    if ("PARKED".equals(schedule.getString("schedule_status"))) {
      throw Refusal.wrongState("the schedule is parked: " + schedule.getString("status_reason"));
    }
  }

  private static void requireNotArchived(Row job) {
    if ("ARCHIVED".equals(job.getString("status"))) {
      throw Refusal.wrongState("the job " + job.getString("key") + " is archived");
    }
  }

  private static @Nullable Row only(RowSet<Row> rows) {
    return rows.size() == 0 ? null : rows.iterator().next();
  }
}
