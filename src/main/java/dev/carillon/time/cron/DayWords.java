package dev.carillon.time.cron;

import dev.carillon.time.text.Phrases;
import java.time.DayOfWeek;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntFunction;

/** The days of a pattern in words, made from its bit sets. */
final class DayWords {

  private static final String WEEKDAY = "weekday (Monday to Friday)";

  /** Up to this many years are listed one by one. */
  private static final int MAX_YEARS = 8;

  private final CronPattern pattern;

  private DayWords(CronPattern pattern) {
    this.pattern = pattern;
  }

  /** The days without the years; empty for every day. */
  static String of(CronPattern pattern) {
    return new DayWords(pattern).days();
  }

  private String days() {
    boolean allDates = pattern.daysOfMonth == CronPattern.ALL_DATES;
    boolean allWeekdays = pattern.daysOfWeek == CronPattern.ALL_WEEKDAYS;
    boolean either = !pattern.bothDays;
    String in = inMonths();
    if (allDates && allWeekdays || either && (allDates || allWeekdays)) {
      return in.isEmpty() ? "" : "every day" + in;
    }
    if (allDates) {
      return weekdays();
    }
    if (allWeekdays) {
      return dates();
    }
    if (either) {
      return dates() + " or " + weekdays();
    }
    return dates() + " if it is " + Phrases.list(weekdayConditions(), "or");
  }

  private String dates() {
    List<Integer> days = Phrases.numbers(pattern.daysOfMonth);
    List<Integer> months = Phrases.numbers(pattern.months);
    boolean special = !pattern.specialDates.equals(SpecialDates.NONE);
    if (days.size() == 1 && months.size() == 1 && !special) {
      return "on " + days.get(0) + " " + Phrases.month(months.get(0));
    }
    int step = days.size() > 2 ? days.get(1) - days.get(0) : 1;
    boolean stepped =
        step > 1 && Phrases.isStep(days, step) && days.size() == (31 - days.get(0)) / step + 1;
    if (stepped && days.get(0) <= step && !special) {
      String from = " from the " + Phrases.ordinal(days.get(0));
      return "on every " + Phrases.ordinal(step) + " day" + ofMonths() + from;
    }
    List<String> parts = new ArrayList<>();
    if (!days.isEmpty()) {
      parts.add(Phrases.numbered("day", days));
    }
    parts.addAll(specialDates());
    return "on " + Phrases.list(parts, "and") + ofMonths();
  }

  private List<String> specialDates() {
    SpecialDates special = pattern.specialDates;
    List<String> words = new ArrayList<>();
    for (int day : Phrases.numbers(special.nearestWeekday())) {
      words.add("the " + WEEKDAY + " nearest the " + Phrases.ordinal(day));
    }
    for (int offset : Phrases.numbers(special.weekdayFromLast())) {
      words.add(
          offset == 0
              ? "the last " + WEEKDAY
              : "the " + WEEKDAY + " nearest the day " + beforeTheLast(offset));
    }
    for (int offset : Phrases.numbers(special.fromLast())) {
      words.add(offset == 0 ? "the last day" : "the day " + beforeTheLast(offset));
    }
    if (special.businessDay() != 0) {
      words.add("the " + Phrases.place(special.businessDay()) + " business day");
    }
    return words;
  }

  private static String beforeTheLast(int days) {
    return (days == 1 ? "1 day" : days + " days") + " before the last day";
  }

  private String weekdays() {
    List<String> special = specialWeekdays();
    if (!special.isEmpty()) {
      List<String> parts = new ArrayList<>(plainWeekdays("every "));
      parts.addAll(special);
      return "on " + Phrases.list(parts, "and") + ofMonths();
    }
    List<Integer> fromMonday = fromMonday(pattern.daysOfWeek);
    List<String> names = plainWeekdays("");
    boolean run = names.size() > 2 && Phrases.isRun(fromMonday);
    return (run
            ? names.get(0) + " to " + names.get(names.size() - 1)
            : "on " + Phrases.list(names, "and"))
        + inMonths();
  }

