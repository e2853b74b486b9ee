package dev.carillon.ical;

import dev.carillon.time.Fire;
import dev.carillon.time.Fires;
import dev.carillon.time.Interval;
import dev.carillon.time.Jitter;
import dev.carillon.time.Rrule;
import dev.carillon.time.Timing;
import dev.carillon.time.Trigger;
import dev.carillon.time.calendar.Convention;
import dev.carillon.time.rrule.Recurrence;
import dev.carillon.time.rrule.Rule;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What becomes one recurring event: a rule whose instants every calendar application finds as we
 * do. It is one of days or longer at one time of day, and that time exists once on each day in its
 * zone, now and ever after: what a change of the clocks leaves out or repeats is read differently
 * by different applications (RFC 5545, sections 3.3.5 and 3.3.10), and chosen by our schedules. Nor
 * is it a rule in a zone whose changes follow none ({@link ZoneComponent}).
 *
 * @param rrule the value of RRULE
 * @param start the first fire that is shown: DTSTART, which the rule matches
 * @param zone of all local times
 * @param added RDATE, local, ascending
 * @param excluded EXDATE, local, ascending; never the start
 */
public record CalendarRule(
    String rrule,
    Instant start,
    ZoneId zone,
    List<LocalDateTime> added,
    List<LocalDateTime> excluded) {

  private static final int LAST_DAY_OF_EACH_MONTH = 28;
  private static final int LONGEST_STEP = 999;
  private static final int MOST_EXCLUDED = 50;

  public CalendarRule {
    added = List.copyOf(added);
    excluded = List.copyOf(excluded);
  }

  /**
   * @param timing the schedule's; what fired before it was created is not shown, except where the
   *     rule counts
   * @return null: no such rule says it, or it does not fire any more
   * @throws dev.carillon.time.EvaluationGaveUp when its first fire was not found
   */
  public static @Nullable CalendarRule of(Trigger trigger, Timing timing, Jitter jitter) {
    boolean adjusted = timing.days() != null && timing.convention() != Convention.UNADJUSTED;
    if (adjusted || !jitter.most().isZero()) {
      return null;
    }
    if (trigger instanceof Rrule rule) {
      return of(rule.recurrence(), timing);
    }
    return trigger instanceof Interval interval ? of(interval, timing) : null;
  }

  /**
   * The same of a rule that stands alone, for whoever only shows how it goes on from one of its
   * fires.
   *
   * @param dtstart its time of day counts
   * @return the value of RRULE; null: it counts, or no such rule says it
   */
  public static @Nullable String from(Instant fire, Rule rule, LocalTime dtstart, ZoneId zone) {
    PortableRule portable = PortableRule.of(rule, dtstart);
    if (portable == null || portable.count() > 0) {
      return null;
    }
    LocalTime shown = LocalTime.ofInstant(fire, zone);
    if (!shown.equals(portable.timeOfDay()) || !OnceADay.is(shown, zone, fire)) {
      return null;
    }
    Instant until = UntilInstant.of(portable.until(), zone);
    return ended(portable.parts(), 0, until);
  }

  /**
   * The same, less some of its fires.
   *
   * @return null: the start is among them, or they are more than anybody writes down
   */
  public @Nullable CalendarRule without(List<Instant> fires) {
    if (fires.isEmpty()) {
      return this;
    }
    if (fires.contains(start) || fires.size() > MOST_EXCLUDED) {
      return null;
    }
    List<LocalDateTime> all =
        Stream.concat(
                excluded.stream(), fires.stream().map(fire -> LocalDateTime.ofInstant(fire, zone)))
            .distinct()
            .sorted()
            .toList();
    return new CalendarRule(rrule, start, zone, added, all);
  }

  private static @Nullable CalendarRule of(Recurrence recurrence, Timing timing) {
    PortableRule portable = PortableRule.of(recurrence.rule(), recurrence.start().toLocalTime());
    if (portable == null || !recurrence.exclusions().isEmpty()) {
      return null;
    }
    boolean counts = portable.count() > 0;
    Instant shownFrom = counts ? Instant.MIN : notBefore(timing);
    Recurrence alone =
        new Recurrence(recurrence.series(), recurrence.start(), List.of(), List.of(), List.of());
    // DTSTART is the rule's own first one, also where the schedule starts later: it is counted
    // from.
    Timing unbounded = Timing.of(timing.zone(), timing.createdAt(), timing.dst());
    Fire first = first(new Rrule(alone), unbounded, shownFrom, timing.endAt());
    if (first == null || !stands(first, timing.zone())) {
      return null;
    }
    boolean bounded =
        timing.endAt() != null || timing.startAt() != null && first.at().isBefore(timing.startAt());
    if (counts && bounded) {
      return null;
    }
    return dated(recurrence, portable, timing, first);
  }

  /** With RDATE and EXDATE, as far as they are read alike. */
  private static @Nullable CalendarRule dated(
      Recurrence recurrence, PortableRule portable, Timing timing, Fire first) {
    ZoneId zone = timing.zone();
    LocalDateTime start = first.local().toLocalDateTime();
    List<LocalDateTime> added =
        recurrence.added().stream().filter(isWithin(timing)).distinct().sorted().toList();
    boolean clear =
        added.stream()
            .allMatch(
                date -> date.isAfter(start) && OnceADay.is(date.toLocalTime(), zone, first.at()));
    // Others match nothing, or by their own reading of a time that does not exist what they should
    // not.
    List<LocalDateTime> excluded =
        recurrence.excluded().stream()
            .filter(date -> !date.isBefore(start))
            .filter(date -> date.toLocalTime().equals(start.toLocalTime()) || added.contains(date))
            .distinct()
            .sorted()
            .toList();
    if (!clear || excluded.contains(start)) {
      return null;
    }
    Instant until = earlier(UntilInstant.of(portable.until(), zone), timing.endAt());
    String rrule = ended(portable.parts(), portable.count(), until);
    return new CalendarRule(rrule, first.at(), zone, added, excluded);
  }

  private static @Nullable CalendarRule of(Interval interval, Timing timing) {
    String parts = steps(interval);
    LocalDateTime anchor =
        interval.anchor() == null
            ? LocalDateTime.ofInstant(timing.anchor(), timing.zone())
            : interval.anchor();
    boolean endOfMonth = interval.months() > 0 && anchor.getDayOfMonth() > LAST_DAY_OF_EACH_MONTH;
    if (parts == null || endOfMonth) {
      return null;
    }
    Fire first = first(interval, withoutEnd(timing), notBefore(timing), timing.endAt());
    if (first == null || !stands(first, timing.zone())) {
      return null;
    }
    // Events know whole seconds only, and the fires may all lie some part of one behind.
    Instant endAt = timing.endAt();
    Instant until = endAt == null ? null : endAt.minusNanos(first.at().getNano());
    String rrule = ended(parts, 0, until);
    return new CalendarRule(rrule, first.at(), timing.zone(), List.of(), List.of());
  }

  private static @Nullable String steps(Interval interval) {
    long months = interval.months();
    long days = interval.days();
    if (months > 0 && days > 0 || months == 0 && days == 0) {
      return null;
    }
    if (months > 0) {
      return months % 12 == 0 ? every("YEARLY", months / 12) : every("MONTHLY", months);
    }
    return days % 7 == 0 ? every("WEEKLY", days / 7) : every("DAILY", days);
  }

  private static @Nullable String every(String freq, long step) {
    if (step > LONGEST_STEP) {
      return null;
    }
    return "FREQ=" + freq + (step == 1 ? "" : ";INTERVAL=" + step);
  }

  private static Instant notBefore(Timing timing) {
    Instant startAt = timing.startAt();
    return startAt == null || startAt.isBefore(timing.createdAt()) ? timing.createdAt() : startAt;
  }

  /** With its start, which is a fire itself where an interval has no anchor. */
  private static Timing withoutEnd(Timing timing) {
    return new Timing(
        timing.zone(),
        timing.createdAt(),
        timing.dst(),
        timing.startAt(),
        null,
        null,
        Convention.UNADJUSTED);
  }

  private static @Nullable Fire first(
      Trigger trigger, Timing timing, Instant from, @Nullable Instant endAt) {
    Fires fires = trigger.in(timing);
    Fire first = fires.nextFire(from.equals(Instant.MIN) ? from : from.minusNanos(1));
    return first == null || endAt != null && first.at().isAfter(endAt) ? null : first;
  }

  private static boolean stands(Fire first, ZoneId zone) {
    return first.moved().isEmpty()
        && ZoneComponent.isRegular(zone, first.at())
        && OnceADay.is(first.local().toLocalTime(), zone, first.at());
  }

  private static Predicate<LocalDateTime> isWithin(Timing timing) {
    Instant from = notBefore(timing);
    return date -> {
      Instant at = date.atZone(timing.zone()).toInstant();
      return !at.isBefore(from) && (timing.endAt() == null || !at.isAfter(timing.endAt()));
    };
  }

  private static String ended(String parts, int count, @Nullable Instant until) {
    if (count > 0) {
      return parts + ";COUNT=" + count;
    }
    return until == null ? parts : parts + ";UNTIL=" + Stamps.utc(until);
  }

  private static @Nullable Instant earlier(@Nullable Instant a, @Nullable Instant b) {
    if (a == null || b == null) {
      return a == null ? b : a;
    }
    return a.isBefore(b) ? a : b;
  }
}
