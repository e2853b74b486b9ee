package dev.carillon.calendars;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.Month;
import java.time.temporal.TemporalAdjusters;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is known of built-in calendars beyond Jollyday's data, and where that data is put right. All
 * of it stands here, each with its source.
 */
final class BuiltInFacts {

  private static final Set<DayOfWeek> SATURDAY_AND_SUNDAY =
      EnumSet.of(DayOfWeek.SATURDAY, DayOfWeek.SUNDAY);
  private static final Set<DayOfWeek> FRIDAY_AND_SATURDAY =
      EnumSet.of(DayOfWeek.FRIDAY, DayOfWeek.SATURDAY);

  /**
   * Unicode CLDR, supplemental data, {@code weekData} (weekendStart, weekendEnd), of those
   * countries that Jollyday has. The United Arab Emirates have had Saturday and Sunday since 2022.
   */
  private static final Map<String, Set<DayOfWeek>> WEEKENDS =
      Map.of(
          "EG", FRIDAY_AND_SATURDAY,
          "SA", FRIDAY_AND_SATURDAY,
          "IN", EnumSet.of(DayOfWeek.SUNDAY));

  /**
   * Data that contradicts what is published, too widely to be put right here: Japan without its
   * equinoxes and with a former emperor's birthday; the London Metal Exchange with 28 August every
   * year; Euronext and STOXX without holidays that these have.
   */
  private static final Set<String> LEFT_OUT = Set.of("JP", "LME", "NYSE_EURONEXT", "DJ_STOXX");

  /**
   * The last year for which Jollyday 1.8.1 has those holidays that follow the moon, where it lists
   * them year by year. Later dates would look like business days, and are refused instead.
   */
  private static final Map<String, Integer> KNOWN_UNTIL =
      Map.of("HK", 2024, "MU", 2024, "SG", 2024, "NZ", 2052);

  /** Names that people know better. */
  private static final Map<String, String> ALIASES = Map.of("TARGET2", "TARGET", "UK", "GB");

  private BuiltInFacts() {}

  static String named(String name) {
    return ALIASES.getOrDefault(name, name);
  }

  static Set<String> aliases() {
    return ALIASES.keySet();
  }

  static boolean isLeftOut(String code) {
    return LEFT_OUT.contains(code);
  }

  /**
   * @param code of the country or market
   */
  static Set<DayOfWeek> weekend(String code) {
    return WEEKENDS.getOrDefault(code, SATURDAY_AND_SUNDAY);
  }

  /** The last date of which a country's calendar can be asked; null: no such limit. */
  static @Nullable LocalDate knownUntil(String code) {
    Integer year = KNOWN_UNTIL.get(code);
    return year == null ? null : LocalDate.of(year, Month.DECEMBER, 31);
  }

  /**
   * Puts right the holidays of a year.
   *
   * @param name of the calendar, with its subdivision
   * @param holidays of that year, by date, with their names
   */
  static void correct(String name, int year, Map<LocalDate, String> holidays) {
    if (name.equals("US") && year >= 1971) {
      // 5 U.S.C. 6103(a): a federal holiday, which Jollyday has of states only.
      holidays.put(secondMondayOfOctober(year), "Columbus Day");
    }
    if (name.equals("NYSE")) {
      // NYSE Rule 7.2: a holiday on a Saturday moves to Friday, unless an accounting period ends.
      holidays.remove(LocalDate.of(year, Month.DECEMBER, 31));
      if (year == 2018) {
        holidays.put(LocalDate.of(2018, Month.DECEMBER, 5), "Mourning of President Bush");
      }
      if (year == 2025) {
        holidays.put(LocalDate.of(2025, Month.JANUARY, 9), "Mourning of President Carter");
      }
    }
  }

  private static LocalDate secondMondayOfOctober(int year) {
    return LocalDate.of(year, Month.OCTOBER, 1)
        .with(TemporalAdjusters.dayOfWeekInMonth(2, DayOfWeek.MONDAY));
  }
}
