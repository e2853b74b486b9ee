package dev.carillon.catalog.input;

import com.fasterxml.jackson.databind.JsonNode;
import dev.carillon.calendars.BuiltInCalendars;
import dev.carillon.calendars.CalendarDefinition;
import dev.carillon.calendars.CalendarDefinition.Holiday;
import dev.carillon.time.calendar.HolidayRule;
import dev.carillon.time.text.Refusal;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads calendars: declared ones, those of files, and those that a preview brings along. Not on an
 * event loop, for the data of a built-in calendar may have to be read, and the lists can be long.
 */
public final class CalendarReader {

  /** What a person may write. */
  public static final List<String> WRITABLE =
      List.of("name", "weekend", "holidays", "include", "builtin", "validFrom", "validTo");

  private static final List<String> READ_ONLY =
      List.of("origin", "description", "holidayCount", "version", "createdAt", "updatedAt");

  /** Of explicit dates, more than a hundred for each of fifty years. */
  public static final int MOST_HOLIDAYS = 5_000;

  public static final int MOST_INCLUDED = 100;
  public static final String NAME_EXAMPLE = "acme-closing-days";

  private static final int FIRST_YEAR = 1900;
  private static final int LAST_YEAR = 9999;
  private static final int LONGEST_NAME = 200;
  private static final int LONGEST_RULE = 200;
  private static final String DATE_EXAMPLE = "2026-12-24";
  private static final String RULE_EXAMPLE = "{\"rule\":\"EASTER-2\",\"name\":\"Good Friday\"}";

  private final JsonNode body;
  private final Fields fields;
  private final FieldErrors errors;

  private CalendarReader(JsonNode body, Fields fields) {
    this.body = body;
    this.fields = fields;
    this.errors = fields.errors();
  }

  /**
   * @throws InvalidInput saying everything that is wrong
   */
  public static CalendarDeclaration read(JsonNode body) {
    return read(body, null);
  }

  /**
   * Of a file, which need not say its calendar's name.
   *
   * @param name where none is given; null: it must be given
   * @throws InvalidInput saying everything that is wrong
   */
  public static CalendarDeclaration read(JsonNode body, @Nullable String name) {
    FieldErrors errors = new FieldErrors();
    Fields fields = Fields.of(body, errors);
    String given = fields.key("name", NAME_EXAMPLE);
    if (name == null) {
      fields.required("name", given, NAME_EXAMPLE);
    } else if (given == null && !fields.isWrong("name") && !isName(name)) {
      fields.wrong("name", name + " cannot be a calendar's name; give one", NAME_EXAMPLE);
    }
    String named = given == null ? name : given;
    CalendarDefinition definition = new CalendarReader(body, fields).whole(named);
    fields.refuseReadOnly(READ_ONLY);
    fields.refuseOthers();
    errors.throwIfAny();
    return new CalendarDeclaration(Objects.requireNonNull(named), definition);
  }

  /**
   * One that is sent along: a weekend and holidays, without limits of validity.
   *
   * @param owner whose field it is; what is wrong is noted there
   * @return null when it is absent or wrong
   */
  public static @Nullable CalendarDefinition inline(
      Fields owner, String field, JsonNode ownersBody) {
    Fields fields = owner.within(field, "{\"weekend\":[\"SATURDAY\",\"SUNDAY\"]}");
    if (fields == null) {
      return null;
    }
    CalendarReader reader = new CalendarReader(ownersBody.path(field), fields);
    Set<DayOfWeek> weekend = reader.weekend();
    List<Holiday> holidays = reader.holidays(null, null);
    fields.refuseOthers();
    return new CalendarDefinition(weekend, holidays, List.of(), null, null, null);
  }

  /** Whether a text can be the name of a calendar. */
  public static boolean isName(String text) {
    return Fields.isKey(text) && !Fields.isUuid(text);
  }

  private CalendarDefinition whole(@Nullable String name) {
    Set<DayOfWeek> weekend = weekend();
    LocalDate from = date("validFrom");
    LocalDate to = date("validTo");
    if (from != null && to != null && to.isBefore(from)) {
      fields.wrong("validTo", "lies before validFrom", from.plusYears(1).toString());
    }
    return new CalendarDefinition(weekend, holidays(from, to), included(name), builtIn(), from, to);
  }

  private Set<DayOfWeek> weekend() {
    Set<DayOfWeek> weekend = EnumSet.noneOf(DayOfWeek.class);
    List<String> names = fields.list("weekend", 7, "SATURDAY");
    for (int i = 0; names != null && i < names.size(); i++) {
      try {
        weekend.add(DayOfWeek.valueOf(names.get(i)));
      } catch (IllegalArgumentException unknown) {
        fields.wrongWithin(
            "weekend/" + i,
            null,
            shown(names.get(i)) + " is no day of the week; known are " + daysOfWeek(),
            "SATURDAY");
      }
    }
    if (weekend.size() == 7) {
      fields.wrong(
          "weekend", "has all days of the week, so that no business day is left", "[\"SUNDAY\"]");
    }
    return weekend;
  }

  private static String daysOfWeek() {
    return String.join(", ", Arrays.stream(DayOfWeek.values()).map(DayOfWeek::name).toList());
  }

  private @Nullable LocalDate date(String field) {
    String text = fields.text(field, 100, DATE_EXAMPLE);
    return text == null ? null : date(field, text);
  }

