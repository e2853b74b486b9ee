package dev.carillon.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import dev.carillon.catalog.input.JsonText;
import dev.carillon.catalog.input.TriggerReader;
import dev.carillon.ical.CalendarLinks;
import dev.carillon.ical.CalendarRule;
import dev.carillon.time.rrule.Rule;
import dev.carillon.time.text.Refusal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Where a schedule's calendar is, and links that put its next fire into a calendar application.
 *
 * @param calendar a path of ours
 * @param google null: it has no next fire
 * @param outlook the same
 */
@Schema(name = "ScheduleLinks")
public record ScheduleLinks(
    @Schema(
            example = "/schedules/018f6e2c-7a3b-7c4d-8e5f-0a1b2c3d4e5f/calendar.ics",
            description = "iCalendar, of this service")
        String calendar,
    @Schema(nullable = true, description = "Adds the next fire, and those after it if they recur")
        @Nullable String google,
    @Schema(nullable = true, description = "Adds the next fire") @Nullable String outlook) {

  private static final String RRULE = "rrule";

  /** Cheap: nothing is asked of the trigger. */
  static ScheduleLinks of(
      ScheduleEntity row, @Nullable String jobKey, @Nullable Instant next, ZoneId defaultZone) {
    String calendar = "/schedules/" + row.id + "/calendar.ics";
    if (next == null) {
      return new ScheduleLinks(calendar, null, null);
    }
    String details = "Schedule: " + row.key + (jobKey == null ? "" : "\nJob: " + jobKey);
    String note = row.policies.note;
    CalendarLinks.Event event =
        new CalendarLinks.Event(
            ScheduleCalendar.title(row), note == null ? details : details + "\n" + note, next);
    return new ScheduleLinks(
        calendar, google(row, event, defaultZone), CalendarLinks.outlook(event));
  }

  /** The zone is asked for where the event recurs in it, and nowhere else. */
  private static String google(ScheduleEntity row, CalendarLinks.Event event, ZoneId defaultZone) {
    JsonNode trigger = plainRrule(row);
    if (trigger == null) {
      return CalendarLinks.google(event, null, ZoneOffset.UTC);
    }
    ZoneId zone = zone(row, defaultZone);
    return CalendarLinks.google(event, recurrence(trigger, event.at(), zone), zone);
  }

  /** What is stored may be of a zone that this JVM does not know. */
  private static ZoneId zone(ScheduleEntity row, ZoneId defaultZone) {
    try {
      return row.timezone == null ? defaultZone : TriggerReader.storedZone(row.timezone);
    } catch (RuntimeException unknown) {
      return defaultZone;
    }
  }

  /** A rule that says all about the fires; null: none does. */
  private static @Nullable JsonNode plainRrule(ScheduleEntity row) {
    ChosenPolicies chosen = row.policies;
    JsonNode trigger = JsonText.stored(row.trigger);
    boolean other =
        trigger == null
            || !trigger.path(RRULE).isTextual()
            || trigger.path("rdate").size() + trigger.path("exdate").size() > 0
            || trigger.path("exrule").size() > 0
            || chosen.calendar != null
            || chosen.excludeCalendar != null
            || chosen.jitterMillis != null
            || chosen.maxRuns != null
            || chosen.endAt != null;
    return other ? null : trigger;
  }

  private static @Nullable String recurrence(JsonNode trigger, Instant next, ZoneId zone) {
    try {
      LocalDateTime start = LocalDateTime.parse(trigger.path("dtstart").asText());
      Rule rule = Rule.parse(trigger.path(RRULE).textValue());
      return CalendarRule.from(next, rule, start.toLocalTime(), zone);
    } catch (Refusal | DateTimeException unreadable) {
      return null;
    }
  }
}
