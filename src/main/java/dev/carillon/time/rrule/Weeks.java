package dev.carillon.time.rrule;

import dev.carillon.time.civil.CivilDays;

/**
 * Weeks and week-numbered years, as ISO 8601 counts them but for the first day of the week.
 *
 * @param firstWeekday WKST as ISO counts, 1 is Monday
 */
record Weeks(int firstWeekday) {

  /** The first day of the week that a day lies in. */
  long startOfWeek(long day) {
    return day - Math.floorMod(CivilDays.weekday(day) - firstWeekday, 7);
  }

  /** The first day of a year's week 1, which is the first with at least four days in that year. */
  long startOfYear(int year) {
    return startOfWeek(CivilDays.of(year, 1, 4));
  }

  /** The week-numbered year that a day lies in. */
  int yearOf(long day) {
    int year = CivilDays.year(CivilDays.civil(day));
    if (day < startOfYear(year)) {
      return year - 1;
    }
    return day >= startOfYear(year + 1) ? year + 1 : year;
  }
}
