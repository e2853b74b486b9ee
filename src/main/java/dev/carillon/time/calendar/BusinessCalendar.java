package dev.carillon.time.calendar;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Weekends and holidays under a name. A date is a day off when it is one here or in any of the
 * calendars that are included; it is known only where all of them know it.
 *
 * <p>Immutable. The holidays of a year are worked out when they are first asked for and kept for
 * the years that were asked for last, so that a question costs some ten nanoseconds.
 */
public final class BusinessCalendar implements BusinessDays {

  /** Schedules look a few years ahead; a power of two. */
  private static final int YEARS_KEPT = 64;

  /** Of the dearest kind, in the three years from which a holiday can come. */
  private static final int STEPS_PER_RULE = 7;

  /** So many dates are looked through in a step. */
  private static final int DATES_PER_STEP = 8;

  private final String name;
  private final Set<DayOfWeek> weekend;
  private final List<HolidayRule> rules;
  private final Set<LocalDate> dates;
  private final List<BusinessDays> included;
  private final @Nullable LocalDate validFrom;
  private final @Nullable LocalDate validTo;

  /** Bit n set: day n of the week as ISO counts, 1 is Monday. */
  private final int weekendBits;

  private final int yearCost;

  private final AtomicReferenceArray<@Nullable YearTable> years =
      new AtomicReferenceArray<>(YEARS_KEPT);

  /**
   * @param days bit n of the whole set: day n of the year, from 0, is a holiday
   */
  private record YearTable(int year, long[] days) {

    boolean isHoliday(int dayOfYear) {
      return (days[dayOfYear >> 6] & 1L << dayOfYear) != 0;
    }
  }

  private BusinessCalendar(
      String name,
      Set<DayOfWeek> weekend,
      List<HolidayRule> rules,
      Set<LocalDate> dates,
      List<BusinessDays> included,
      @Nullable LocalDate validFrom,
      @Nullable LocalDate validTo) {
    if (validFrom != null && validTo != null && validFrom.isAfter(validTo)) {
      throw new IllegalArgumentException(
          "the calendar " + name + " is valid from " + validFrom + " but only to " + validTo);
    }
    this.name = name;
    this.weekend = Set.copyOf(weekend);
    this.rules = List.copyOf(rules);
    this.dates = Set.copyOf(dates);
    this.included = List.copyOf(included);
    this.validFrom = validFrom;
    this.validTo = validTo;
    int bits = 0;
    for (DayOfWeek day : weekend) {
      bits |= 1 << day.getValue();
    }
    this.weekendBits = bits;
    int cost = STEPS_PER_RULE * rules.size() + dates.size() / DATES_PER_STEP;
    for (BusinessDays one : included) {
      cost += one.yearCost();
    }
    this.yearCost = cost;
  }

  /**
   * @param name for messages
   * @param weekend days of the week that are off; may be empty
   * @param rules holidays of each year
   * @param dates further holidays
   * @param included whose days off are days off here as well
   * @param validFrom the first date of which this calendar says anything; null: no limit
   * @param validTo the last such date; null: no limit
   * @throws IllegalArgumentException when validTo is before validFrom
   */
  public static BusinessCalendar of(
      String name,
      Set<DayOfWeek> weekend,
      List<HolidayRule> rules,
      Set<LocalDate> dates,
      List<BusinessDays> included,
      @Nullable LocalDate validFrom,
      @Nullable LocalDate validTo) {
    return new BusinessCalendar(name, weekend, rules, dates, included, validFrom, validTo);
  }

  public String name() {
    return name;
  }

  public Set<DayOfWeek> weekend() {
    return weekend;
  }

  public List<HolidayRule> rules() {
    return rules;
  }

  /** The holidays beside the rules. */
  public Set<LocalDate> dates() {
    return dates;
  }

  public @Nullable LocalDate validFrom() {
    return validFrom;
  }

  public @Nullable LocalDate validTo() {
    return validTo;
  }

  @Override
  public @Nullable DayOff dayOff(LocalDate date) {
    if (validFrom != null && date.isBefore(validFrom) || validTo != null && date.isAfter(validTo)) {
      throw outside(date);
    }
    DayOff off = ownDayOff(date);
    for (int i = 0; i < included.size(); i++) {
      // Asked in any case: an included calendar that does not know the date makes it unknown.
      DayOff other = included.get(i).dayOff(date);
      off = off == DayOff.HOLIDAY || other == null ? off : other;
    }
    return off;
  }

  @Override
  public int yearCost() {
    return yearCost;
  }

  private @Nullable DayOff ownDayOff(LocalDate date) {
    if (yearTable(date.getYear()).isHoliday(date.getDayOfYear() - 1)) {
      return DayOff.HOLIDAY;
    }
    return (weekendBits & 1 << date.getDayOfWeek().getValue()) == 0 ? null : DayOff.WEEKEND;
  }

  private YearTable yearTable(int year) {
    int slot = year & YEARS_KEPT - 1;
    YearTable table = years.get(slot);
    if (table == null || table.year() != year) {
      table = workedOut(year);
      years.set(slot, table);
    }
    return table;
  }

  private YearTable workedOut(int year) {
    long[] days = new long[6];
    for (HolidayRule rule : rules) {
      // The holiday of a neighbouring year can be moved into this one.
      for (int of = year - 1; of <= year + 1; of++) {
        mark(days, year, rule.in(of));
      }
    }
    for (LocalDate date : dates) {
      mark(days, year, date);
    }
    return new YearTable(year, days);
  }

  private static void mark(long[] days, int year, @Nullable LocalDate date) {
    if (date != null && date.getYear() == year) {
      int day = date.getDayOfYear() - 1;
      days[day >> 6] |= 1L << day;
    }
  }

  private OutsideCalendar outside(LocalDate date) {
    String validity =
        validFrom == null
            ? "up to " + validTo
            : validTo == null ? "from " + validFrom : "from " + validFrom + " to " + validTo;
    boolean early = validFrom != null && date.isBefore(validFrom);
    return new OutsideCalendar(
        date,
        "the calendar "
            + name
            + " is valid "
            + validity
            + " and says nothing about "
            + date
            + (early
                ? "; add what is missing and set validFrom to an earlier date, or begin later"
                : "; add what is missing and set validTo to a later date, or end earlier"));
  }

  @Override
  public String toString() {
    return "calendar " + name;
  }
}
