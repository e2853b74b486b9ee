package dev.carillon.calendars;

import de.focus_shift.jollyday.core.Holiday;
import de.focus_shift.jollyday.core.HolidayManager;
import de.focus_shift.jollyday.core.HolidayType;
import dev.carillon.time.calendar.BusinessDays;
import dev.carillon.time.calendar.DayOff;
import dev.carillon.time.calendar.OutsideCalendar;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.Year;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The public holidays and the weekend of a country, a part of it, or a market. Observances, and
 * days on which banks alone are closed, are business days. A holiday that is moved is one on the
 * day that it is moved to.
 *
 * <p>A year is worked out when it is first asked for, which can take a millisecond; after that an
 * answer is a look into a table, of which those of the last years asked for are kept.
 */
public final class BuiltInCalendar implements BusinessDays {

  /** Jollyday's names without a language are English; for English it would ask the JVM's own. */
  static final Locale NAMES = Locale.ROOT;

  /** The first year of the Gregorian calendar as a whole. */
  private static final int FIRST = 1583;

  private static final int LAST = 9999;

  private final String name;
  private final String description;
  private final Set<DayOfWeek> weekend;
  private final @Nullable LocalDate knownUntil;
  private final HolidayManager holidays;
  private final String[] parts;

  /** As in a {@link dev.carillon.time.calendar.BusinessCalendar}; a power of two. */
  static final int YEARS_KEPT = 64;

  /** Jollyday takes some 350 microseconds for the three years from which a holiday can come. */
  private static final int YEAR_COST = 7_000;

  /** Those that were asked for last. */
  private final AtomicReferenceArray<@Nullable YearTable> years =
      new AtomicReferenceArray<>(YEARS_KEPT);

  /**
   * @param days bit n of the whole set: day n of the year, from 1, is a holiday
   */
  private record YearTable(int year, long[] days) {}

  /**
   * @param code of the country or market
   * @param parts the subdivisions as Jollyday names them, from the country down
   */
  BuiltInCalendar(
      String name, String code, String description, HolidayManager holidays, List<String> parts) {
    this.name = name;
    this.description = description;
    this.weekend = EnumSet.copyOf(BuiltInFacts.weekend(code));
    this.knownUntil = BuiltInFacts.knownUntil(code);
    this.holidays = holidays;
    this.parts = parts.toArray(String[]::new);
  }

  public String name() {
    return name;
  }

  /** In English: "Germany, Bavaria". */
  public String description() {
    return description;
  }

  public Set<DayOfWeek> weekend() {
    return EnumSet.copyOf(weekend);
  }

  /** The last date that it can say something of; null: up to the year 9999. */
  public @Nullable LocalDate knownUntil() {
    return knownUntil;
  }

  @Override
  public @Nullable DayOff dayOff(LocalDate date) {
    int year = date.getYear();
    if (year < FIRST || year > LAST || knownUntil != null && date.isAfter(knownUntil)) {
      throw outside(date);
    }
    long[] days = table(date).days();
    int day = date.getDayOfYear();
    if ((days[day >> 6] & 1L << day) != 0) {
      return DayOff.HOLIDAY;
    }
    return weekend.contains(date.getDayOfWeek()) ? DayOff.WEEKEND : null;
  }

  @Override
  public int yearCost() {
    return YEAR_COST;
  }

  /** How many years are kept, for whoever looks at what a calendar takes of the memory. */
  int yearsKept() {
    int kept = 0;
    for (int i = 0; i < years.length(); i++) {
      kept += years.get(i) == null ? 0 : 1;
    }
    return kept;
  }

  /**
   * The holidays of a year, with their names in English.
   *
   * @throws OutsideCalendar when that cannot be said of the year
   */
  public SortedMap<LocalDate, String> holidays(int year) {
    LocalDate last = LocalDate.of(year, 12, 31);
    if (year < FIRST || year > LAST || knownUntil != null && last.isAfter(knownUntil)) {
      throw outside(last);
    }
    return of(last);
  }

  private YearTable table(LocalDate date) {
    int slot = date.getYear() & YEARS_KEPT - 1;
    YearTable table = years.get(slot);
    if (table == null || table.year() != date.getYear()) {
      table = new YearTable(date.getYear(), workedOut(date));
      years.set(slot, table);
    }
    return table;
  }

  private long[] workedOut(LocalDate date) {
    long[] days = new long[6];
    for (LocalDate holiday : of(date).keySet()) {
      int day = holiday.getDayOfYear();
      days[day >> 6] |= 1L << day;
    }
    return days;
  }

  /** One that is moved may have come from a neighbouring year. */
  private SortedMap<LocalDate, String> of(LocalDate inYear) {
    SortedMap<LocalDate, String> found = new TreeMap<>();
    int year = inYear.getYear();
    try {
      synchronized (holidays) {
        for (int near = year - 1; near <= year + 1; near++) {
          for (Holiday one :
              holidays.getHolidays(Year.of(near), HolidayType.PUBLIC_HOLIDAY, parts)) {
            if (one.getDate().getYear() == year) {
              found.putIfAbsent(one.getDate(), one.getDescription(NAMES));
            }
          }
        }
      }
    } catch (DateTimeException beyondTheMoon) {
      // The Islamic calendar is known from 1883 to 2174 only.
      throw outside(inYear);
    }
    BuiltInFacts.correct(name, year, found);
    return found;
  }

  private OutsideCalendar outside(LocalDate date) {
    return new OutsideCalendar(
        date,
        "the built-in calendar "
            + name
            + " does not know the holidays of "
            + (knownUntil == null ? date.getYear() : "years after " + knownUntil.getYear())
            + ", so "
            + date
            + " may be a business day or not; use a calendar of your own for such dates");
  }
}
