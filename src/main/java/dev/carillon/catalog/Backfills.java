package dev.carillon.catalog;

import dev.carillon.catalog.input.BackfillRequest;
import dev.carillon.catalog.input.FieldErrors;
import dev.carillon.catalog.input.Fields;
import dev.carillon.pg.DueNotice;
import dev.carillon.pg.Statements;
import dev.carillon.run.RunIds;
import dev.carillon.schedule.OverlapPolicy;
import dev.carillon.tenancy.Requester;
import dev.carillon.tenancy.Tenant;
import dev.carillon.tenancy.TenantTransactions;
import dev.carillon.time.Fire;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Makes the runs of a past window, each once:
 *
 * <pre>
 * no run of the fire                    → made, with its nominal instant
 * MISSED, SKIPPED                       → revived: the same run, another generation
 * whatever else: it ran, runs, will run → left alone
 * </pre>
 *
 * All of them are written at once and become due one after the other, at the rate asked for, so
 * that live work is not starved; and they stand one priority below it. A fire's run has the fire's
 * id, so the ticker, which may be making up for the same fires, and another backfill make no second
 * one.
 */
@Singleton
public class Backfills {

  private static final String BACKFILL = "backfill";

  private final TenantTransactions transactions;
  private final Schedules schedules;
  private final InstantSource clock;
  private final Ids ids;
  private final FittingParams fitting;

  Backfills(
      TenantTransactions transactions,
      Schedules schedules,
      InstantSource clock,
      Ids ids,
      FittingParams fitting) {
    this.transactions = transactions;
    this.schedules = schedules;
    this.fitting = fitting;
    this.clock = clock;
    this.ids = ids;
  }

  /**
   * The fires of a window, looked for before the transaction.
   *
   * @param key of the schedule: part of its runs' ids
   */
  public record Window(UUID schedule, String key, List<Instant> fires) {

    public Window {
      fires = List.copyOf(fires);
    }
  }

  /** A backfill, and what the ticker is to be told once it is committed. */
  public record Started(BackfillView view, List<Runs.News> news) {}

  /**
   * Fails with a {@link Refusal} when there is no such schedule, with {@link
   * dev.carillon.catalog.input.InvalidInput} when the window holds more fires than the cap.
   */
  public Uni<Window> window(Tenant tenant, String idOrKey, BackfillRequest request) {
    return schedules
        .stored(tenant, idOrKey)
        .flatMap(stored -> Evaluation.aside(() -> window(stored.row(), stored.fires(), request)));
  }

  private static Window window(ScheduleEntity row, ScheduleFires fires, BackfillRequest request) {
    fires.requireNominal();
    List<Instant> found =
        fires
            .withoutJitter()
            .between(request.from().minusNanos(1), request.to().minusNanos(1), request.max() + 1)
            .fires()
            .stream()
            .map(Fire::at)
            .toList();
    if (found.size() > request.max()) {
      throw FieldErrors.invalid(
          "/to",
          "to: the window holds more than the "
              + request.max()
              + " runs that max allows; end it at or before "
              + found.get(request.max())
              + ", or raise max",
          found.get(request.max()).toString());
    }
    return new Window(row.id, row.key, found);
  }

  /** Makes and revives, or says what would be. */
  public Uni<Started> start(
      Statements statements, Requester requester, BackfillRequest request, Window window) {
    Instant now = clock.instant();
    Tenant tenant = requester.tenant();
    UUID[] runs =
        window.fires.stream()
            .map(fire -> RunIds.ofFire(tenant.id(), window.key, fire))
            .toArray(UUID[]::new);
    boolean wait = request.overlapPolicy() != OverlapPolicy.ALLOW_ALL;
    return statements
        .query(BackfillSql.LOCK_CLOCK, Tuple.of(window.schedule, tenant.id(), wait))
        .flatMap(locked -> source(statements, tenant, window.schedule))
        .call(source -> fitting.checkFires(statements, tenant.id(), source))
        .flatMap(source -> statements.query(BackfillSql.LOCK, Tuple.of(runs, tenant.id())))
        .flatMap(locked -> statements.query(BackfillSql.STANDING, Tuple.of(runs, tenant.id())))
        .map(rows -> Work.of(window, runs, rows))
        .flatMap(
            work ->
                request.dryRun()
                    ? Uni.createFrom().item(dry(window, request, work, now))
                    : write(statements, tenant, window, request, work, now));
  }

  /** What is to be done of a window: by fire, in order. */
  private record Work(List<Made> made, List<Revived> revived, int leftAlone) {

