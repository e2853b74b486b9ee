package dev.carillon.time.rrule;

import dev.carillon.time.rrule.Rule.DayParts;
import dev.carillon.time.rrule.Rule.NthWeekday;
import dev.carillon.time.rrule.Rule.TimeParts;
import dev.carillon.time.text.Phrases;
import java.time.DayOfWeek;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/** A recurrence in words: how often, on which days, at which times, from when until when. */
final class RuleWords {

  /** Up to this many times of day are listed one by one. */
  private static final int MAX_TIMES = 8;

  private final Recurrence recurrence;
  private final Rule rule;

  private RuleWords(Recurrence recurrence) {
    this.recurrence = recurrence;
    this.rule = recurrence.rule();
  }

  static String of(Recurrence recurrence) {
    RuleWords words = new RuleWords(recurrence);
    return Phrases.sentence(
        Phrases.every(words.rule.interval(), words.rule.freq().unit)
            + words.days()
            + words.times()
            + words.positions()
            + words.span()
            + words.exceptions());
  }

  private String days() {
    DayParts parts = rule.days();
    LocalDateTime start = recurrence.start();
    String months = months();
    if (parts.leavesDaysOpen()) {
      return switch (rule.freq()) {
        case YEARLY ->
            months.isEmpty()
                ? " on " + start.getDayOfMonth() + " " + Phrases.month(start.getMonthValue())
                : " on day " + start.getDayOfMonth() + " of " + months;
        case MONTHLY -> " on day " + start.getDayOfMonth() + in(months);
        case WEEKLY -> " on " + Phrases.day(start.getDayOfWeek()) + in(months);
        default -> in(months);
      };
    }
    List<String> choices = new ArrayList<>();
    if (parts.hasWeekdays()) {
      choices.add("on " + weekdays(months));
    } else if (!parts.weekNumbers().isEmpty() && !parts.hasMonthDays()) {
      choices.add("on " + Phrases.day(start.getDayOfWeek()));
    }
    if (parts.hasMonthDays()) {
      choices.add((choices.isEmpty() ? "on " : "if it is ") + monthDays());
    }
    if (!parts.yearDays().isEmpty()) {
      choices.add("on the " + places(parts.yearDays()) + " day of the year");
    }
    if (!parts.weekNumbers().isEmpty()) {
      choices.add("in the " + places(parts.weekNumbers()) + " week of the year");
    }
    boolean namesMonths = parts.hasWeekdays() && !parts.nthWeekdays().isEmpty();
    return " " + String.join(" ", choices) + (namesMonths ? "" : in(months));
  }

  private static String in(String months) {
    return months.isEmpty() ? "" : " in " + months;
  }

  private String months() {
    return Phrases.list(named(Phrases.numbers(rule.days().months()), Phrases::month), "and");
  }

  private String weekdays(String months) {
    DayParts parts = rule.days();
    List<String> names = new ArrayList<>();
    List<Integer> plain = Phrases.numbers(parts.weekdays());
    boolean run = plain.size() > 2 && Phrases.isRun(plain);
    if (run) {
      names.add(day(plain.get(0)) + " to " + day(plain.get(plain.size() - 1)));
    } else {
      names.addAll(named(plain, RuleWords::day));
    }
    for (NthWeekday nth : parts.nthWeekdays()) {
      names.add("the " + Phrases.place(nth.n()) + " " + day(nth.weekday()));
    }
    String list = Phrases.list(names, "and");
    if (parts.nthWeekdays().isEmpty()) {
      return list;
    }
    if (!months.isEmpty()) {
      return list + " of " + months;
    }
    return rule.freq() == Freq.YEARLY ? list + " of the year" : list;
  }

  private static String day(int weekday) {
    return Phrases.day(DayOfWeek.of(weekday));
  }

  private String monthDays() {
    List<Integer> fromStart = Phrases.numbers(rule.days().monthDays());
    List<String> names = new ArrayList<>();
    if (!fromStart.isEmpty()) {
      names.add(Phrases.numbered("day", fromStart));
    }
    for (int n : Phrases.numbers(rule.days().monthDaysFromEnd())) {
      names.add("the " + Phrases.place(-n) + " day");
    }
    return Phrases.list(names, "and") + (rule.freq() == Freq.MONTHLY ? "" : " of the month");
  }

