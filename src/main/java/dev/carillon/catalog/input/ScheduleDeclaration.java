package dev.carillon.catalog.input;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carillon.schedule.SchedulePolicies;
import dev.carillon.time.DstPolicy;
import dev.carillon.time.Timing;
import dev.carillon.time.Trigger;
import dev.carillon.time.calendar.BusinessDays;
import java.time.Instant;
import java.time.ZoneId;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a person declares of a schedule.
 *
 * @param key stable, unique among the tenant's schedules; null: its id
 * @param jobKey the job that it runs; null when it has a target of its own
 * @param target before the job's; null: the job's
 * @param trigger when it fires
 * @param triggerJson the same as it was written
 * @param timezone in which local times are meant; null: the service's default
 * @param params over the job's, under those of a run
 * @param priority null: the job's
 * @param dst what it chose for daylight-saving changes
 * @param policies what else it chose
 * @param retry what it says of retries otherwise than the job, as JSON; null: nothing
 * @param scope what its runs are about; null: nothing
 * @param labels for people and filters; null: none
 */
public record ScheduleDeclaration(
    @Nullable String key,
    @Nullable String name,
    @Nullable String jobKey,
    @Nullable ObjectNode target,
    Trigger trigger,
    ObjectNode triggerJson,
    @Nullable ZoneId timezone,
    boolean enabled,
    @Nullable ObjectNode params,
    @Nullable Integer priority,
    DstPolicy dst,
    SchedulePolicies policies,
    @Nullable ObjectNode retry,
    @Nullable Map<String, String> scope,
    @Nullable Map<String, String> labels) {

  /** The same under a key. */
  public ScheduleDeclaration withKey(String named) {
    return new ScheduleDeclaration(
        named,
        name,
        jobKey,
        target,
        trigger,
        triggerJson,
        timezone,
        enabled,
        params,
        priority,
        dst,
        policies,
        retry,
        scope,
        labels);
  }

  /** The same, switched on or off. */
  public ScheduleDeclaration withEnabled(boolean on) {
    return new ScheduleDeclaration(
        key,
        name,
        jobKey,
        target,
        trigger,
        triggerJson,
        timezone,
        on,
        params,
        priority,
        dst,
        policies,
        retry,
        scope,
        labels);
  }

  /** The names of the calendars that decide about its dates. */
  public Set<String> calendars() {
    Set<String> names = new LinkedHashSet<>();
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
   * @param defaultZone where it names none
   * @param known what {@link #calendars} stand for
   * @throws InvalidInput naming a calendar that is not among the known ones
   */
  public Timing timing(ZoneId defaultZone, Instant createdAt, Map<String, BusinessDays> known) {
    BusinessDays days = find("calendar", policies.calendar(), known);
    BusinessDays excluded = find("excludeCalendar", policies.excludeCalendar(), known);
    return new Timing(
        timezone == null ? defaultZone : timezone,
        createdAt,
        dst,
        policies.startAt(),
        policies.endAt(),
        combined(days, excluded),
        policies.conventionOrDefault());
  }

  private static @Nullable BusinessDays combined(
      @Nullable BusinessDays days, @Nullable BusinessDays excluded) {
    if (days == null || excluded == null) {
      return days == null ? excluded : days;
    }
    return days.without(excluded);
  }

  private static @Nullable BusinessDays find(
      String field, @Nullable String name, Map<String, BusinessDays> known) {
    if (name == null) {
      return null;
    }
    BusinessDays days = known.get(name);
    if (days == null) {
      throw FieldErrors.invalid(
          "/" + field,
          field + ": there is no calendar " + name + ", neither your own nor a built-in one",
          "DE");
    }
    return days;
  }
}
