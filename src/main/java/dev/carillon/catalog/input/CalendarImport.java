package dev.carillon.catalog.input;

import biweekly.Biweekly;
import biweekly.ICalVersion;
import biweekly.ICalendar;
import biweekly.component.VEvent;
import biweekly.io.TimezoneInfo;
import biweekly.io.WriteContext;
import biweekly.io.scribe.property.RecurrenceRuleScribe;
import biweekly.property.ExceptionDates;
import biweekly.property.RecurrenceDates;
import biweekly.property.RecurrenceRule;
import biweekly.util.DateTimeComponents;
import biweekly.util.Duration;
import biweekly.util.ICalDate;
import dev.carillon.calendars.CalendarDefinition.Holiday;
import dev.carillon.time.DstPolicy;
import dev.carillon.time.EvaluationGaveUp;
import dev.carillon.time.Fire;
import dev.carillon.time.Fires;
import dev.carillon.time.InvalidTrigger;
import dev.carillon.time.Rrule;
import dev.carillon.time.Timing;
import dev.carillon.time.civil.Effort;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads the all-day events of an iCalendar file (RFC 5545) as holidays with explicit dates. What
 * recurs is expanded, what spans several days is a holiday on each of them. Timed and cancelled
 * events are left out and counted; TRANSP means nothing here, for calendars of holidays commonly
 * mark theirs as transparent. Nothing that the file points to is ever fetched.
 *
 * <p>Recurrences are expanded by {@link Rrule} on one budget for the whole file, and not by the
 * parser's library, whose expansion has no bound. Not on an event loop.
 */
public final class CalendarImport {

  /** Whatever a file holds, about half a second of it. */
  static final int STEPS = 5 * Effort.ONE_QUESTION;

  /** To enter one day takes about so many, with a name to be joined to others' of that day. */
  static final int STEPS_PER_DAY = 20;

  private static final int MOST_EVENTS = 5_000;
  private static final int MOST_RECURRING = 500;
  private static final int LONGEST_SPAN = 366;
  private static final int LONGEST_NAME = 200;

  private final @Nullable LocalDate givenFrom;
  private final @Nullable LocalDate givenTo;
  private final Effort effort = new Effort(STEPS);
  private final TreeMap<LocalDate, String> holidays = new TreeMap<>();
  private int timed;
  private int cancelled;

  private CalendarImport(@Nullable LocalDate givenFrom, @Nullable LocalDate givenTo) {
    this.givenFrom = givenFrom;
    this.givenTo = givenTo;
  }

  /**
   * What a file holds.
   *
   * @param validFrom the first day of the first year that the file covers, unless it was given
   * @param validTo the last day of the last one, unless it was given
   * @param events how many events became holidays
   * @param timed how many were left out because they have a time of day
   * @param cancelled how many because they are cancelled
   */
  public record Imported(
      List<Holiday> holidays,
      LocalDate validFrom,
      LocalDate validTo,
      int events,
      int timed,
      int cancelled) {

    public Imported {
      holidays = List.copyOf(holidays);
    }
  }

  /** An all-day event, as it stands in the file. */
  private record Event(
      @Nullable String name,
      LocalDate first,
      int days,
      @Nullable String rule,
      List<LocalDate> added,
      Set<LocalDate> removed,
      Set<LocalDate> replaced) {

    boolean isLeftOut(LocalDate instance) {
      return removed.contains(instance) || replaced.contains(instance);
    }

    boolean isEndless() {
      return rule != null && !rule.contains("COUNT=") && !rule.contains("UNTIL=");
    }
  }

  /**
   * @param file the bytes of the file, in UTF-8
   * @param from the first date to be taken; null: what the file begins with
   * @param to the last date; null: what the file ends with
   * @throws InvalidInput saying what is wrong with it
   */
  public static Imported read(byte[] file, @Nullable LocalDate from, @Nullable LocalDate to) {
    return new CalendarImport(from, to).read(CalendarText.events(file));
  }

  private Imported read(String text) {
    List<VEvent> found = parsed(text);
    if (found.size() > MOST_EVENTS) {
      throw refused("has more than " + MOST_EVENTS + " events");
    }
    List<Event> events = allDay(found);
    if (events.isEmpty()) {
      throw refused(
          "has no all-day events, which are what becomes holidays"
              + (timed == 0 ? "" : "; " + timed + " with a time of day were left out"));
    }
    if (givenTo == null && events.stream().anyMatch(Event::isEndless)) {
      throw FieldErrors.invalid(
          "?validTo",
          "validTo: the file has events that recur without end; say up to which date they are to be"
              + " taken",
          "2030-12-31");
    }
    try {
      events.forEach(this::expand);
    } catch (Effort.Spent spent) {
      throw tooMuchWork();
    }
    if (holidays.isEmpty()) {
      throw refused("has no holidays within validFrom and validTo");
    }
    LocalDate from = givenFrom == null ? holidays.firstKey().withDayOfYear(1) : givenFrom;
    LocalDate to = givenTo == null ? holidays.lastKey().withMonth(12).withDayOfMonth(31) : givenTo;
    return new Imported(
        holidays.entrySet().stream()
            .map(
                day ->
                    new Holiday(
                        day.getKey(), null, day.getValue().isEmpty() ? null : day.getValue()))
            .toList(),
        from,
        to,
        events.size(),
        timed,
        cancelled);
  }