  private static String places(List<Integer> numbers) {
    return Phrases.list(named(numbers, Phrases::place), "and");
  }

  private String times() {
    TimeParts parts = rule.times();
    LocalDateTime start = recurrence.start();
    if (!rule.freq().isShorterThan(Freq.DAILY)) {
      List<Integer> hours = or(parts.hours(), start.getHour());
      List<Integer> minutes = or(parts.minutes(), start.getMinute());
      List<Integer> seconds = or(parts.seconds(), start.getSecond());
      if (hours.size() * minutes.size() * seconds.size() <= MAX_TIMES) {
        return " at " + clocks(hours, minutes, seconds);
      }
      boolean onTheMinute = seconds.equals(List.of(0));
      return " at "
          + (onTheMinute ? "" : Phrases.numbered("second", seconds) + " of ")
          + Phrases.numbered("minute", minutes)
          + " of "
          + Phrases.numbered("hour", hours);
    }
    List<String> limits = new ArrayList<>();
    boolean hourly = rule.freq() == Freq.HOURLY;
    boolean secondly = rule.freq() == Freq.SECONDLY;
    List<Integer> minutes =
        hourly ? or(parts.minutes(), start.getMinute()) : Phrases.numbers(parts.minutes());
    List<Integer> seconds =
        secondly ? Phrases.numbers(parts.seconds()) : or(parts.seconds(), start.getSecond());
    if (!seconds.isEmpty() && !seconds.equals(List.of(0))) {
      limits.add(Phrases.numbered("second", seconds));
    }
    if (!minutes.isEmpty() && !(hourly && minutes.equals(List.of(0)) && limits.isEmpty())) {
      limits.add(Phrases.numbered("minute", minutes));
    }
    if (parts.hours() != 0) {
      limits.add(Phrases.numbered("hour", Phrases.numbers(parts.hours())));
    }
    return limits.isEmpty() ? "" : " at " + String.join(" of ", limits);
  }

  private static String clocks(List<Integer> hours, List<Integer> minutes, List<Integer> seconds) {
    List<String> clocks = new ArrayList<>();
    for (int hour : hours) {
      for (int minute : minutes) {
        for (int second : seconds) {
          clocks.add(Phrases.clock(hour, minute, second));
        }
      }
    }
    return Phrases.list(clocks, "and");
  }

  private String positions() {
    if (rule.positions().isEmpty()) {
      return "";
    }
    return ", only the " + places(rule.positions()) + " of these in each " + rule.freq().unit;
  }

  private String span() {
    Rule.End end = rule.end();
    String from = ", from " + Phrases.date(recurrence.start().toLocalDate());
    if (end.count() > 0) {
      return from + ", " + (end.count() == 1 ? "once" : end.count() + " times");
    }
    if (end.untilLocal() != null) {
      return from + " until " + dateTime(end.untilLocal());
    }
    if (end.untilInstant() != null) {
      return from
          + " until "
          + dateTime(end.untilInstant().atOffset(ZoneOffset.UTC).toLocalDateTime())
          + " UTC";
    }
    return from;
  }

  private static String dateTime(LocalDateTime local) {
    return Phrases.date(local.toLocalDate())
        + " at "
        + Phrases.clock(local.getHour(), local.getMinute(), local.getSecond());
  }

  private String exceptions() {
    int added = recurrence.added().size();
    int excluded = recurrence.excluded().size();
    return (added == 0 ? "" : ", and on " + added + " further date" + (added == 1 ? "" : "s"))
        + (excluded == 0 ? "" : ", except on " + excluded + " date" + (excluded == 1 ? "" : "s"))
        + (recurrence.exclusions().isEmpty() ? "" : ", except where an EXRULE matches");
  }

  private static List<Integer> or(long bits, int fromStart) {
    return bits == 0 ? List.of(fromStart) : Phrases.numbers(bits);
  }

  private static List<String> named(List<Integer> values, IntFunction<String> name) {
    return values.stream().map(name::apply).toList();
  }
}
