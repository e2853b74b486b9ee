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

  /** Up to so many places and days are listed one by one. */
  private static final int MAX_LISTED = 8;

  /** The fifth has a name in {@link Phrases#place}, the 6th has not. */
  private static final int MOST_IN_WORDS = 5;

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
    if (isEveryDay()) {
      if (!limits) {
        choices.add("every day");
      }
    } else if (parts.hasWeekdays()) {
      // A run of days, "Monday to Friday", stands without "on".
      String before = limits ? "if it is " : startsWithRun() ? "" : "on ";
      choices.add(before + weekdays(months, limits ? "or" : "and"));
    } else if (!parts.weekNumbers().isEmpty()
        && !parts.hasMonthDays()
        && parts.yearDays().isEmpty()) {
      choices.add("on " + Phrases.day(start.getDayOfWeek()));
    }
    if (parts.hasMonthDays()) {
      boolean first = choices.isEmpty() && !limits;
      choices.add((first ? "on " : "if it is ") + monthDays(first));
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
    boolean namesMonths = !isEveryDay() && !parts.nthWeekdays().isEmpty() && byMonth();
    return (choices.isEmpty() ? "" : " ")
        + String.join(" ", choices)
        + (namesMonths ? "" : in(months));
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
    if (startsWithRun()) {
      names.add(day(plain.get(0)) + " to " + day(plain.get(plain.size() - 1)));
    } else {
      names.addAll(named(plain, RuleWords::day));
    }
    IntFunction<String> place = placing(parts.nthWeekdays().stream().map(NthWeekday::n).toList());
    parts.nthWeekdays().stream()
        .distinct()
        .map(nth -> "the " + place.apply(nth.n()) + " " + day(nth.weekday()))
        .forEach(names::add);
    // All Mondays of a month or year are meant, not one of them.
    boolean several = rule.freq() == Freq.MONTHLY || rule.freq() == Freq.YEARLY;
    boolean every =
        several && !plain.isEmpty() && !startsWithRun() && parts.weekNumbers().isEmpty();
    String list = (every ? "every " : "") + listed(names, lastJoin);
    if (parts.nthWeekdays().isEmpty()) {
      return list;
    }
    if (byMonth()) {
      return list + " of " + months;
    }
    return rule.freq() == Freq.YEARLY ? list + " of the year" : list;
  }

  /** Whether BYDAY names all seven, so that a number beside them adds nothing. */
  private boolean isEveryDay() {
    return Integer.bitCount(rule.days().weekdays()) == 7;
  }

  private boolean startsWithRun() {
    List<Integer> plain = Phrases.numbers(rule.days().weekdays());
    return plain.size() > 2 && Phrases.isRun(plain);
  }

  private static String day(int weekday) {
    return Phrases.day(DayOfWeek.of(weekday));
  }

  /**
   * @param all whether all of them are meant, else one of them is enough
   */
  private String monthDays(boolean all) {
    List<Integer> fromStart = Phrases.numbers(rule.days().monthDays());
    List<Integer> fromEnd = Phrases.numbers(rule.days().monthDaysFromEnd());
    List<String> names = new ArrayList<>();
    boolean run = fromStart.size() > 2 && Phrases.isRun(fromStart);
    if (!fromStart.isEmpty() && (all || run)) {
      names.add((all ? "" : "one of ") + Phrases.numbered("day", fromStart));
    } else if (!fromStart.isEmpty()) {
      names.add("day " + fromStart.get(0));
      names.addAll(named(fromStart.subList(1, fromStart.size()), String::valueOf));
    }
    IntFunction<String> place = placing(fromEnd);
    names.addAll(named(fromEnd, n -> "the " + place.apply(-n) + " day"));
    return Phrases.list(names, all ? "and" : "or")
        + (rule.freq() == Freq.MONTHLY ? "" : " of the month");
  }

  /** From the first to the last: those counted from the end come behind. */
  private static String places(List<Integer> numbers, String lastJoin) {
    List<Integer> sorted =
        numbers.stream()
            .sorted(Comparator.comparing((Integer n) -> n < 0).thenComparing(n -> n))
            .toList();
    return listed(named(sorted, placing(numbers)), lastJoin);
  }

  /** In words, or all in figures where one of them needs figures. */
  private static IntFunction<String> placing(List<Integer> numbers) {
    boolean inWords = numbers.stream().allMatch(n -> Math.abs(n) <= MOST_IN_WORDS);
    return n -> {
      if (inWords || n == -1) {
        return Phrases.place(n);
      }
      return n > 0 ? Phrases.ordinal(n) : Phrases.ordinal(-n) + " to last";
    };
  }

  /** A long list is shortened to its first two and its last. */
  private static String listed(List<String> items, String lastJoin) {
    if (items.size() <= MAX_LISTED) {
      return Phrases.list(items, lastJoin);
    }
    return items.get(0)
        + ", "
        + items.get(1)
        + " … "
        + lastJoin
        + " "
        + items.get(items.size() - 1);
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
