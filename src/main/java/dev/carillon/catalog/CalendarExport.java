package dev.carillon.catalog;

import dev.carillon.catalog.input.FieldErrors;
import dev.carillon.ical.CalendarDocument;
import dev.carillon.ical.CalendarEvent;
import dev.carillon.pg.Statements;
import dev.carillon.tenancy.Tenant;
import dev.carillon.tenancy.TenantTransactions;
import dev.carillon.time.EvaluationGaveUp;
import dev.carillon.time.civil.Effort;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * Schedules as calendars: one alone, or all that fire. What it may cost is bounded, and shared
 * fairly: no schedule of many can take what the others need, and a broken one is left out.
 */
@Singleton
public class CalendarExport {

  private static final Logger LOG = Logger.getLogger(CalendarExport.class);

  private static final Duration REFRESH = Duration.ofHours(1);
  private static final int MOST_SCHEDULES = 1_000;
  private static final int MOST_EVENTS = 5_000;

  /** About a second in all; a usual schedule's year takes a thousandth of it. */
  private static final int STEPS = 10 * Effort.ONE_QUESTION;

  /** What reading the triggers may take; beyond it schedules are left out. */
  private static final Duration LONGEST = Duration.ofSeconds(5);

  private final TenantTransactions transactions;
  private final Schedules schedules;
  private final InstantSource clock;

  CalendarExport(TenantTransactions transactions, Schedules schedules, InstantSource clock) {
    this.transactions = transactions;
    this.schedules = schedules;
    this.clock = clock;
  }

  /**
   * One schedule's. Fails with a {@link Refusal} when there is none, with {@link
   * dev.carillon.catalog.input.InvalidInput} when what is stored cannot be read, or its evaluation
   * was given up.
   */
  public Uni<CalendarDocument> of(Tenant tenant, String idOrKey) {
    Instant now = clock.instant();
    return transactions
        .entities(
            tenant,
            statements ->
                Schedules.find(tenant, idOrKey)
                    .flatMap(
                        row -> CalendarSources.read(statements, tenant, List.of(row.id), 0, now)))
        .flatMap(read -> Evaluation.aside(() -> one(read, idOrKey, now)));
  }

  private CalendarDocument one(CalendarSources read, String idOrKey, Instant now) {
    if (read.schedules().isEmpty()) {
      throw Refusal.notFound(Schedules.SCHEDULE, idOrKey);
    }
    ScheduleCalendar.Source source = read.schedules().get(0);
    Effort effort = new Effort(2 * Effort.ONE_QUESTION);
    ScheduleCalendar calendar =
        Evaluation.bounded("its fires", () -> made(source, read, now, effort));
    calendar.upTo(ScheduleCalendar.MOST_EVENTS);
    EvaluationGaveUp failure = calendar.failure();
    if (failure != null) {
      throw FieldErrors.invalid(
          "/trigger", "its fires could not be found: " + failure.getMessage(), null);
    }
    return document(
        ScheduleCalendar.title(source.row()), about(source.row()), 0, calendar.events());
  }

  private static String about(ScheduleEntity row) {
    return switch (row.status) {
      case ACTIVE -> "The fires of the schedule " + row.key + " in the coming year";
      case PAUSED ->
          row.pausedUntil == null
              ? "The schedule " + row.key + " does not fire for now: what it would do is cancelled"
              : "The schedule " + row.key + " is paused; its fires from " + row.pausedUntil + " on";
      case PARKED -> "The schedule " + row.key + " is parked: its fires could not be found out";
      case EXHAUSTED -> "The schedule " + row.key + " has no fire any more";
    };
  }

  /** All of a tenant's that fire, or will when their pause ends. */
  Uni<CalendarDocument> of(Tenant tenant) {
    Instant now = clock.instant();
    return transactions
        .statements(tenant, statements -> firing(statements, tenant, now))
        .flatMap(read -> Evaluation.aside(() -> all(read, tenant, now)));
  }

  private static Uni<CalendarSources> firing(Statements statements, Tenant tenant, Instant now) {
    return statements
        .query(CalendarFeedsSql.FIRING, Tuple.of(tenant.id(), MOST_SCHEDULES))
        .flatMap(
            rows -> {
              List<UUID> ids = new ArrayList<>();
              int inAll = 0;
              for (Row row : rows) {
                ids.add(row.getUUID("id"));
                inAll = row.getInteger("in_all");
              }
              return CalendarSources.read(statements, tenant, ids, inAll - ids.size(), now);
            });
  }

  private CalendarDocument all(CalendarSources read, Tenant tenant, Instant now) {
    List<ScheduleCalendar> readable = new ArrayList<>();
    int steps = STEPS / Math.max(1, read.schedules().size());
    for (ScheduleCalendar.Source source : read.schedules()) {
      if (clock.instant().isBefore(now.plus(LONGEST))) {
        addReadable(readable, source, read, now, Math.min(steps, Effort.ONE_QUESTION));
      }
    }
    share(readable);
    List<CalendarEvent> events = new ArrayList<>();
    int shown = 0;
    for (ScheduleCalendar calendar : readable) {
      if (calendar.failure() == null) {
        shown++;
        events.addAll(calendar.events());
      }
    }
    int leftOut = read.leftOut() + read.schedules().size() - shown;
    String about = "The fires of the schedules of " + tenant + " in the coming year";
    return document(
        "Carillon: " + tenant,
        leftOut == 0 ? about : about + "; schedules that cannot be shown: " + leftOut,
        leftOut,
        events);
  }

  private void addReadable(
      List<ScheduleCalendar> readable,
      ScheduleCalendar.Source source,
      CalendarSources read,
      Instant now,
      int steps) {
    try {
      readable.add(made(source, read, now, new Effort(steps)));
    } catch (RuntimeException broken) {
      LOG.debugf(
          "schedule %s is left out of its tenant's calendar: %s",
          source.row().id, broken.getMessage());
    }
  }

  private ScheduleCalendar made(
      ScheduleCalendar.Source source, CalendarSources read, Instant now, Effort effort) {
    return ScheduleCalendar.of(
        source.declared(), schedules.defaultZone(), read.days(), now, effort);
  }

  /** In rounds, of which each gives every schedule that wants more the same. */
  private static void share(List<ScheduleCalendar> calendars) {
    int left = MOST_EVENTS - (int) calendars.stream().filter(each -> !each.isHungry()).count();
    List<ScheduleCalendar> hungry = calendars.stream().filter(ScheduleCalendar::isHungry).toList();
    while (left > 0 && !hungry.isEmpty()) {
      int portion = Math.max(1, left / hungry.size());
      for (ScheduleCalendar calendar : hungry) {
        int before = calendar.found();
        calendar.upTo(before + Math.min(portion, left));
        left -= calendar.found() - before;
      }
      hungry = hungry.stream().filter(ScheduleCalendar::isHungry).toList();
    }
  }

  private static CalendarDocument document(
      String name, String about, int leftOut, List<CalendarEvent> events) {
    return new CalendarDocument(name, about, REFRESH, leftOut, events);
  }
}
