package dev.carillon.ical;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.Month;
import java.time.Year;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneOffsetTransitionRule;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A zone's yearly change as RRULE: of the local time before it, as VTIMEZONE wants it. */
final class YearlyChange {

  private static final int DAYS_OF_WEEK = 7;

  private YearlyChange() {}

  /**
   * @param change one of the rule's
   * @return null: no rule that does not depend on the year says it
   */
  static @Nullable String rrule(ZoneOffsetTransitionRule rule, ZoneOffsetTransition change) {
    LocalDateTime wall = change.getDateTimeBefore();
    LocalDate named = named(rule, Year.of(wall.getYear()));
    // The rule may name its day in UTC, or its midnight as the day's end: on the wall it is
    // another.
    int shift = (int) ChronoUnit.DAYS.between(named, wall.toLocalDate());
    String days = days(rule, shift);
    return wall.getMonth() != rule.getMonth() || days == null
        ? null
        : "FREQ=YEARLY;BYMONTH=" + rule.getMonth().getValue() + days;
  }

  private static LocalDate named(ZoneOffsetTransitionRule rule, Year year) {
    int day = rule.getDayOfMonthIndicator();
    DayOfWeek weekday = rule.getDayOfWeek();
    LocalDate first = year.atMonth(rule.getMonth()).atDay(1);
    if (day < 0) {
      LocalDate date = first.plusMonths(1).plusDays(day);
      return weekday == null ? date : date.with(TemporalAdjusters.previousOrSame(weekday));
    }
    LocalDate date = first.withDayOfMonth(day);
    return weekday == null ? date : date.with(TemporalAdjusters.nextOrSame(weekday));
  }

  private static @Nullable String days(ZoneOffsetTransitionRule rule, int shift) {
    int day = rule.getDayOfMonthIndicator();
    Month month = rule.getMonth();
    if (day < 0 && month == Month.FEBRUARY) {
      return null;
    }
    int named = (day < 0 ? month.minLength() + 1 + day : day) + shift;
    DayOfWeek weekday = rule.getDayOfWeek();
    if (weekday == null) {
      return named < 1 || named > month.minLength() ? null : ";BYMONTHDAY=" + named;
    }
    // One week of days: that from the named day on, or that up to it.
    int first = day < 0 ? named - DAYS_OF_WEEK + 1 : named;
    return weekday(weekday.plus(shift), first, month);
  }

  private static @Nullable String weekday(DayOfWeek weekday, int first, Month month) {
    String name = twoLetters(weekday);
    int last = first + DAYS_OF_WEEK - 1;
    if (first < 1 || last > month.minLength()) {
      return null;
    }
    if (last == month.maxLength()) {
      return ";BYDAY=-1" + name;
    }
    if (last % DAYS_OF_WEEK == 0) {
      return ";BYDAY=" + last / DAYS_OF_WEEK + name;
    }
    return IntStream.rangeClosed(first, last)
        .mapToObj(Integer::toString)
        .collect(Collectors.joining(",", ";BYMONTHDAY=", ";BYDAY=" + name));
  }

  private static String twoLetters(DayOfWeek weekday) {
    return weekday.name().substring(0, 2).toUpperCase(Locale.ROOT);
  }
}
