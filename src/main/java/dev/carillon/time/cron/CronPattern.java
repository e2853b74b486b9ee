package dev.carillon.time.cron;

import dev.carillon.time.civil.CivilDays;
import dev.carillon.time.civil.ClockTimes;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
  private static final long LAST_DAY = CivilDays.of(LAST_YEAR, 12, 31);

  /** The Gregorian calendar repeats, weekdays included, after 400 years. */
  private static final int CYCLE_YEARS = 400;

  /** Seven bits, repeated five times: a week's pattern over a month. */
  private static final long EVERY_WEEK = 1L | 1L << 7 | 1L << 14 | 1L << 21 | 1L << 28;

  static final long ALL_DATES = 0xffff_fffeL;
  static final long ALL_WEEKDAYS = 0x7fL;
  static final long ALL_MONTHS = 0x1ffeL;

  private final CronDialect dialect;
  private final String text;
  final long seconds;
  final long minutes;
  final long hours;
  final long daysOfMonth;
  final SpecialDates specialDates;
  final long months;

  /** Bit 0 is Sunday. */
  final long daysOfWeek;

  final SpecialWeekdays specialWeekdays;

  /** Null where every year matches; never changed. */
  final @Nullable BitSet years;

  /**
   * Whether a day has to match both day fields. Vixie: with a star in either; else one of them is
   * enough. Quartz has one of them only, and Spring wants both.
   */
  final boolean bothDays;

  private final boolean wildcard;
  private final boolean plainDays;
  private final boolean everyDay;
  private final ClockTimes times;

  /**
   * @param fields as {@link CronDialect#fields} lists them
   */
  CronPattern(CronDialect dialect, String text, List<FieldSet> fields) {
    this.dialect = dialect;
    this.text = text;
    boolean hasSeconds = fields.get(0).field == CronField.SECOND;
    int first = hasSeconds ? 1 : 0;
    FieldSet minute = fields.get(first);
    FieldSet hour = fields.get(first + 1);
    FieldSet date = fields.get(first + 2);
    FieldSet weekday = fields.get(first + 4);
    this.seconds = hasSeconds ? fields.get(0).bits : 1L;
    this.minutes = minute.bits;
    this.hours = hour.bits;
    this.daysOfMonth = date.bits;
    this.months = fields.get(first + 3).bits;
    this.daysOfWeek = weekday.bits;
    // What a field has already been said to hold needs no special days beside it.
    this.specialDates =
        date.bits == ALL_DATES
            ? SpecialDates.NONE
            : new SpecialDates(
                date.fromLast,
                date.weekdayFromLast,
                date.nearestWeekday,
                date.fridayThe30th,
                date.businessDay);
    this.specialWeekdays =
        weekday.bits == ALL_WEEKDAYS
            ? SpecialWeekdays.NONE
            : new SpecialWeekdays(weekday.nth, weekday.last);
    this.years = fields.size() == 7 ? someOf(fields.get(6).years) : null;
    this.bothDays = dialect != CronDialect.UNIX || date.isStar() || weekday.isStar();
    this.wildcard = minute.isStar() || hour.isStar();
    this.plainDays =
        specialDates.equals(SpecialDates.NONE) && specialWeekdays.equals(SpecialWeekdays.NONE);
    boolean eachDate = daysOfMonth == ALL_DATES;
    boolean eachWeekday = daysOfWeek == ALL_WEEKDAYS;
    this.everyDay =
        (bothDays ? eachDate && eachWeekday : eachDate || eachWeekday)
            && months == ALL_MONTHS
            && years == null;
    this.times = new ClockTimes(hours, minutes, seconds);
  }

  private static @Nullable BitSet someOf(BitSet years) {
    return years.cardinality() == CronField.YEAR.high - CronField.YEAR.low + 1 ? null : years;
  }

  /**
   * @param expression fields between blanks, or a macro such as {@code @daily} where the dialect
   *     has them
   * @throws dev.carillon.time.text.Refusal when it is none, or can never match
   */
  public static CronPattern parse(String expression, CronDialect dialect) {
    return CronParser.parse(expression, dialect);
  }

  public CronDialect dialect() {
    return dialect;
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

  /** Whether it matches in some years only, and so can come to an end. */
  public boolean namesYears() {
    return years != null;
  }

  /**
   * Whether it matches one business day of each month. Then {@link #nextNominal} and {@link #count}
   * take Monday to Friday for business days; {@link BusinessDayMatches} asks a calendar.
   */
  public boolean namesBusinessDay() {
    return specialDates.businessDay() != 0;
  }

  ClockTimes times() {
    return times;
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
    int time = (int) (from - day * SECONDS_PER_DAY);
    if (everyDay) {
      int today = times.next(time);
      long found = today < 0 ? day + 1 : day;
      int at = today < 0 ? times.first() : today;
      return found > LAST_DAY ? NONE : found * SECONDS_PER_DAY + at;
    }
    long civil = CivilDays.civil(day);
    int year = CivilDays.year(civil);
    int month = CivilDays.month(civil);
    int date = CivilDays.day(civil);
    long firstOfMonth = day - date + 1;
    long days =
        (months & 1L << month) != 0 && hasYear(year)
            ? daysOf(year, month, firstOfMonth) & -1L << date
            : 0;
    if ((days & 1L << date) != 0) {
      int today = times.next(time);
      if (today >= 0) {
        return day * SECONDS_PER_DAY + today;
      }
      days &= days - 1;
    }
    long found = days != 0 ? firstOfMonth + lowest(days) - 1 : firstDay(year, month + 1, LAST_YEAR);
    return found == NONE ? NONE : found * SECONDS_PER_DAY + times.first();
  }

  /**
   * How many matches lie after one local time, up to another: the days between that match, times
   * the times of a day.
   *
   * @param after local seconds, exclusive
   * @param to local seconds, inclusive
   */
  public long count(long after, long to) {
    long first = Math.floorDiv(after + 1, SECONDS_PER_DAY);
    long last = Math.min(LAST_DAY + 1, Math.floorDiv(to + 1, SECONDS_PER_DAY));
    if (after >= to || first > last) {
      return 0;
    }
    int before = (int) (after + 1 - first * SECONDS_PER_DAY);
    long found = countDays(first, last) * times.count();
    if (before > 0 && countDays(first, first + 1) > 0) {
      found -= times.before(before);
    }
    int until = (int) (Math.min(to + 1, (LAST_DAY + 1) * SECONDS_PER_DAY) - last * SECONDS_PER_DAY);
    if (until > 0 && countDays(last, last + 1) > 0) {
      found += times.before(until);
    }
    return found;
  }

  /** How many days match from one, inclusive, up to another, exclusive. */
  private long countDays(long from, long end) {
    if (everyDay) {
      return end - from;
    }
    long found = 0;
    long day = from;
    while (day < end) {
      long civil = CivilDays.civil(day);
      int year = CivilDays.year(civil);
      int month = CivilDays.month(civil);
      long firstOfMonth = day - CivilDays.day(civil) + 1;
      long next = Math.min(end, firstOfMonth + CivilDays.lengthOf(year, month));
      if ((months & 1L << month) != 0 && hasYear(year)) {
        long days = daysOf(year, month, firstOfMonth);
        long wanted = (1L << next - firstOfMonth + 1) - 1 & -1L << day - firstOfMonth + 1;
        found += Long.bitCount(days & wanted);
      }
      day = next;
    }
    return found;
  }

  /** Whether a local time matches. */
  public boolean matches(long localSeconds) {
    return nextNominal(localSeconds - 1) == localSeconds;
  }

  boolean neverFires() {
    // With which calendar is not known yet: one may have no weekend.
    if (namesBusinessDay()) {
      return false;
    }
    return years == null
        ? firstDay(2000, 1, 2000 + CYCLE_YEARS - 1) == NONE
        : firstDay(CronField.YEAR.low, 1, LAST_YEAR) == NONE;
  }

  private boolean hasYear(int year) {
    return years == null ? year <= LAST_YEAR : years.get(year);
  }

  /**
   * The first matching day of a month or a later one; {@link #NONE} when there is none up to the
   * end of a year.
   *
   * @param month 13 for the next year's first
   */
  private long firstDay(int year, int month, int lastYear) {
    int y = year;
    long monthsLeft = months & -1L << month;
    while (true) {
      if (monthsLeft == 0) {
        y++;
        monthsLeft = months;
      }
      if (years != null && !years.get(y)) {
        y = years.nextSetBit(y);
        monthsLeft = months;
      }
      if (y < 0 || y > lastYear) {
        return NONE;
      }
      int m = lowest(monthsLeft);
      long firstOfMonth = CivilDays.of(y, m, 1);
      long days = daysOf(y, m, firstOfMonth);
      if (days != 0) {
        return firstOfMonth + lowest(days) - 1;
      }
      monthsLeft &= monthsLeft - 1;
    }
  }

  /** The matching days of a month: bit d set, day d matches. */
  private long daysOf(int year, int month, long firstOfMonth) {
    int firstWeekday = CivilDays.weekday(firstOfMonth) % 7;
    int length = CivilDays.lengthOf(year, month);
    long week = (daysOfWeek >>> firstWeekday | daysOfWeek << 7 - firstWeekday) & 0x7f;
    long byWeekday = week * EVERY_WEEK << 1;
    long byDate = daysOfMonth;
    if (!plainDays) {
      byDate |= specialDates.in(length, firstWeekday);
      byWeekday |= specialWeekdays.in(length, firstWeekday);
    }
    long existing = (1L << length + 1) - 2;
    return existing & (bothDays ? byDate & byWeekday : byDate | byWeekday);
  }

  private static int lowest(long bits) {
    return Long.numberOfTrailingZeros(bits);
  }
}
