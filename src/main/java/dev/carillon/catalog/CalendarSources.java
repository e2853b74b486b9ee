package dev.carillon.catalog;

import dev.carillon.calendars.Calendars;
import dev.carillon.pg.Statements;
import dev.carillon.tenancy.Tenant;
import dev.carillon.time.DstGap;
import dev.carillon.time.DstOverlap;
import dev.carillon.time.calendar.BusinessDays;
import dev.carillon.time.calendar.Convention;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is read for a calendar, in one transaction of the tenant.
 *
 * @param leftOut how many schedules there are besides
 * @param days what the names of their calendars stand for
 */
record CalendarSources(
    List<ScheduleCalendar.Source> schedules, int leftOut, Map<String, BusinessDays> days) {

  static Uni<CalendarSources> read(
      Statements statements, Tenant tenant, List<UUID> schedules, int leftOut, Instant now) {
    return statements
        .query(
            CalendarFeedsSql.SHOWN,
            Tuple.of(schedules.toArray(UUID[]::new), tenant.id(), Times.utc(now)))
        .flatMap(
            rows -> {
              List<ScheduleCalendar.Source> sources = new ArrayList<>();
              rows.forEach(row -> sources.add(source(row)));
              return Calendars.named(statements, tenant.id(), calendars(sources))
                  .map(days -> new CalendarSources(sources, leftOut, days));
            });
  }

  private static Set<String> calendars(List<ScheduleCalendar.Source> sources) {
    Set<String> names = new TreeSet<>();
    for (ScheduleCalendar.Source source : sources) {
      ChosenPolicies policies = source.row().policies;
      if (policies.calendar != null) {
        names.add(policies.calendar);
      }
      if (policies.excludeCalendar != null) {
        names.add(policies.excludeCalendar);
      }
    }
    return names;
  }

  /** Of what decides about its fires and is shown with them; the rest is left as it is made. */
  private static ScheduleCalendar.Source source(Row row) {
    ScheduleEntity schedule = new ScheduleEntity();
    schedule.id = row.getUUID("id");
    schedule.tenant = row.getString("tenant_id");
    schedule.key = row.getString("key");
    schedule.name = row.getString("name");
    schedule.trigger = row.getString("trigger");
    schedule.timezone = row.getString("timezone");
    schedule.enabled = row.getBoolean("enabled");
    schedule.dstGap = one(DstGap.class, row.getString("dst_gap"));
    schedule.dstOverlap = one(DstOverlap.class, row.getString("dst_overlap"));
    schedule.policies = policies(row);
    schedule.pausedUntil = Times.instant(row, "paused_until");
    schedule.status = ScheduleStatus.valueOf(row.getString("status"));
    schedule.version = row.getInteger("version");
    schedule.createdAt = instant(row, "created_at");
    schedule.updatedAt = instant(row, "updated_at");
    return new ScheduleCalendar.Source(
        schedule, row.getString("job_key"), ScheduleClockView.of(row));
  }

  private static ChosenPolicies policies(Row row) {
    ChosenPolicies policies = new ChosenPolicies();
    policies.startAt = Times.instant(row, "start_at");
    policies.endAt = Times.instant(row, "end_at");
    policies.maxRuns = row.getInteger("max_runs");
    policies.jitterMillis = row.getLong("jitter_ms");
    policies.calendar = row.getString("calendar");
    policies.excludeCalendar = row.getString("exclude_calendar");
    policies.convention = one(Convention.class, row.getString("convention"));
    policies.note = row.getString("note");
    return policies;
  }

  private static Instant instant(Row row, String column) {
    return Objects.requireNonNull(Times.instant(row, column));
  }

  private static <E extends Enum<E>> @Nullable E one(Class<E> type, @Nullable String name) {
    return name == null ? null : Enum.valueOf(type, name);
  }
}
