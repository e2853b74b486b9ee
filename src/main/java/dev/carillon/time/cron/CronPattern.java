package dev.carillon.time.cron;

import dev.carillon.time.civil.CivilDays;
import dev.carillon.time.civil.ClockTimes;
import dev.carillon.time.cron.CronParser.FieldBits;

/**
 * A cron pattern as bit sets, and its next match in nominal local time.
 *
 * <p>The search jumps from field to field: within the day by the lowest bit that is left, to the
 * next day by a bit set of the month's matching days, over months and years that cannot match. So
 * its work is a handful of operations per month looked at, eight years of Februaries at most for a
 * leap day.
 */
public final class CronPattern {

  /** What {@link #nextNominal} answers when nothing matches up to the year 9999. */
  public static final long NONE = Long.MAX_VALUE;

  private static final int SECONDS_PER_DAY = 86_400;
  private static final int LAST_YEAR = 9999;

  /** The Gregorian calendar repeats, weekdays included, after 400 years. */
  private static final int CYCLE_YEARS = 400;

  /** Seven bits, repeated five times: a week's pattern over a month. */
  private static final long EVERY_WEEK = 1L | 1L << 7 | 1L << 14 | 1L << 21 | 1L << 28;

  private final String text;
  final long seconds;
  final long minutes;
  final long hours;
  final long daysOfMonth;
  final long months;
  final long daysOfWeek;

  /** Vixie: with a star in either day field both must match, else one of them is enough. */
  final boolean bothDays;

  private final boolean wildcard;
  private final ClockTimes times;

  CronPattern(
      String text,
      long seconds,
      FieldBits minutes,
      FieldBits hours,
      FieldBits daysOfMonth,
      FieldBits months,
      FieldBits daysOfWeek) {
    this.text = text;
    this.seconds = seconds;
    this.minutes = minutes.bits();
    this.hours = hours.bits();
    this.daysOfMonth = daysOfMonth.bits();
    this.months = months.bits();
    this.daysOfWeek = daysOfWeek.bits();
    this.bothDays = daysOfMonth.star() || daysOfWeek.star();
    this.wildcard = minutes.star() || hours.star();
    this.times = new ClockTimes(this.hours, this.minutes, seconds);
  }

  /**
   * @param expression 5 fields, 6 with seconds first, or a nickname such as {@code @daily}
   * @throws dev.carillon.time.text.Refusal when it is none, or can never match
   */
  public static CronPattern parse(String expression) {
    return CronParser.parse(expression);
  }

  /** The expression as it was given, without blanks around it. */
  public String text() {
    return text;
  }

  /** The meaning in English words. */
  public String describe() {
    return CronWords.of(this);
  }

  /**
   * Whether the pattern is a wildcard one, with a star or a step of it in hour or minute: it
   * follows elapsed time through daylight-saving changes. The others name times of the day.
   */
  public boolean isWildcard() {
    return wildcard;
  }

  /**
   * The first match strictly after a local time.
   *
   * @param after local seconds since 1970-01-01T00:00, from the year 1899 on
   * @return local seconds, or {@link #NONE}
   */
  public long nextNominal(long after) {
    long from = after + 1;
    long day = Math.floorDiv(from, SECONDS_PER_DAY);
    if (nextDay(day, day) == day) {
      int time = times.next((int) (from - day * SECONDS_PER_DAY));
      if (time >= 0) {
        return day * SECONDS_PER_DAY + time;
      }
    }
    long later = nextDay(day + 1, NONE);
    return later == NONE ? NONE : later * SECONDS_PER_DAY + times.first();
  }

  /** Whether a local time matches. */
  public boolean matches(long localSeconds) {
    return nextNominal(localSeconds - 1) == localSeconds;
  }

  boolean neverFires() {
    long start = CivilDays.of(2000, 1, 1);
    return nextDay(start, CivilDays.of(2000 + CYCLE_YEARS, 1, 1)) == NONE;
  }

  /** The first matching day from one on; {@link #NONE} when there is none up to {@code last}. */
  private long nextDay(long from, long last) {
    long civil = CivilDays.civil(from);
    int year = CivilDays.year(civil);
    int month = CivilDays.month(civil);
    long rest = -1L << CivilDays.day(civil);
    while (year <= LAST_YEAR) {
      long monthsLeft = months & -1L << month;
      if (monthsLeft == 0) {
        year++;
        month = lowest(months);
        rest = -1L;
        continue;
      }
      if (lowest(monthsLeft) != month) {
        month = lowest(monthsLeft);
        rest = -1L;
      }
      long firstOfMonth = CivilDays.of(year, month, 1);
      if (firstOfMonth > last) {
        return NONE;
      }
      long days = daysOf(year, month, firstOfMonth) & rest;
      if (days != 0) {
        long found = firstOfMonth + lowest(days) - 1;
        return found <= last ? found : NONE;
      }
      month++;
      rest = -1L;
    }
    return NONE;
  }

  /** The matching days of a month: bit d set, day d matches. */
  private long daysOf(int year, int month, long firstOfMonth) {
    int firstWeekday = CivilDays.weekday(firstOfMonth) % 7;
    long week = (daysOfWeek >>> firstWeekday | daysOfWeek << 7 - firstWeekday) & 0x7f;
    long byWeekday = week * EVERY_WEEK << 1;
    long existing = (1L << CivilDays.lengthOf(year, month) + 1) - 2;
    return existing & (bothDays ? daysOfMonth & byWeekday : daysOfMonth | byWeekday);
  }

  private static int lowest(long bits) {
    return Long.numberOfTrailingZeros(bits);
  }
}
