package dev.carillon.time.rrule;

import dev.carillon.time.civil.CivilDays;
import dev.carillon.time.civil.ClockTimes;
import dev.carillon.time.rrule.Rule.DayParts;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;

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

  /** For rules below a day: the times of the day at which a period that may match begins. */
  private final ClockTimes openings;

  private Series(Rule rule, LocalDateTime dtstart) {
    this.rule = rule;
    this.start = dtstart.toEpochSecond(ZoneOffset.UTC);
    Weeks weeks = new Weeks(rule.weekStart());
    DayParts parts = completed(rule, dtstart);
    boolean nthOfMonth = rule.freq() == Freq.MONTHLY || parts.months() != 0;
    this.days = new DayFilter(parts, weeks, nthOfMonth);
    this.periods = Periods.of(rule.freq(), weeks, !parts.weekNumbers().isEmpty());
    this.times =
        new ClockTimes(
            times(rule, rule.times().hours(), Freq.HOURLY, dtstart.getHour(), ALL_HOURS),
            times(rule, rule.times().minutes(), Freq.MINUTELY, dtstart.getMinute(), ALL_SIXTY),
            times(rule, rule.times().seconds(), Freq.SECONDLY, dtstart.getSecond(), ALL_SIXTY));
    this.openings =
        new ClockTimes(
            times.hours(),
            rule.freq().isShorterThan(Freq.HOURLY) ? times.minutes() : 1,
            rule.freq() == Freq.SECONDLY ? times.seconds() : 1);
  }

  static Series of(Rule rule, LocalDateTime dtstart) {
    return new Series(rule, dtstart);
  }

  /** What the rule does not say about days is taken from DTSTART (RFC 5545, section 3.3.10). */
  private static DayParts completed(Rule rule, LocalDateTime dtstart) {
    DayParts parts = rule.days();
    long months = parts.months();
    long monthDays = parts.monthDays();
    int weekdays = parts.weekdays();
    boolean weekNumbersAlone =
        !parts.weekNumbers().isEmpty()
            && !parts.hasWeekdays()
            && !parts.hasMonthDays()
            && parts.yearDays().isEmpty();
    boolean open = parts.leavesDaysOpen();
    if (open && rule.freq() == Freq.YEARLY && months == 0) {
      months = 1L << dtstart.getMonthValue();
    }
    if (open && (rule.freq() == Freq.YEARLY || rule.freq() == Freq.MONTHLY)) {
      monthDays = 1L << dtstart.getDayOfMonth();
    }
    if (weekNumbersAlone || open && rule.freq() == Freq.WEEKLY) {
      weekdays = 1 << dtstart.getDayOfWeek().getValue();
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
    long from = Math.max(after + 1, start);
    return rule.freq().isShorterThan(Freq.DAILY)
        ? nextByTimes(from, effort)
        : nextByDays(from, effort);
  }

  /** Periods of a day and longer: the instances of a period are its days times the day's times. */
  private long nextByDays(long from, Effort effort) {
    long base = periods.of(Math.floorDiv(start, DAY));
    long current = periods.of(Math.floorDiv(from, DAY));
    while (true) {
      effort.step();
      long period = aligned(current, base);
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
          rule.positions().isEmpty()
              ? firstOf(period, matching, from, effort)
              : chosen(daysOf(period, effort), times, from);
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

  private long firstOf(long period, long matching, long from, Effort effort) {
    long day = matching;
    if (day == Math.floorDiv(from, DAY)) {
      int time = times.next((int) Math.floorMod(from, (long) DAY));
      if (time >= 0) {
        return day * DAY + time;
      }
      day = days.next(day + 1, effort);
      if (day == DayFilter.NONE || periods.of(day) != period) {
        return NONE;
      }
    }
    return day * DAY + times.first();
  }

  private long[] daysOf(long period, Effort effort) {
    long end = periods.start(period + 1);
    long[] found = new long[(int) (end - periods.start(period))];
    int count = 0;
    long day = days.next(periods.start(period), effort);
    while (day < end) {
      found[count++] = day;
      day = days.next(day + 1, effort);
    }
    return Arrays.copyOf(found, count);
  }

  /** BYSETPOS: the earliest, from a time on, of the instances at the given places of a period. */
  private long chosen(long[] periodDays, ClockTimes periodTimes, long from) {
    int perDay = periodTimes.count();
    int total = periodDays.length * perDay;
    long earliest = NONE;
    for (int position : rule.positions()) {
      int index = position > 0 ? position - 1 : total + position;
      if (index >= 0 && index < total) {
        long at = periodDays[index / perDay] * DAY + periodTimes.get(index % perDay);
        if (at >= from && at < earliest) {
          earliest = at;
        }
      }
    }
    return earliest;
  }

  /** Periods below a day: find one that begins on an allowed day at an allowed time. */
  private long nextByTimes(long from, Effort effort) {
    int unit =
        switch (rule.freq()) {
          case HOURLY -> 3600;
          case MINUTELY -> 60;
          default -> 1;
        };
    long base = Math.floorDiv(start, unit);
    long current = Math.floorDiv(from, unit);
    while (true) {
      effort.step();
      long period = aligned(current, base);
      if (period > END_OF_TIME / unit) {
        return NONE;
      }
      long opening = period * unit;
      long day = Math.floorDiv(opening, DAY);
      long allowed = days.next(day, effort);
      if (allowed == DayFilter.NONE) {
        return NONE;
      }
      int time = allowed > day ? openings.first() : openings.next((int) (opening - day * DAY));
      // From here on `wanted` is the first opening that is allowed; often it is this one.
      long wanted = time < 0 ? (day + 1) * DAY : allowed * DAY + time;
      if (wanted > opening) {
        current = wanted / unit;
        continue;
      }
      long found = inPeriod(day, time, from);
      if (found != NONE) {
        return found;
      }
      current = period + 1;
    }
  }

  private long inPeriod(long day, int opening, long from) {
    ClockTimes inside =
        switch (rule.freq()) {
          case HOURLY -> times.inHour(opening / 3600);
          case MINUTELY -> times.inMinute(opening / 3600, opening / 60 % 60);
          default ->
              new ClockTimes(1L << opening / 3600, 1L << opening / 60 % 60, 1L << opening % 60);
        };
    if (!rule.positions().isEmpty()) {
      return chosen(new long[] {day}, inside, from);
    }
    int time = inside.next((int) Math.max(0, from - day * DAY));
    return time < 0 ? NONE : day * DAY + time;
  }

  /** The first period from one on that INTERVAL picks. */
  private long aligned(long period, long base) {
    long beyond = Math.floorMod(period - base, (long) rule.interval());
    return beyond == 0 ? period : period + rule.interval() - beyond;
  }
}