  private static List<VEvent> parsed(String text) {
    try {
      List<VEvent> events = new ArrayList<>();
      for (ICalendar calendar : Biweekly.parse(text).all()) {
        events.addAll(calendar.getEvents());
      }
      return events;
    } catch (RuntimeException unreadable) {
      throw refused("cannot be read as iCalendar (RFC 5545)");
    }
  }

  // ── events as they stand in the file

  private List<Event> allDay(List<VEvent> found) {
    Map<String, Set<LocalDate>> replaced = replaced(found);
    List<Event> events = new ArrayList<>();
    int recurring = 0;
    for (int i = 0; i < found.size(); i++) {
      VEvent event = found.get(i);
      String place = "event " + (i + 1) + named(event);
      if (event.getStatus() != null && event.getStatus().isCancelled()) {
        cancelled++;
      } else if (event.getDateStart() == null || event.getDateStart().getValue() == null) {
        throw refused(place + " has no DTSTART that can be read");
      } else if (event.getDateStart().getValue().hasTime()) {
        timed++;
      } else {
        Event one = event(place, event, replaced);
        recurring += one.rule == null ? 0 : 1;
        events.add(one);
      }
    }
    if (recurring > MOST_RECURRING) {
      throw refused("has more than " + MOST_RECURRING + " recurring events");
    }
    return events;
  }

  /**
   * By the event's UID: instances that another event of the file stands for (RFC 5545 §3.8.4.4).
   */
  private static Map<String, Set<LocalDate>> replaced(List<VEvent> found) {
    Map<String, Set<LocalDate>> replaced = new HashMap<>();
    for (VEvent event : found) {
      if (event.getRecurrenceId() != null && event.getUid() != null) {
        ICalDate instance = event.getRecurrenceId().getValue();
        if (instance != null && !instance.hasTime()) {
          replaced
              .computeIfAbsent(String.valueOf(event.getUid().getValue()), uid -> new HashSet<>())
              .add(date("a RECURRENCE-ID", instance));
        }
      }
    }
    return replaced;
  }

  private static Event event(String place, VEvent event, Map<String, Set<LocalDate>> replaced) {
    LocalDate first = date(place, event.getDateStart().getValue());
    Set<LocalDate> removed = new HashSet<>();
    boolean isInstance = event.getRecurrenceId() != null;
    // Shared and not copied: thousands of events can have one UID, and as many instances.
    Set<LocalDate> others =
        isInstance || event.getUid() == null
            ? Set.of()
            : replaced.getOrDefault(String.valueOf(event.getUid().getValue()), Set.of());
    for (ExceptionDates dates : event.getExceptionDates()) {
      dates.getValues().forEach(date -> removed.add(date(place, date)));
    }
    List<LocalDate> added = new ArrayList<>();
    for (RecurrenceDates dates : event.getRecurrenceDates()) {
      dates.getDates().forEach(date -> added.add(date(place, date)));
    }
    if (added.size() > CalendarReader.MOST_HOLIDAYS) {
      throw tooMany();
    }
    return new Event(
        name(event), first, span(place, event, first), rule(place, event), added, removed, others);
  }

  /** DTEND is the day after the last; without it, and without a DURATION, it is one day. */
  private static int span(String place, VEvent event, LocalDate first) {
    long days = 1;
    if (event.getDateEnd() != null && event.getDateEnd().getValue() != null) {
      days = ChronoUnit.DAYS.between(first, date(place, event.getDateEnd().getValue()));
    } else if (event.getDuration() != null && event.getDuration().getValue() != null) {
      Duration duration = event.getDuration().getValue();
      days = duration.toMillis() / java.time.Duration.ofDays(1).toMillis();
    }
    if (days > LONGEST_SPAN) {
      throw refused(place + " lasts " + days + " days, and " + LONGEST_SPAN + " is the most");
    }
    // Some programs write the first day as DTEND too.
    return (int) Math.max(1, days);
  }