    private record Made(UUID run, Instant fire, int place) {}

    private record Revived(UUID run, int attempt, int generation, int place) {}

    static Work of(Window window, UUID[] runs, RowSet<Row> standing) {
      Map<UUID, Row> rows = new HashMap<>();
      standing.forEach(row -> rows.put(row.getUUID("id"), row));
      Work work = new Work(new ArrayList<>(), new ArrayList<>(), 0);
      int left = 0;
      int place = 0;
      for (int i = 0; i < runs.length; i++) {
        Row row = rows.get(runs[i]);
        if (row == null) {
          work.made.add(new Made(runs[i], window.fires.get(i), place++));
        } else if (wasLetGo(row)) {
          work.revived.add(
              new Revived(
                  runs[i], row.getInteger("attempt"), row.getInteger("generation"), place++));
        } else {
          left++;
        }
      }
      return new Work(work.made, work.revived, left);
    }

    private static boolean wasLetGo(Row row) {
      String state = row.getString("final_state");
      return !row.getBoolean("lives") && ("MISSED".equals(state) || "SKIPPED".equals(state));
    }

    int planned() {
      return made.size() + revived.size();
    }
  }

  private static Started dry(Window window, BackfillRequest request, Work work, Instant now) {
    return new Started(
        BackfillView.dry(
            window.schedule, request, work.planned(), work.revived.size(), work.leftAlone, now),
        List.of());
  }

  private Uni<Started> write(
      Statements statements,
      Tenant tenant,
      Window window,
      BackfillRequest request,
      Work work,
      Instant now) {
    UUID id = ids.next(now);
    String overlap =
        request.overlapPolicy() == OverlapPolicy.ALLOW_ALL ? null : request.overlapPolicy().name();
    Pace pace = new Pace(now, request.ratePerSecond());
    List<Row> queued = new ArrayList<>();
    return statements
        .query(BackfillSql.CREATE, created(work, pace, window, tenant, now, overlap))
        .invoke(rows -> rows.forEach(queued::add))
        .flatMap(rows -> statements.query(BackfillSql.REVIVE, revived(work, pace, tenant, overlap)))
        .invoke(rows -> rows.forEach(queued::add))
        .flatMap(
            rows ->
                statements.query(
                    BackfillSql.INSERT, inserted(id, tenant, window, request, work, queued, now)))
        .flatMap(done -> read(statements, tenant, window.schedule, id))
        .map(view -> new Started(view, news(window, work, pace, queued)));
  }

  /** When the runs become due: as many in a second as the rate says, evenly. */
  private record Pace(Instant from, int perSecond) {

    Instant due(int place) {
      return from.plus(Duration.ofSeconds(1).multipliedBy(place).dividedBy(perSecond));
    }
  }

  private static Tuple created(
      Work work, Pace pace, Window window, Tenant tenant, Instant now, @Nullable String overlap) {
    return Tuple.tuple()
        .addArrayOfUUID(work.made.stream().map(Work.Made::run).toArray(UUID[]::new))
        .addArrayOfOffsetDateTime(
            work.made.stream().map(m -> Times.utc(m.fire())).toArray(OffsetDateTime[]::new))
        .addArrayOfOffsetDateTime(
            work.made.stream()
                .map(m -> Times.utc(pace.due(m.place())))
                .toArray(OffsetDateTime[]::new))
        .addUUID(window.schedule)
        .addString(tenant.id())
        .addOffsetDateTime(Times.utc(now))
        .addString(overlap);
  }

  private static Tuple revived(Work work, Pace pace, Tenant tenant, @Nullable String overlap) {
    return Tuple.tuple()
        .addArrayOfUUID(work.revived.stream().map(Work.Revived::run).toArray(UUID[]::new))
        .addArrayOfOffsetDateTime(
            work.revived.stream()
                .map(r -> Times.utc(pace.due(r.place())))
                .toArray(OffsetDateTime[]::new))
        .addArrayOfInteger(work.revived.stream().map(Work.Revived::attempt).toArray(Integer[]::new))
        .addArrayOfInteger(
            work.revived.stream().map(Work.Revived::generation).toArray(Integer[]::new))
        .addString(tenant.id())
        .addString(overlap);
  }

