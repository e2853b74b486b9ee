package dev.carillon.calendars;

import dev.carillon.time.calendar.BusinessCalendar;
import dev.carillon.time.calendar.BusinessDays;
import dev.carillon.time.calendar.HolidayRule;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What somebody wrote down of a calendar. Its days off are its weekend, its holidays, and those of
 * all that it includes.
 *
 * @param weekend empty: none of its own
 * @param include the names of other calendars
 * @param builtIn the name of a built-in one, even where a calendar of that name is nearer; null:
 *     none
 * @param validFrom the first date that it says something of; null: no bound
 * @param validTo the last one; null: no bound
 */
public record CalendarDefinition(
    Set<DayOfWeek> weekend,
    List<Holiday> holidays,
    List<String> include,
    @Nullable String builtIn,
    @Nullable LocalDate validFrom,
    @Nullable LocalDate validTo) {

  public CalendarDefinition {
    weekend = weekend.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(weekend));
    holidays = List.copyOf(holidays);
    include = List.copyOf(include);
  }

  /**
   * A date, or a rule for one in every year.
   *
   * @param date null: it has a rule
   * @param rule as {@link HolidayRule#parse} reads it; null: it has a date
   * @param name null: none was given
   */
  public record Holiday(@Nullable LocalDate date, @Nullable String rule, @Nullable String name) {

    public Holiday {
      if ((date == null) == (rule == null)) {
        throw new IllegalArgumentException("a holiday has either a date or a rule");
      }
    }

    private Object json() {
      if (date != null && name == null) {
        return date.toString();
      }
      JsonObject json = new JsonObject();
      json.put(date == null ? "rule" : "date", date == null ? rule : date.toString());
      return name == null ? json : json.put("name", name);
    }

    private static Holiday of(Object json) {
      if (json instanceof String date) {
        return new Holiday(LocalDate.parse(date), null, null);
      }
      JsonObject holiday = (JsonObject) json;
      String date = holiday.getString("date");
      return new Holiday(
          date == null ? null : LocalDate.parse(date),
          holiday.getString("rule"),
          holiday.getString("name"));
    }
  }

  /** What was stored, which was valid once. */
  static CalendarDefinition stored(JsonObject json) {
    return new CalendarDefinition(
        texts(json, "weekend").stream().map(DayOfWeek::valueOf).collect(Collectors.toSet()),
        json.getJsonArray("holidays", new JsonArray()).stream().map(Holiday::of).toList(),
        texts(json, "include"),
        json.getString("builtin"),
        date(json, "validFrom"),
        date(json, "validTo"));
  }

  /** As {@link #stored(JsonObject)}, of its text. */
  public static CalendarDefinition stored(String json) {
    return stored(new JsonObject(json));
  }

  /** The form in which it is stored, without what is absent. */
  public JsonObject json() {
    JsonObject json = new JsonObject();
    if (!weekend.isEmpty()) {
      json.put("weekend", new JsonArray(weekend.stream().map(DayOfWeek::name).toList()));
    }
    if (!holidays.isEmpty()) {
      json.put("holidays", new JsonArray(holidays.stream().map(Holiday::json).toList()));
    }
    if (!include.isEmpty()) {
      json.put("include", new JsonArray(include));
    }
    if (builtIn != null) {
      json.put("builtin", builtIn);
    }
    if (validFrom != null) {
      json.put("validFrom", validFrom.toString());
    }
    if (validTo != null) {
      json.put("validTo", validTo.toString());
    }
    return json;
  }

  /** Without those that it includes; its built-in one is in it. Not on an event loop. */
  BusinessDays alone(String name) {
    return with(name, List.of());
  }

  /**
   * Its business days. Not on an event loop: this reads the data of a built-in calendar.
   *
   * @param name for messages
   * @param included each of them by itself, without those that it includes
   */
  public BusinessDays with(String name, List<BusinessDays> included) {
    List<BusinessDays> all = new ArrayList<>(included);
    if (builtIn != null) {
      BuiltInCalendar known = BuiltInCalendars.find(builtIn);
      if (known == null) {
        throw new IllegalStateException(
            "the calendar "
                + name
                + " builds on "
                + builtIn
                + ", which this version does not know");
      }
      all.add(known);
    }
    return BusinessCalendar.of(name, weekend, rules(), dates(), all, validFrom, validTo);
  }

  /** How many of its holidays are rules. */
  public int ruleCount() {
    return (int) holidays.stream().filter(holiday -> holiday.rule() != null).count();
  }

  private List<HolidayRule> rules() {
    return holidays.stream()
        .map(Holiday::rule)
        .filter(Objects::nonNull)
        .map(HolidayRule::parse)
        .toList();
  }

  private Set<LocalDate> dates() {
    return holidays.stream()
        .map(Holiday::date)
        .filter(Objects::nonNull)
        .collect(Collectors.toSet());
  }

  private static List<String> texts(JsonObject json, String field) {
    return json.getJsonArray(field, new JsonArray()).stream().map(String.class::cast).toList();
  }

  private static @Nullable LocalDate date(JsonObject json, String field) {
    String date = json.getString(field);
    return date == null ? null : LocalDate.parse(date);
  }
}