  private static @Nullable String rule(String place, VEvent event) {
    if (!event.getExperimentalProperties("RRULE").isEmpty()
        || event.getProperties(RecurrenceRule.class).size() > 1
        || !event.getExceptionRules().isEmpty()) {
      throw refused(place + " has an RRULE that cannot be read, several of them, or an EXRULE");
    }
    RecurrenceRule rule = event.getRecurrenceRule();
    return rule == null || rule.getValue() == null
        ? null
        : new RecurrenceRuleScribe()
            .writeText(rule, new WriteContext(ICalVersion.V2_0, new TimezoneInfo(), null));
  }

  private static LocalDate date(String place, ICalDate date) {
    DateTimeComponents parts = date.getRawComponents();
    try {
      LocalDate read = LocalDate.of(parts.getYear(), parts.getMonth(), parts.getDate());
      if (read.getYear() >= 1900 && read.getYear() <= 9999) {
        return read;
      }
    } catch (DateTimeException | NullPointerException noSuchDay) {
      // said below
    }
    throw refused(place + " has a date that is none of the years 1900 to 9999");
  }

  private static @Nullable String name(VEvent event) {
    String summary = event.getSummary() == null ? null : event.getSummary().getValue();
    if (summary == null || summary.isBlank() || !Storable.isStorable(summary)) {
      return null;
    }
    return cut(summary.strip());
  }

  private static String named(VEvent event) {
    String name = name(event);
    return name == null
        ? ""
        : " (" + (name.length() > 60 ? name.substring(0, 60) + "…" : name) + ")";
  }

  // ── days

  private void expand(Event event) {
    if (event.rule == null) {
      add(event, event.first);
    } else {
      // DTSTART is an instance even where the rule does not match it (RFC 5545 §3.8.5.3).
      add(event, event.first);
      recur(event, event.rule);
    }
    event.added.forEach(first -> add(event, first));
  }

  private void recur(Event event, String rule) {
    Instant upTo = givenTo == null ? Instant.parse("9999-12-31T00:00:00Z") : start(givenTo);
    try {
      Fires fires =
          Rrule.parse(rule, event.first + "T00:00:00", List.of(), List.of(), List.of())
              .in(Timing.of(ZoneOffset.UTC, start(event.first), DstPolicy.DEFAULT));
      Instant after = start(event.first);
      if (givenFrom != null) {
        Instant before = start(givenFrom).minus(event.days, ChronoUnit.DAYS);
        after = before.isAfter(after) ? before : after;
      }
      Fire fire = fires.nextFire(after, upTo, effort);
      while (fire != null) {
        add(event, fire.at().atZone(ZoneOffset.UTC).toLocalDate());
        fire = fires.nextFire(fire.at(), upTo, effort);
      }
    } catch (InvalidTrigger invalid) {
      throw refused("has the rule " + cut(rule) + ", which is wrong: " + invalid.getMessage());
    } catch (EvaluationGaveUp gaveUp) {
      throw tooMuchWork();
    }
  }

  private void add(Event event, LocalDate first) {
    effort.step();
    if (event.isLeftOut(first)) {
      return;
    }
    LocalDate end = first.plusDays(event.days);
    LocalDate day = givenFrom != null && first.isBefore(givenFrom) ? givenFrom : first;
    while (day.isBefore(end) && (givenTo == null || !day.isAfter(givenTo))) {
      effort.steps(STEPS_PER_DAY);
      holidays.merge(day, event.name == null ? "" : event.name, CalendarImport::together);
      day = day.plusDays(1);
    }
    if (holidays.size() > CalendarReader.MOST_HOLIDAYS) {
      throw tooMany();
    }
  }

  /** A date on which two holidays fall is one, with both names. */
  private static String together(String one, String other) {
    if (one.isEmpty() || other.isEmpty() || one.contains(other)) {
      return one.isEmpty() ? other : one;
    }
    return cut(one + "; " + other);
  }

  private static Instant start(LocalDate date) {
    return date.atStartOfDay(ZoneOffset.UTC).toInstant();
  }

  private static String cut(String text) {
    if (text.length() <= LONGEST_NAME) {
      return text;
    }
    int end =
        Character.isHighSurrogate(text.charAt(LONGEST_NAME - 1)) ? LONGEST_NAME - 1 : LONGEST_NAME;
    return text.substring(0, end);
  }

  private static InvalidInput tooMuchWork() {
    return refused(
        "has events that take too much work, for they recur or overlap too often; give validFrom"
            + " and validTo, or leave events out");
  }

  private static InvalidInput tooMany() {
    return refused(
        "comes to more than "
            + CalendarReader.MOST_HOLIDAYS
            + " holidays; give validFrom and validTo, or leave events out");
  }

  static InvalidInput refused(String message) {
    return FieldErrors.invalid("", message, null);
  }
}
