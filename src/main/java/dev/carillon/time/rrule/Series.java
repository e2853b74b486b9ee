package dev.carillon.time.rrule;

import dev.carillon.time.civil.CivilDays;
import dev.carillon.time.civil.ClockTimes;
import dev.carillon.time.civil.Effort;
import dev.carillon.time.rrule.Rule.DayParts;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** One rule with its DTSTART, as a function: the next instance in nominal local time. */
final class Series {

  static final long NONE = Long.MAX_VALUE;

  private static final int DAY = 86_400;
  private static final long ALL_HOURS = (1L << 24) - 1;
  private static final long ALL_SIXTY = (1L << 60) - 1;

  /** The local second after the last one of the year 9999. */
  private static final long END_OF_TIME = CivilDays.of(10_000, 1, 1) * DAY;

  private final Rule rule;
  private final long start;
  private final Periods periods;
  private final DayFilter days;
  private final ClockTimes times;

  /** The period that INTERVAL counts from. */
  private final long base;

  /** For rules below a day. */
  private final @Nullable Openings openings;

  /** BYSETPOS; null: all. */
  private final @Nullable Positions positions;

  /** Whether BYSETPOS can choose anything at all. */
  private final boolean chooses;

  private Series(Rule rule, LocalDateTime dtstart, Effort effort) {
    this.rule = rule;
    this.start = dtstart.toEpochSecond(ZoneOffset.UTC);
    Weeks weeks = new Weeks(rule.weekStart());
    DayParts parts = completed(rule, dtstart);
    boolean nthOfMonth = rule.freq() == Freq.MONTHLY || rule.days().months() != 0;
    this.days = new DayFilter(parts, weeks, nthOfMonth);
    this.periods = Periods.of(rule.freq(), weeks, !parts.weekNumbers().isEmpty());
    this.base = periods.base(Math.floorDiv(start, DAY));
    this.times =
        new ClockTimes(
            times(rule, rule.times().hours(), Freq.HOURLY, dtstart.getHour(), ALL_HOURS),
            times(rule, rule.times().minutes(), Freq.MINUTELY, dtstart.getMinute(), ALL_SIXTY),
            times(rule, rule.times().seconds(), Freq.SECONDLY, dtstart.getSecond(), ALL_SIXTY));
    this.openings = rule.freq().isShorterThan(Freq.DAILY) ? openings(effort) : null;
    this.positions = rule.positions().isEmpty() ? null : new Positions(rule.positions());
    this.chooses = positions == null || positions.chooseAmong(mostInstances());
  }

  private Openings openings(Effort effort) {
    ClockTimes opening =
        new ClockTimes(
            times.hours(),
            rule.freq().isShorterThan(Freq.HOURLY) ? times.minutes() : 1,
            rule.freq() == Freq.SECONDLY ? times.seconds() : 1);
    return new Openings(days, opening, unit(), rule.interval(), start, effort);
  }

  /** Length of a period below a day, in seconds. */
  private int unit() {
    return switch (rule.freq()) {
      case HOURLY -> 3600;
      case MINUTELY -> 60;
      default -> 1;
    };
  }

  /** A period has no more instances than this; below a day, and of a day, exactly so many. */
  private int mostInstances() {
    return switch (rule.freq()) {
      case YEARLY -> 53 * 7 * times.count();
      case MONTHLY -> 31 * times.count();
      case WEEKLY -> 7 * times.count();
      case DAILY -> times.count();
      case HOURLY -> times.inHour(0).count();
      case MINUTELY -> times.inMinute(0, 0).count();
      case SECONDLY -> 1;
    };
  }

  /**
   * @throws Effort.Spent when the work allowed does not even suffice to prepare
   */
  static Series of(Rule rule, LocalDateTime dtstart, Effort effort) {
    effort.step();
    return new Series(rule, dtstart, effort);
  }

