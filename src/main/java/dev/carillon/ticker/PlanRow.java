package dev.carillon.ticker;

import dev.carillon.schedule.MisfirePolicy;
import dev.carillon.schedule.MisfireRule;
import dev.carillon.schedule.OverlapPolicy;
import dev.carillon.schedule.SchedulePolicies;
import dev.carillon.time.DstGap;
import dev.carillon.time.DstOverlap;
import dev.carillon.time.DstPolicy;
import dev.carillon.time.Jitter;
import dev.carillon.time.Timing;
import dev.carillon.time.Zones;
import dev.carillon.time.calendar.BusinessDays;
import dev.carillon.time.calendar.Convention;
import io.vertx.sqlclient.Row;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A schedule with a next fire, as planner and rules' update read it. What a person declared is
 * still text: reading it can fail, and then is this schedule's affair alone.
 *
 * @param next the next fire, UTC
 * @param since the last fire, or when it was last told when to fire, or the moment before it
 *     resumes; whichever is latest, UTC
 * @param resumes until when it is paused, UTC; null: it is not
 * @param rules the tzdata that {@code next} was worked out by; null: unknown
 * @param runsLeft how many of its fires may still become runs; null: any number
 * @param policies those that the ticker goes by
 */
record PlanRow(
    UUID schedule,
    String tenant,
    long revision,
    Instant next,
    Instant since,
    @Nullable Instant resumes,
    @Nullable String rules,
    boolean fixedDelay,
    @Nullable Integer runsLeft,
    String key,
    String trigger,
    @Nullable String timezone,
    @Nullable String dstGap,
    @Nullable String dstOverlap,
    Instant createdAt,
    SchedulePolicies policies) {

  static PlanRow of(Row row) {
    Instant resumes = instant(row, "resumes_at");
    Instant since = latest(instant(row, "timed_at"), instant(row, "last_fire_at"));
    return new PlanRow(
        row.getUUID("schedule_id"),
        row.getString("tenant_id"),
        row.getLong("revision"),
        row.getOffsetDateTime("next_fire_at").toInstant(),
        latest(since, resumes == null ? null : resumes.minusNanos(1)),
        resumes,
        row.getString("rules"),
        row.getLong("delay_ms") != null,
        row.getInteger("runs_left"),
        row.getString("key"),
        row.getString("trigger"),
        row.getString("timezone"),
        row.getString("dst_gap"),
        row.getString("dst_overlap"),
        row.getOffsetDateTime("created_at").toInstant(),
        policies(row));
  }

  private static SchedulePolicies policies(Row row) {
    String convention = row.getString("convention");
    return new SchedulePolicies(
        instant(row, "start_at"),
        instant(row, "end_at"),
        null,
        millis(row.getLong("jitter_ms")),
        millis(row.getLong("window_ms")),
        row.getString("calendar"),
        row.getString("exclude_calendar"),
        convention == null ? null : Convention.valueOf(convention),
        new MisfireRule(
            MisfirePolicy.valueOf(row.getString("misfire_policy")),
            Duration.ofMillis(row.getLong("misfire_grace_ms")),
            Duration.ofMillis(row.getLong("catch_up_ms"))),
        OverlapPolicy.ALLOW_ALL,
        null,
        false,
        null);
  }

  /** The calendars that decide when it fires, by name. */
  Set<String> calendars() {
    Set<String> names = new TreeSet<>();
    if (policies.calendar() != null) {
      names.add(policies.calendar());
    }
    if (policies.excludeCalendar() != null) {
      names.add(policies.excludeCalendar());
    }
    return names;
  }

  /**
   * What decides when it fires.
   *
   * @param defaultZone of a schedule that names none
   * @param calendars of its tenant, by name; at least those of {@link #calendars()} that there are
   * @throws RuntimeException of any kind when what is stored says nothing to this version
   */
  Timing timing(ZoneId defaultZone, Map<String, BusinessDays> calendars) {
    ZoneId zone = timezone == null ? defaultZone : Zones.parse(timezone);
    DstPolicy dst =
        new DstPolicy(
            dstGap == null ? null : DstGap.valueOf(dstGap),
            dstOverlap == null ? null : DstOverlap.valueOf(dstOverlap));
    return new Timing(
        zone,
        createdAt,
        dst,
        policies.startAt(),
        policies.endAt(),
        days(calendars),
        policies.conventionOrDefault());
  }

  private @Nullable BusinessDays days(Map<String, BusinessDays> calendars) {
    String name = policies.calendar();
    String excluded = policies.excludeCalendar();
    BusinessDays days = name == null ? null : known(calendars, name);
    if (excluded == null) {
      return days;
    }
    BusinessDays without = known(calendars, excluded);
    return days == null ? without : days.without(without);
  }

  private static BusinessDays known(Map<String, BusinessDays> calendars, String name) {
    BusinessDays days = calendars.get(name);
    if (days == null) {
      throw new IllegalArgumentException(
          "there is no calendar \"" + name + "\"; create it, or choose another for the schedule");
    }
    return days;
  }

  /** By how much its fires are put off. */
  Jitter jitter() {
    Duration most = policies.jitter();
    return most == null ? Jitter.NONE : Jitter.of(tenant, key, most);
  }

  /**
   * What becomes of fires that are late. A fire is due up to its jitter later, and not late before;
   * and what may not start any more once its window is over is not made up for.
   */
  MisfireRule misfire() {
    MisfireRule chosen = policies.misfire();
    Duration jitter = policies.jitter() == null ? Duration.ZERO : policies.jitter();
    Duration window = policies.window();
    Duration catchUp = chosen.catchUpWindow();
    if (window != null && window.compareTo(catchUp) < 0) {
      catchUp = window;
    }
    return new MisfireRule(chosen.policy(), chosen.grace().plus(jitter), catchUp.plus(jitter));
  }

  private static Instant latest(Instant one, @Nullable Instant other) {
    return other != null && other.isAfter(one) ? other : one;
  }

  private static @Nullable Instant instant(Row row, String column) {
    OffsetDateTime at = row.getOffsetDateTime(column);
    return at == null ? null : at.toInstant();
  }

  private static @Nullable Duration millis(@Nullable Long millis) {
    return millis == null ? null : Duration.ofMillis(millis);
  }
}
