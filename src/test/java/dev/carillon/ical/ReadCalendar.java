package dev.carillon.ical;

import biweekly.Biweekly;
import biweekly.ICalVersion;
import biweekly.ICalendar;
import biweekly.component.VEvent;
import biweekly.io.ParseWarning;
import biweekly.io.TimezoneAssignment;
import biweekly.property.ICalProperty;
import biweekly.util.com.google.ical.compat.javautil.DateIterator;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.TimeZone;
import java.util.TreeSet;

/**
 * A calendar as biweekly reads it, which knows nothing of us, and of a time zone only what its
 * VTIMEZONE says.
 */
public record ReadCalendar(ICalendar calendar) {

  private static final TimeZone UTC = TimeZone.getTimeZone("UTC");

  /** Strictly: what is not RFC 5545 is refused. */
  public static ReadCalendar of(String text) {
    List<List<ParseWarning>> warnings = new ArrayList<>();
    List<ICalendar> calendars = Biweekly.parse(text).warnings(warnings).all();
    if (calendars.size() != 1 || warnings.stream().anyMatch(each -> !each.isEmpty())) {
      throw new AssertionError(calendars.size() + " calendars, " + warnings + " of " + text);
    }
    var invalid = calendars.get(0).validate(ICalVersion.V2_0);
    if (!invalid.isEmpty() && !calendars.get(0).getEvents().isEmpty()) {
      throw new AssertionError(invalid + " of " + text);
    }
    return new ReadCalendar(calendars.get(0));
  }

  public List<VEvent> events() {
    return calendar.getEvents();
  }

  /** The time zones that it brings along. */
  public List<TimeZone> zones() {
    return calendar.getTimezoneInfo().getTimezones().stream()
        .map(TimezoneAssignment::getTimeZone)
        .toList();
  }

  /** A property that biweekly gives no class of its own; empty where there is none. */
  public String other(String property) {
    return calendar.getExperimentalProperties(property).stream()
        .map(each -> each.getValue())
        .findFirst()
        .orElse("");
  }

  /** When its events begin, in a window whose both ends count. */
  public List<Instant> starts(Instant from, Instant to) {
    TreeSet<Instant> starts = new TreeSet<>();
    for (VEvent event : events()) {
      DateIterator dates = event.getDateIterator(zone(event.getDateStart()));
      for (Date date = next(dates); date != null; date = next(dates)) {
        Instant start = date.toInstant();
        if (start.isAfter(to)) {
          break;
        }
        if (!start.isBefore(from)) {
          starts.add(start);
        }
      }
    }
    return new ArrayList<>(starts);
  }

  private static Date next(DateIterator dates) {
    return dates.hasNext() ? dates.next() : null;
  }

  private TimeZone zone(ICalProperty property) {
    TimezoneAssignment named = calendar.getTimezoneInfo().getTimezone(property);
    return named == null ? UTC : named.getTimeZone();
  }
}