  /**
   * What the rule does not say about days is taken from DTSTART (RFC 5545, section 3.3.10; step by
   * step in RFC 8984, section 4.3.3.1).
   */
  static DayParts completed(Rule rule, LocalDateTime dtstart) {
    DayParts parts = rule.days();
    long months = parts.months();
    long monthDays = parts.monthDays();
    int weekdays = parts.weekdays();
    boolean numbersWeeks = !parts.weekNumbers().isEmpty();
    boolean choosesDays = parts.hasWeekdays() || parts.hasMonthDays();
    switch (rule.freq()) {
      case YEARLY -> {
        if (parts.yearDays().isEmpty()) {
          if (!numbersWeeks && months == 0 && (parts.hasMonthDays() || !parts.hasWeekdays())) {
            months = 1L << dtstart.getMonthValue();
          }
          if (!numbersWeeks && !choosesDays) {
            monthDays = 1L << dtstart.getDayOfMonth();
          }
          if (numbersWeeks && !choosesDays) {
            weekdays = 1 << dtstart.getDayOfWeek().getValue();
          }
        }
      }
      case MONTHLY -> monthDays = choosesDays ? monthDays : 1L << dtstart.getDayOfMonth();
      case WEEKLY ->
          weekdays = parts.hasWeekdays() ? weekdays : 1 << dtstart.getDayOfWeek().getValue();
      default -> {}
    }
    return new DayParts(
        months,
        monthDays,
        parts.monthDaysFromEnd(),
        parts.yearDays(),
        parts.weekNumbers(),
        weekdays,
        parts.nthWeekdays());
  }

  /** A BY part for times: as written, else DTSTART's where the period is longer, else all. */
  private static long times(Rule rule, long written, Freq unit, int fromStart, long all) {
    if (written != 0) {
      return written;
    }
    return unit.isShorterThan(rule.freq()) ? 1L << fromStart : all;
  }

  /**
   * The first instance strictly after a local time, and not before DTSTART; COUNT and UNTIL are not
   * looked at.
   *
   * @return local seconds, or {@link #NONE} when there is none up to the year 9999
   */
  long next(long after, Effort effort) {
    if (!chooses) {
      return NONE;
    }
    long from = timeFrom(Math.max(after + 1, start));
    return openings == null ? nextByDays(from, effort) : nextByTimes(openings, from, effort);
  }

  /** Whether a local time is an instance; as {@link #next}, COUNT and UNTIL are not looked at. */
  boolean contains(long at, Effort effort) {
    effort.step();
    long day = Math.floorDiv(at, DAY);
    int time = (int) Math.floorMod(at, (long) DAY);
    if (at < start || at >= END_OF_TIME || !chooses || !times.contains(time)) {
      return false;
    }
    if (openings != null) {
      long period = Math.floorDiv(at, unit());
      long opening = period * unit() - day * DAY;
      return Math.floorMod(period - Math.floorDiv(start, unit()), (long) rule.interval()) == 0
          && days.contains(day, effort)
          && (positions == null || inPeriod(positions, day, (int) opening, at, effort) == at);
    }
    long period = periods.of(day);
    return aligned(period) == period
        && days.contains(day, effort)
        && (positions == null || chosen(positions, daysOf(period, day, effort), times, at) == at);
  }

  /** The first time, on any day, that the times of the day allow, from one on. */
  private long timeFrom(long from) {
    long day = Math.floorDiv(from, DAY);
    int time = times.next((int) (from - day * DAY));
    return time < 0 ? (day + 1) * DAY : day * DAY + time;
  }

  /** No fewer than all instances up to the year 9999: a COUNT beyond this ends nothing. */
  long most() {
    long spanned =
        openings == null ? periods.of(DayFilter.LAST_DAY) - base : (END_OF_TIME - start) / unit();
    return (spanned / rule.interval() + 2) * mostInstances();
  }

  /** After how many days two cycles, of days each, end together. */
  static long cycleDays(long one, long other) {
    return one / gcd(one, other) * other;
  }

  private static long gcd(long a, long b) {
    return b == 0 ? a : gcd(b, a % b);
  }

