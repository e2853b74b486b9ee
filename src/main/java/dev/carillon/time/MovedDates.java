package dev.carillon.time;

import dev.carillon.time.calendar.BusinessDays;
import dev.carillon.time.calendar.Convention;
import dev.carillon.time.calendar.DayOff;
import dev.carillon.time.calendar.OutsideCalendar;
import dev.carillon.time.civil.CivilDays;
import dev.carillon.time.civil.Effort;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * To which business day a convention moves a date, and which dates come to a business day. Dates
 * alone, as days since 1970-01-01; their times are {@link AdjustedDates}'. Each question to the
 * calendar is a step.
 */
final class MovedDates {

  /** Before any date that a fire is asked for; back to here, a business day is looked for. */
  static final long FIRST_DAY = CivilDays.of(Years.FIRST_YEAR - 1, 1, 1);

  static final long LAST_DAY = CivilDays.of(Years.LAST_YEAR, 12, 31);

  /** In the place of a day that nobody knows, or that is too far off to be looked for. */
  static final long UNKNOWN = Long.MAX_VALUE;

  /** So far, at most, the days off behind the end of a search are followed. */
  private static final int LONG_RUN = 400;

  private final BusinessDays days;
  private final Convention convention;

  MovedDates(BusinessDays days, Convention convention) {
    this.days = days;
    this.convention = convention;
  }

  /**
   * Where the dates that come to a business day end, on one side of it.
   *
   * @param day the last of them; the business day itself where there are none
   * @param unknown why those further away may belong to them; null: they do not
   * @param from the unknown dates begin here
   */
  record Reach(long day, @Nullable OutsideCalendar unknown, long from) {

    static Reach to(long day) {
      return new Reach(day, null, 0);
    }
  }

  /** The first date behind one, and behind all that surely are moved to the same earlier day. */
  long behindThoseOf(long date, Effort effort) {
    if (convention == Convention.MODIFIED_FOLLOWING) {
      return firstOfNextMonth(date);
    }
    if (convention == Convention.NEAREST) {
      return date + 1;
    }
    long end = convention == Convention.PRECEDING ? LAST_DAY + 1 : firstOfNextMonth(date);
    long next = date + 1;
    try {
      while (next < end && isOff(next, effort)) {
        next++;
      }
    } catch (OutsideCalendar unknown) {
      // Whether anything depends on it shows when the next nominal date is asked for.
      return next;
    }
    return next;
  }

  /** The business day that a date comes to; far behind or before all days when there is none. */
  long target(long date, Effort effort) {
    if (!isOff(date, effort)) {
      return date;
    }
    return switch (convention) {
      case PRECEDING -> preceding(date, FIRST_DAY, effort);
      case MODIFIED_FOLLOWING -> {
        long inMonth = firstOfNextMonth(date) - 1;
        long following = following(date, inMonth, effort);
        yield following > inMonth ? preceding(date, FIRST_DAY, effort) : following;
      }
      case MODIFIED_PRECEDING -> {
        long inMonth = firstOfMonth(date);
        long preceding = preceding(date, inMonth, effort);
        yield preceding < inMonth ? following(date, LAST_DAY, effort) : preceding;
      }
      case NEAREST -> nearest(date, effort);
      default -> following(date, LAST_DAY, effort);
    };
  }

  private long following(long date, long end, Effort effort) {
    long day = date + 1;
    while (day <= end && isOff(day, effort)) {
      day++;
    }
    return day;
  }

  private long preceding(long date, long end, Effort effort) {
    long day = date - 1;
    while (day >= end && isOff(day, effort)) {
      day--;
    }
    return day;
  }

  private long nearest(long date, Effort effort) {
    for (long distance = 1; ; distance++) {
      boolean later = date + distance <= LAST_DAY;
      boolean earlier = date - distance >= FIRST_DAY;
      if (later && !isOff(date + distance, effort)) {
        return date + distance;
      }
      if (earlier && !isOff(date - distance, effort)) {
        return date - distance;
      }
      if (!later && !earlier) {
        return LAST_DAY + 1;
      }
    }
  }

  /** The first of the days off around a day that is not nearer the business day before them. */
  long secondHalf(long start, long day, Effort effort) {
    try {
      long end = following(day, LAST_DAY, effort);
      return Math.floorDiv(start + end, 2);
    } catch (OutsideCalendar unknown) {
      return start;
    }
  }

  /** Which days off before a business day come to it. */
  Reach before(long day, Effort effort) {
    if (convention == Convention.PRECEDING) {
      return Reach.to(day);
    }
    long lowest = convention == Convention.MODIFIED_FOLLOWING ? firstOfMonth(day) : FIRST_DAY;
    long end = day - 1;
    OutsideCalendar outside = null;
    try {
      while (end >= lowest && isOff(end, effort)) {
        end--;
      }
    } catch (OutsideCalendar unknown) {
      outside = unknown;
    }
    // Whether it is a business day or unknown: of those behind it, these come to the day.
    long first =
        switch (convention) {
          case MODIFIED_PRECEDING -> firstOfNextMonth(end);
          case NEAREST -> Math.floorDiv(end + day + 1, 2);
          default -> end + 1;
        };
    return new Reach(Math.min(first, day), outside, end);
  }

  /** Which days off after a business day come to it. */
  Reach after(long day, Effort effort) {
    if (convention == Convention.FOLLOWING) {
      return Reach.to(day);
    }
    long highest =
        convention == Convention.MODIFIED_PRECEDING ? firstOfNextMonth(day) - 1 : LAST_DAY;
    long end = day + 1;
    OutsideCalendar outside = null;
    try {
      while (end <= highest && isOff(end, effort)) {
        end++;
      }
    } catch (OutsideCalendar unknown) {
      outside = unknown;
    }
    long to =
        switch (convention) {
          case MODIFIED_FOLLOWING -> firstOfMonth(end) - 1;
          case NEAREST -> Math.floorDiv(end + day + 1, 2) - 1;
          default -> end - 1;
        };
    return new Reach(Math.max(to, day), outside, end);
  }

  /** The last of the days off behind a day; {@link #UNKNOWN} where they are too many or unknown. */
  long endOfRun(long day) {
    try {
      for (long end = day + 1; end < day + LONG_RUN; end++) {
        if (days.isBusinessDay(LocalDate.ofEpochDay(end))) {
          return end - 1;
        }
      }
    } catch (OutsideCalendar unknown) {
      return UNKNOWN;
    }
    return UNKNOWN;
  }

  boolean isOff(long day, Effort effort) {
    return dayOff(day, effort) != null;
  }

  @Nullable DayOff dayOff(long day, Effort effort) {
    return days.dayOff(LocalDate.ofEpochDay(day), effort);
  }

  static long firstOfMonth(long day) {
    return day - CivilDays.day(CivilDays.civil(day)) + 1;
  }

  private static long firstOfNextMonth(long day) {
    long civil = CivilDays.civil(day);
    int length = CivilDays.lengthOf(CivilDays.year(civil), CivilDays.month(civil));
    return day - CivilDays.day(civil) + 1 + length;
  }
}