  /** {@code a Friday}, {@code the 2nd Monday}, {@code the last Sunday}. */
  private List<String> weekdayConditions() {
    List<String> conditions = new ArrayList<>();
    List<String> plain = plainWeekdays("");
    if (!plain.isEmpty()) {
      conditions.add("a " + plain.get(0));
      conditions.addAll(plain.subList(1, plain.size()));
    }
    conditions.addAll(specialWeekdays());
    return conditions;
  }

  private List<String> specialWeekdays() {
    List<String> words = new ArrayList<>();
    for (int n = 1; n <= 5; n++) {
      String nth = "the " + Phrases.ordinal(n) + " ";
      words.addAll(
          named(fromMonday(pattern.specialWeekdays.nth() >> 7 * (n - 1)), day -> nth + name(day)));
    }
    words.addAll(named(fromMonday(pattern.specialWeekdays.last()), day -> "the last " + name(day)));
    return words;
  }

  private List<String> plainWeekdays(String before) {
    return named(fromMonday(pattern.daysOfWeek), day -> before + name(day));
  }

  /** The weekdays among the lowest seven bits, of which 0 is Sunday, as ISO numbers them. */
  private static List<Integer> fromMonday(long bits) {
    return Phrases.numbers(bits & 0x7e | (bits & 1) << 7);
  }

  private static String name(int isoDay) {
    return Phrases.day(DayOfWeek.of(isoDay));
  }

  private String ofMonths() {
    String in = inMonths();
    return in.isEmpty() ? " of the month" : " of" + in.substring(3);
  }

  /** {@code in March}, {@code in March to May}; empty for all months. */
  private String inMonths() {
    List<Integer> months = Phrases.numbers(pattern.months);
    if (months.size() == 12) {
      return "";
    }
    List<String> names = named(months, Phrases::month);
    return months.size() > 2 && Phrases.isRun(months)
        ? " in " + names.get(0) + " to " + names.get(names.size() - 1)
        : " in " + Phrases.list(names, "and");
  }

  private static List<String> named(List<Integer> values, IntFunction<String> name) {
    return values.stream().map(name::apply).toList();
  }

  /** {@code in 2027}, {@code from 2026 to 2030}; empty for every year. */
  static String years(CronPattern pattern) {
    BitSet years = pattern.years;
    if (years == null) {
      return "";
    }
    List<Integer> all = years.stream().boxed().toList();
    int first = all.get(0);
    int last = all.get(all.size() - 1);
    if (all.size() > 2 && Phrases.isRun(all)) {
      return fromTo(first, last);
    }
    int step = all.size() > 2 ? all.get(1) - first : 1;
    if (step > 1 && Phrases.isStep(all, step)) {
      boolean open = last + step > CronField.YEAR.high;
      return "in every "
          + Phrases.ordinal(step)
          + " year "
          + (open ? "from " + first : fromTo(first, last));
    }
    if (all.size() <= MAX_YEARS) {
      return "in " + Phrases.list(named(all, String::valueOf), "and");
    }
    return "in " + Phrases.list(shortened(runs(years)), "and");
  }

  private static String fromTo(int first, int last) {
    return last == CronField.YEAR.high ? "from " + first : "from " + first + " to " + last;
  }

  /** {@code 2026 to 2030}, {@code 2040}: the years run by run. */
  private static List<String> runs(BitSet years) {
    List<String> runs = new ArrayList<>();
    int from = years.nextSetBit(0);
    while (from >= 0) {
      int end = years.nextClearBit(from);
      runs.add(end - from == 1 ? String.valueOf(from) : from + " to " + (end - 1));
      from = years.nextSetBit(end);
    }
    return runs;
  }

  private static List<String> shortened(List<String> runs) {
    if (runs.size() <= MAX_YEARS) {
      return runs;
    }
    List<String> first = new ArrayList<>(runs.subList(0, MAX_YEARS - 1));
    first.add((runs.size() - first.size()) + " more spans of years");
    return first;
  }
}
