package dev.carillon.time.rrule;

import dev.carillon.time.civil.CivilDays;

/**
 * The years, months, weeks or days that a rule counts by, numbered without a gap, so that the n-th
 * after another is found by addition.
 */
interface Periods {

  /** The number of the period that a day lies in. */
  long of(long day);

  /** The first day of a period. */
  long start(long period);

  /** After so many periods, 400 years, the calendar repeats. */
  int cycle();

  /** The period of DTSTART's day, from which INTERVAL counts. */
  default long base(long day) {
    return of(day);
  }

  static Periods of(Freq freq, Weeks weeks, boolean weekYears) {
    return switch (freq) {
      case YEARLY -> weekYears ? new WeekYears(weeks) : new Years();
      case MONTHLY -> new Months();
      case WEEKLY -> new CalendarWeeks(weeks);
      default -> new Days();
    };
  }

  record Years() implements Periods {
    @Override
    public int cycle() {
      return 400;
    }

    @Override
    public long of(long day) {
      return CivilDays.year(CivilDays.civil(day));
    }

    @Override
    public long start(long period) {
      return CivilDays.of((int) period, 1, 1);
    }
  }

  /**
   * With BYWEEKNO, a year is the span of its numbered weeks: week 1 may begin in December. INTERVAL
   * counts from the calendar year of DTSTART all the same, even where DTSTART lies in a week of the
   * year before or after: so do all that we know of.
   */
  record WeekYears(Weeks weeks) implements Periods {
    @Override
    public long base(long day) {
      return CivilDays.year(CivilDays.civil(day));
    }

    @Override
    public int cycle() {
      return 400;
    }

    @Override
    public long of(long day) {
      return weeks.yearOf(day);
    }

    @Override
    public long start(long period) {
      return weeks.startOfYear((int) period);
    }
  }

  record Months() implements Periods {
    @Override
    public int cycle() {
      return 4800;
    }

    @Override
    public long of(long day) {
      long civil = CivilDays.civil(day);
      return CivilDays.year(civil) * 12L + CivilDays.month(civil) - 1;
    }

    @Override
    public long start(long period) {
      return CivilDays.of((int) (period / 12), (int) (period % 12) + 1, 1);
    }
  }

  record CalendarWeeks(Weeks weeks) implements Periods {
    @Override
    public int cycle() {
      return 20_871;
    }

    @Override
    public long of(long day) {
      return Math.floorDiv(weeks.startOfWeek(day), 7);
    }

    @Override
    public long start(long period) {
      // Of the seven days whose number divided by 7 is the period, one is the first of a week.
      return weeks.startOfWeek(period * 7 + 6);
    }
  }

  record Days() implements Periods {
    @Override
    public int cycle() {
      return DayFilter.CYCLE;
    }

    @Override
    public long of(long day) {
      return day;
    }

    @Override
    public long start(long period) {
      return period;
    }
  }
}