  /** A run that the ticker made meanwhile is its, and left alone here. */
  private static Tuple inserted(
      UUID id,
      Tenant tenant,
      Window window,
      BackfillRequest request,
      Work work,
      List<Row> queued,
      Instant now) {
    Map<UUID, Integer> generations = new HashMap<>();
    work.revived.forEach(r -> generations.put(r.run(), r.generation() + 1));
    UUID[] runs = queued.stream().map(row -> row.getUUID("id")).toArray(UUID[]::new);
    Integer[] of = new Integer[runs.length];
    for (int i = 0; i < runs.length; i++) {
      of[i] = generations.getOrDefault(runs[i], 1);
    }
    return Tuple.tuple()
        .addUUID(id)
        .addString(tenant.id())
        .addUUID(window.schedule)
        .addOffsetDateTime(Times.utc(request.from()))
        .addOffsetDateTime(Times.utc(request.to()))
        .addString(request.overlapPolicy().name())
        .addInteger(request.ratePerSecond())
        .addInteger(runs.length)
        .addInteger(work.revived.size())
        .addInteger(window.fires.size() - runs.length)
        .addOffsetDateTime(Times.utc(now))
        .addArrayOfUUID(runs)
        .addArrayOfInteger(of);
  }

  private static List<Runs.News> news(Window window, Work work, Pace pace, List<Row> queued) {
    Map<UUID, Instant> due = new HashMap<>();
    work.made.forEach(m -> due.put(m.run(), pace.due(m.place())));
    work.revived.forEach(r -> due.put(r.run(), pace.due(r.place())));
    List<Runs.News> news = new ArrayList<>();
    for (Row row : queued) {
      if (row.getBoolean("announced")) {
        news.add(new Runs.News(false, notice(row, due.get(row.getUUID("id"))), null));
      } else if (news.isEmpty()) {
        // All of them wait for each other: that of one is that of all.
        news.add(new Runs.News(false, null, window.schedule));
      }
    }
    return news;
  }

  private static DueNotice notice(Row row, Instant due) {
    return new DueNotice(
        row.getUUID("id"),
        due,
        row.getInteger("priority"),
        row.getString("tenant_id"),
        row.getString("queue"));
  }

  /** Fails with a {@link Refusal} when the schedule is gone, or its job takes no new runs. */
  private static Uni<Row> source(Statements statements, Tenant tenant, UUID schedule) {
    return statements
        .query(BackfillSql.SOURCE, Tuple.of(schedule, tenant.id()))
        .map(Backfills::only)
        .onItem()
        .ifNull()
        .failWith(() -> Refusal.notFound(Schedules.SCHEDULE, schedule))
        .invoke(
            row -> {
              if ("ARCHIVED".equals(row.getString("job_status"))) {
                throw Refusal.wrongState(
                    "the job " + row.getString("job_key") + " is archived; unarchive it first");
              }
            });
  }

  /** How far a backfill has come. Fails with a {@link Refusal} when there is none of the id. */
  public Uni<BackfillView> get(Tenant tenant, String idOrKey, String backfill) {
    return transactions.entities(
        tenant,
        statements ->
            Schedules.find(tenant, idOrKey)
                .flatMap(row -> read(statements, tenant, row.id, id(backfill))));
  }

  /**
   * Cancels what waits, also for another try; what runs, finishes. Cancelled already, it stays so.
   * Fails with a {@link Refusal} when there is none of the id.
   *
   * @return the schedule, of which others may have a place now
   */
  public Uni<UUID> cancel(
      Statements statements, Requester requester, String idOrKey, String backfill) {
    Tenant tenant = requester.tenant();
    Instant now = clock.instant();
    UUID id = id(backfill);
    return Schedules.find(tenant, idOrKey)
        .call(row -> read(statements, tenant, row.id, id))
        .call(
            row ->
                statements.query(
                    BackfillSql.CANCEL, Tuple.of(id, tenant.id(), row.id, Times.utc(now))))
        .call(
            row ->
                statements.query(
                    BackfillSql.END_WAITING, Tuple.of(id, tenant.id(), Times.utc(now))))
        .map(row -> row.id);
  }

  private Uni<BackfillView> read(Statements statements, Tenant tenant, UUID schedule, UUID id) {
    return statements
        .query(BackfillSql.READ, Tuple.of(id, tenant.id(), schedule, Times.utc(clock.instant())))
        .map(Backfills::only)
        .onItem()
        .ifNull()
        .failWith(() -> Refusal.notFound(BACKFILL, id))
        .map(BackfillView::of);
  }

  private static UUID id(String text) {
    if (!Fields.isUuid(text)) {
      throw Refusal.notFound(BACKFILL, text);
    }
    return UUID.fromString(text);
  }

  private static @Nullable Row only(RowSet<Row> rows) {
    return rows.size() == 0 ? null : rows.iterator().next();
  }
}
