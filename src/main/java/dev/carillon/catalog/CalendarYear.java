package dev.carillon.catalog;

import dev.carillon.calendars.BuiltInCalendar;
import dev.carillon.calendars.BuiltInCalendars;
import dev.carillon.calendars.CalendarDefinition;
import dev.carillon.calendars.CalendarDefinition.Holiday;
import dev.carillon.catalog.input.FieldErrors;
import dev.carillon.time.calendar.BusinessDays;
import dev.carillon.time.calendar.DayOff;
import dev.carillon.time.calendar.HolidayRule;
import dev.carillon.time.calendar.OutsideCalendar;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** What a calendar makes of a year, with all that it includes. */
@Schema(name = "CalendarYear")
public record CalendarYear(
    String name,
    int year,
    List<Day> holidays,
    @Schema(description = "How many days of the year are business days") int businessDays) {

  /** A holiday; its name where one is known. */
  @Schema(name = "CalendarDay")
  public record Day(
      LocalDate date, @Schema(nullable = true, example = "Good Friday") @Nullable String name) {}

  /**
   * Not on an event loop. Dates outside the validity are left out.
   *
   * @param definition null: it is a built-in one
   * @throws dev.carillon.catalog.input.InvalidInput when all of the year lies outside
   */
  static CalendarYear of(
      String name, int year, BusinessDays days, @Nullable CalendarDefinition definition) {
    Map<LocalDate, String> names = names(name, year, definition);
    List<Day> holidays = new ArrayList<>();
    int businessDays = 0;
    OutsideCalendar outside = null;
    boolean known = false;
    for (LocalDate date = LocalDate.of(year, 1, 1);
        date.getYear() == year;
        date = date.plusDays(1)) {
      try {
        DayOff off = days.dayOff(date);
        known = true;
        if (off == null) {
          businessDays++;
        } else if (off == DayOff.HOLIDAY) {
          holidays.add(new Day(date, names.get(date)));
        }
      } catch (OutsideCalendar unknown) {
        outside = unknown;
      }
    }
    if (!known && outside != null) {
      throw FieldErrors.invalid("?year", "year: " + outside.getMessage(), null);
    }
    return new CalendarYear(name, year, holidays, businessDays);
  }

  private static Map<LocalDate, String> names(
      String name, int year, @Nullable CalendarDefinition definition) {
    Map<LocalDate, String> names = new HashMap<>();
    if (definition == null) {
      addNames(name, year, names);
      return names;
    }
    definition.include().forEach(included -> addNames(included, year, names));
    if (definition.builtIn() != null) {
      addNames(definition.builtIn(), year, names);
    }
    for (Holiday holiday : definition.holidays()) {
      if (holiday.name() != null && holiday.date() != null) {
        names.put(holiday.date(), holiday.name());
      } else if (holiday.name() != null && holiday.rule() != null) {
        HolidayRule rule = HolidayRule.parse(holiday.rule());
        for (int near = year - 1; near <= year + 1; near++) {
          names.put(rule.in(near), holiday.name());
        }
      }
    }
    return names;
  }

  private static void addNames(String builtIn, int year, Map<LocalDate, String> names) {
    BuiltInCalendar known = BuiltInCalendars.find(builtIn);
    if (known != null) {
      try {
        names.putAll(known.holidays(year));
      } catch (OutsideCalendar unknown) {
        // Then it has no holidays of that year to be named.
      }
    }
  }
}