  private @Nullable LocalDate date(String path, String text) {
    LocalDate date = dateOf(text);
    if (date == null) {
      fields.wrongWithin(
          path,
          null,
          shown(text) + " is not a date of the years 1900 to 9999, as in ISO 8601",
          DATE_EXAMPLE);
    }
    return date;
  }

  /** An ISO 8601 date of the years in which triggers fire; null when it is none. */
  public static @Nullable LocalDate dateOf(String text) {
    try {
      LocalDate date = LocalDate.parse(text);
      return date.getYear() < FIRST_YEAR || date.getYear() > LAST_YEAR ? null : date;
    } catch (DateTimeException unreadable) {
      return null;
    }
  }

  // ── holidays

  private List<Holiday> holidays(@Nullable LocalDate from, @Nullable LocalDate to) {
    JsonNode list = body.path("holidays");
    if (!fields.has("holidays")) {
      return List.of();
    }
    if (!list.isArray()) {
      errors.wrongType(
          fields.at("holidays"), "holidays: must be a list", "[\"" + DATE_EXAMPLE + "\"]");
      return List.of();
    }
    if (list.size() > MOST_HOLIDAYS) {
      fields.wrong("holidays", "has more than " + MOST_HOLIDAYS + " elements", "[]");
      return List.of();
    }
    // By date or rule, which is each of them once.
    Map<Object, Holiday> holidays = new LinkedHashMap<>();
    for (int i = 0; i < list.size(); i++) {
      String path = "holidays/" + i;
      Holiday holiday = holiday(path, list.get(i));
      if (holiday != null && isWithin(path, holiday, from, to)) {
        add(path, holiday, holidays);
      }
    }
    return List.copyOf(holidays.values());
  }

  private @Nullable Holiday holiday(String path, JsonNode node) {
    if (node.isTextual()) {
      LocalDate date = date(path, node.textValue());
      return date == null ? null : new Holiday(date, null, null);
    }
    if (!node.isObject()) {
      errors.wrongType(
          fields.at("") + path,
          path + ": must be a date, or an object with a date or a rule",
          RULE_EXAMPLE);
      return null;
    }
    Fields entry = Fields.of(node, fields.at("") + path, errors);
    String name = entry.text("name", LONGEST_NAME, "Christmas Eve");
    String date = entry.text("date", 100, DATE_EXAMPLE);
    String rule = entry.text("rule", LONGEST_RULE, "EASTER-2");
    entry.refuseOthers();
    if (entry.isWrong("date") || entry.isWrong("rule")) {
      return null;
    }
    if ((date == null) == (rule == null)) {
      fields.wrongWithin(path, null, "must have either a date or a rule", RULE_EXAMPLE);
      return null;
    }
    if (date != null) {
      LocalDate parsed = date(path + "/date", date);
      return parsed == null ? null : new Holiday(parsed, null, name);
    }
    return isRule(path + "/rule", rule) ? new Holiday(null, rule, name) : null;
  }

  private boolean isRule(String path, String rule) {
    try {
      HolidayRule.parse(rule);
      return true;
    } catch (Refusal refused) {
      fields.wrongWithin(path, refused.position(), refused.getMessage(), refused.example());
      return false;
    }
  }

  private boolean isWithin(
      String path, Holiday holiday, @Nullable LocalDate from, @Nullable LocalDate to) {
    LocalDate date = holiday.date();
    if (date == null
        || (from == null || !date.isBefore(from)) && (to == null || !date.isAfter(to))) {
      return true;
    }
    fields.wrongWithin(
        path,
        null,
        date
            + " lies outside the validity "
            + (from == null ? "" : from)
            + " to "
            + (to == null ? "" : to)
            + "; leave it out or widen the validity",
        null);
    return false;
  }

  private void add(String path, Holiday holiday, Map<Object, Holiday> holidays) {
    Object what = holiday.date() == null ? holiday.rule() : holiday.date();
    Holiday before = holidays.get(what);
    if (before == null || before.name() == null) {
      holidays.put(what, holiday);
    } else if (holiday.name() != null && !holiday.name().equals(before.name())) {
      fields.wrongWithin(
          path,
          null,
          what
              + " is there twice, as "
              + before.name()
              + " and as "
              + holiday.name()
              + "; leave one of them out",
          null);
    }
  }

  // ── other calendars

  private List<String> included(@Nullable String name) {
    List<String> names = fields.list("include", MOST_INCLUDED, "DE");
    Set<String> included = new LinkedHashSet<>();
    for (int i = 0; names != null && i < names.size(); i++) {
      String one = names.get(i);
      if (!isName(one)) {
        fields.wrongWithin("include/" + i, null, shown(one) + " is no name of a calendar", "DE");
      } else if (one.equals(name)) {
        fields.wrongWithin("include/" + i, null, "a calendar cannot include itself", "DE");
      } else {
        included.add(one);
      }
    }
    return new ArrayList<>(included);
  }

  private @Nullable String builtIn() {
    String name = fields.text("builtin", 200, "DE");
    if (name != null && BuiltInCalendars.find(name) == null) {
      return fields.wrong(
          "builtin",
          shown(name)
              + " is no built-in calendar; those are countries and their parts, TARGET2 and NYSE, see"
              + " GET /calendars?builtin=true",
          "DE-BY");
    }
    return name;
  }

  private static String shown(String text) {
    return text.length() <= 100 ? text : text.substring(0, 100) + "…";
  }
}