  /** Periods of a day and longer: the instances of a period are its days times the day's times. */
  private long nextByDays(long from, Effort effort) {
    long current = periods.of(Math.floorDiv(from, DAY));
    // What no period of a whole cycle of the calendar and INTERVAL together has, none has.
    long last = current + cycleDays(rule.interval(), periods.cycle());
    while (true) {
      effort.step();
      long period = aligned(current);
      if (period > last) {
        return NONE;
      }
      long firstDay = Math.max(firstDayOf(period), Math.floorDiv(from, DAY));
      long matching = firstDay == DayFilter.NONE ? NONE : days.next(firstDay, effort);
      if (matching == DayFilter.NONE) {
        return NONE;
      }
      long of = periods.of(matching);
      if (of != period) {
        current = of;
        continue;
      }
      long found =
          positions == null
              ? firstOn(matching, from)
              : chosen(positions, daysOf(period, matching, effort), times, from);
      if (found != NONE) {
        return found;
      }
      current = period + 1;
    }
  }

  /** The first day of a period, or NONE when it begins after the year 9999. */
  private long firstDayOf(long period) {
    boolean beyond =
        switch (rule.freq()) {
          case YEARLY -> period > 9999 + 1;
          case MONTHLY -> period > 12L * (9999 + 1);
          default -> period > END_OF_TIME / DAY;
        };
    return beyond ? DayFilter.NONE : periods.start(period);
  }

  /** The first instance on a day, if that is the day to search from, from its time on. */
  private long firstOn(long day, long from) {
    return day * DAY + (day * DAY >= from ? times.first() : times.next((int) (from - day * DAY)));
  }

  /** All days of a period, one of which is known. */
  private PeriodDays daysOf(long period, long matching, Effort effort) {
    // To choose among them takes about as long.
    effort.step();
    return rule.freq() == Freq.DAILY
        ? PeriodDays.only(matching)
        : days.between(periods.start(period), periods.start(period + 1), effort);
  }

  /** BYSETPOS: the earliest, from a time on, of the instances at the given places of a period. */
  private static long chosen(
      Positions places, PeriodDays periodDays, ClockTimes periodTimes, long from) {
    int perDay = periodTimes.count();
    long day = Math.floorDiv(from, DAY);
    int before = periodDays.before(day) * perDay;
    if (periodDays.contains(day)) {
      before += periodTimes.before((int) Math.floorMod(from, (long) DAY));
    }
    int index = places.next(before, periodDays.count() * perDay);
    return index < 0
        ? NONE
        : periodDays.get(index / perDay) * DAY + periodTimes.get(index % perDay);
  }

  private long nextByTimes(Openings opening, long from, Effort effort) {
    long at = Math.floorDiv(from, unit()) * unit();
    while (true) {
      at = opening.next(at, effort);
      if (at == Openings.NONE) {
        return NONE;
      }
      long day = Math.floorDiv(at, DAY);
      int time = (int) (at - day * DAY);
      long found =
          positions == null
              ? firstInPeriod(day, time, from)
              : inPeriod(positions, day, time, from, effort);
      if (found != NONE) {
        return found;
      }
      at += unit();
    }
  }

  private long firstInPeriod(long day, int opening, long from) {
    int time = timesOf(opening).next((int) Math.max(0, from - day * DAY));
    return time < 0 ? NONE : day * DAY + time;
  }

  private long inPeriod(Positions places, long day, int opening, long from, Effort effort) {
    effort.step();
    ClockTimes inside = timesOf(opening);
    int earlier = from <= day * DAY ? 0 : inside.before((int) (from - day * DAY));
    int index = places.next(earlier, inside.count());
    return index < 0 ? NONE : day * DAY + inside.get(index);
  }

  /** The times of the period, below a day, that begins at a time of the day. */
  private ClockTimes timesOf(int opening) {
    return switch (rule.freq()) {
      case HOURLY -> times.inHour(opening / 3600);
      case MINUTELY -> times.inMinute(opening / 3600, opening / 60 % 60);
      default -> new ClockTimes(1L << opening / 3600, 1L << opening / 60 % 60, 1L << opening % 60);
    };
  }

  /** The first period from one on that INTERVAL picks. */
  private long aligned(long period) {
    long beyond = Math.floorMod(period - base, (long) rule.interval());
    return beyond == 0 ? period : period + rule.interval() - beyond;
  }
}
