package dev.carillon.ical;

import java.io.IOException;
import java.io.StringReader;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.Temporal;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import net.fortuna.ical4j.data.CalendarBuilder;
import net.fortuna.ical4j.data.ParserException;
import net.fortuna.ical4j.model.Calendar;
import net.fortuna.ical4j.model.Component;
import net.fortuna.ical4j.model.Period;
import net.fortuna.ical4j.model.Property;
import net.fortuna.ical4j.model.Recur;
import net.fortuna.ical4j.model.component.Observance;
import net.fortuna.ical4j.model.component.VEvent;
import net.fortuna.ical4j.model.component.VTimeZone;
import net.fortuna.ical4j.model.property.TzOffsetFrom;
import net.fortuna.ical4j.model.property.TzOffsetTo;

/** A calendar as ical4j reads it, which knows nothing of us. */
public record ReadCalendar(Calendar calendar) {

  private static final DateTimeFormatter LOCAL = DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss");

  /** Strictly: what is not RFC 5545 is refused. */
  public static ReadCalendar of(String text) {
    try {
      Calendar calendar = new CalendarBuilder().build(new StringReader(text));
      calendar.validate();
      return new ReadCalendar(calendar);
    } catch (IOException | ParserException unreadable) {
      throw new AssertionError("no calendar: " + text, unreadable);
    }
  }

  public List<VEvent> events() {
    return calendar.getComponents(Component.VEVENT);
  }

  public List<VTimeZone> zones() {
    return calendar.getComponents(Component.VTIMEZONE);
  }

  /** A property of the calendar itself; empty where it has none. */
  public String value(String property) {
    return calendar.getProperty(property).map(Property::getValue).orElse("");
  }

  public static String value(Component event, String property) {
    return event.getProperty(property).map(p -> ((Property) p).getValue()).orElse("");
  }

  /** When its events begin, in a window whose both ends count. */
  public List<Instant> starts(Instant from, Instant to) {
    TreeSet<Instant> starts = new TreeSet<>();
    Period<ZonedDateTime> window =
        new Period<>(
            from.minusSeconds(1).atZone(ZoneOffset.UTC), to.plusSeconds(1).atZone(ZoneOffset.UTC));
    for (VEvent event : events()) {
      for (Period<Temporal> occurrence : event.<Temporal>calculateRecurrenceSet(window)) {
        Instant start = instant(occurrence.getStart());
        if (!start.isBefore(from) && !start.isAfter(to)) {
          starts.add(start);
        }
      }
    }
    return new ArrayList<>(starts);
  }

  private static Instant instant(Temporal temporal) {
    if (temporal instanceof Instant instant) {
      return instant;
    }
    if (temporal instanceof ZonedDateTime zoned) {
      return zoned.toInstant();
    }
    if (temporal instanceof OffsetDateTime offset) {
      return offset.toInstant();
    }
    throw new AssertionError("not an instant: " + temporal.getClass() + " " + temporal);
  }

  /** The offset that a VTIMEZONE gives at an instant: that of its latest onset. */
  public static ZoneOffset offset(VTimeZone zone, Instant at) {
    Instant latest = Instant.MIN;
    ZoneOffset offset = null;
    for (Observance observance : zone.getObservances()) {
      ZoneOffset before =
          observance.<TzOffsetFrom>getProperty(Property.TZOFFSETFROM).orElseThrow().getOffset();
      for (LocalDateTime onset : onsets(observance, LocalDateTime.ofInstant(at, before))) {
        Instant begins = onset.toInstant(before);
        if (!begins.isAfter(at) && begins.isAfter(latest)) {
          latest = begins;
          offset =
              observance.<TzOffsetTo>getProperty(Property.TZOFFSETTO).orElseThrow().getOffset();
        }
      }
    }
    if (offset == null) {
      throw new AssertionError("no offset at " + at + " in " + zone);
    }
    return offset;
  }

  private static List<LocalDateTime> onsets(Observance observance, LocalDateTime upTo) {
    LocalDateTime start =
        LocalDateTime.parse(value(observance, Property.DTSTART), ReadCalendar.LOCAL);
    List<LocalDateTime> onsets = new ArrayList<>(List.of(start));
    for (String date : value(observance, Property.RDATE).split(",")) {
      if (!date.isEmpty()) {
        onsets.add(LocalDateTime.parse(date, LOCAL));
      }
    }
    String rule = value(observance, Property.RRULE);
    if (!rule.isEmpty() && start.isBefore(upTo)) {
      onsets.addAll(new Recur<LocalDateTime>(rule).getDates(start, start, upTo.plusDays(1)));
    }
    return onsets;
  }
}
