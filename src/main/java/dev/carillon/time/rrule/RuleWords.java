package dev.carillon.time.rrule;

import dev.carillon.time.rrule.Rule.DayParts;
import dev.carillon.time.rrule.Rule.NthWeekday;
import dev.carillon.time.rrule.Rule.TimeParts;
import dev.carillon.time.text.Phrases;
import java.time.DayOfWeek;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
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
    // INTERVAL picks days, and these parts say which of them count.
    boolean limits = rule.freq() == Freq.DAILY && rule.interval() > 1;
    List<String> choices = new ArrayList<>();
    if (parts.hasWeekdays()) {
      choices.add((limits ? "if it is " : "on ") + weekdays(months, limits ? "or" : "and"));
    } else if (!parts.weekNumbers().isEmpty()
        && !parts.hasMonthDays()
        && parts.yearDays().isEmpty()) {
      choices.add("on " + Phrases.day(start.getDayOfWeek()));
    }
    if (parts.hasMonthDays()) {
      boolean first = choices.isEmpty() && !limits;
      choices.add((first ? "on " : "if it is ") + monthDays(first ? "and" : "or"));
    }
    if (!parts.yearDays().isEmpty()) {
      boolean first = choices.isEmpty();
      choices.add(
          (first ? "on the " : "if it is the ")
              + places(parts.yearDays(), first ? "and" : "or")
              + " day of the year");
    }
    if (!parts.weekNumbers().isEmpty()) {
      choices.add("in the " + places(parts.weekNumbers(), "and") + " week of the year");
    }
    boolean namesMonths = parts.hasWeekdays() && !parts.nthWeekdays().isEmpty() && byMonth();
    return " " + String.join(" ", choices) + (namesMonths ? "" : in(months));
  }

  private boolean byMonth() {
    return rule.days().months() != 0;
  }

  private static String in(String months) {
    return months.isEmpty() ? "" : " in " + months;
  }

  private String months() {
    long months = rule.days().months();
    if (rule.days().hasMonthDays()) {
      months = Series.completed(rule, recurrence.start()).months();
    }
    return Phrases.list(named(Phrases.numbers(months), Phrases::month), "and");
  }

  private String weekdays(String months, String lastJoin) {
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
    // All Mondays of a month or year are meant, not one of them.
    boolean several = rule.freq() == Freq.MONTHLY || rule.freq() == Freq.YEARLY;
    boolean every = several && !plain.isEmpty() && parts.weekNumbers().isEmpty();
    String list = (every ? "every " : "") + Phrases.list(names, lastJoin);
    if (parts.nthWeekdays().isEmpty()) {
      return list;
    }
    if (byMonth()) {
      return list + " of " + months;
    }
    return rule.freq() == Freq.YEARLY ? list + " of the year" : list;
  }

  private static String day(int weekday) {
    return Phrases.day(DayOfWeek.of(weekday));
  }

  private String monthDays(String lastJoin) {
    List<Integer> fromStart = Phrases.numbers(rule.days().monthDays());
    List<String> names = new ArrayList<>();
    if (!fromStart.isEmpty()) {
      names.add(Phrases.numbered("day", fromStart));
    }
    for (int n : Phrases.numbers(rule.days().monthDaysFromEnd())) {
      names.add("the " + Phrases.place(-n) + " day");
    }
    return Phrases.list(names, lastJoin) + (rule.freq() == Freq.MONTHLY ? "" : " of the month");
  }

  /** From the first to the last: those counted from the end come behind. */
  private static String places(List<Integer> numbers, String lastJoin) {
    List<Integer> sorted =
        numbers.stream()
            .sorted(Comparator.comparing((Integer n) -> n < 0).thenComparing(n -> n))
            .toList();
    return Phrases.list(named(sorted, Phrases::place), lastJoin);
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
    return timesBelowADay();
  }

  /** What lies below the period is when in it; what is as long or longer is in which of them. */
  private String timesBelowADay() {
    TimeParts parts = rule.times();
    LocalDateTime start = recurrence.start();
    boolean hourly = rule.freq() == Freq.HOURLY;
    boolean secondly = rule.freq() == Freq.SECONDLY;
    List<Integer> seconds =
        secondly ? Phrases.numbers(parts.seconds()) : or(parts.seconds(), start.getSecond());
    List<Integer> minutes =
        hourly ? or(parts.minutes(), start.getMinute()) : Phrases.numbers(parts.minutes());
    boolean onTheMinute = !secondly && seconds.equals(List.of(0));
    boolean onTheHour = onTheMinute && hourly && minutes.equals(List.of(0));
    String words = "";
    if (!seconds.isEmpty() && !onTheMinute) {
      words = " at " + Phrases.numbered("second", seconds);
    }
    if (!minutes.isEmpty() && !onTheHour) {
      String link = words.isEmpty() ? (secondly ? " in " : " at ") : " of ";
      words += link + Phrases.numbered("minute", minutes);
    }
    if (parts.hours() != 0) {
      String link = words.contains("minute") ? " of " : words.isEmpty() ? " in " : ", in ";
      words += link + Phrases.numbered("hour", Phrases.numbers(parts.hours()));
    }
    return words;
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
    return ", only the "
        + places(rule.positions(), "and")
        + " of these in each "
        + rule.freq().unit;
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
