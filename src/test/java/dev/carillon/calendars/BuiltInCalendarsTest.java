package dev.carillon.calendars;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.time.calendar.DayOff;
import dev.carillon.time.calendar.OutsideCalendar;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against lists as they are published, not as they are computed. */
class BuiltInCalendarsTest {

  @Test
  void keepsTheYearsAskedForLastAndNoMore() {
    BuiltInCalendar days = BuiltInCalendars.find("TARGET2");
    assertNotNull(days);
    for (int round = 0; round < 2; round++) {
      for (int year = 2000; year < 2000 + 3 * BuiltInCalendar.YEARS_KEPT; year++) {
        assertEquals(DayOff.HOLIDAY, days.dayOff(LocalDate.of(year, 12, 25)));
      }
    }
    assertEquals(BuiltInCalendar.YEARS_KEPT, days.yearsKept());
    assertTrue(days.yearCost() > 0);
  }

  // ── TARGET2: European Central Bank, long-term calendar for TARGET closing days

  @ParameterizedTest
  @CsvSource({
    "2025, 01-01 04-18 04-21 05-01 12-25 12-26",
    "2026, 01-01 04-03 04-06 05-01 12-25 12-26",
    "2027, 01-01 03-26 03-29 05-01 12-25 12-26"
  })
  void target2IsClosedAsTheCentralBankPublishes(int year, String days) {
    assertEquals(days(year, days), holidays("TARGET2", year));
    assertEquals(days(year, days), holidays("TARGET", year));
  }

  // ── US federal holidays: Office of Personnel Management, with the days in lieu (5 U.S.C. 6103)

  @ParameterizedTest
  @CsvSource({
    "2025, 01-01 01-20 02-17 05-26 06-19 07-04 09-01 10-13 11-11 11-27 12-25",
    "2026, 01-01 01-19 02-16 05-25 06-19 07-03 09-07 10-12 11-11 11-26 12-25",
    // With 31 December, on which New Year's Day of 2028, a Saturday, is observed.
    "2027, 01-01 01-18 02-15 05-31 06-18 07-05 09-06 10-11 11-11 11-25 12-24 12-31"
  })
  void theUnitedStatesHaveTheFederalHolidaysWithTheirDaysInLieu(int year, String days) {
    assertEquals(days(year, days), holidays("US", year));
  }

  // ── Germany: nine nation-wide, others by the laws of the states

  @ParameterizedTest
  @CsvSource({
    "2025, 01-01 04-18 04-21 05-01 05-29 06-09 10-03 12-25 12-26",
    "2026, 01-01 04-03 04-06 05-01 05-14 05-25 10-03 12-25 12-26",
    "2027, 01-01 03-26 03-29 05-01 05-06 05-17 10-03 12-25 12-26"
  })
  void germanyHasTheHolidaysOfAllItsStates(int year, String days) {
    assertEquals(days(year, days), holidays("DE", year));
  }

  @ParameterizedTest
  @CsvSource({
    // Epiphany, Corpus Christi, All Saints.
    "DE-BY, 2025, 01-06 06-19 11-01",
    "DE-BY, 2026, 01-06 06-04 11-01",
    "DE-BY, 2027, 01-06 05-27 11-01",
    // Women's Day; in 2025 the eightieth anniversary of the liberation.
    "DE-BE, 2025, 03-08 05-08",
    "DE-BE, 2026, 03-08",
    "DE-BE, 2027, 03-08",
    // Corpus Christi, All Saints.
    "DE-NW, 2025, 06-19 11-01",
    "DE-NW, 2026, 06-04 11-01",
    "DE-NW, 2027, 05-27 11-01",
    // Reformation Day, the day of repentance and prayer.
    "DE-SN, 2025, 10-31 11-19",
    "DE-SN, 2026, 10-31 11-18",
    "DE-SN, 2027, 10-31 11-17",
    "DE-HH, 2026, 10-31",
    "DE-BW, 2026, 01-06 06-04 11-01",
    "DE-HE, 2026, 06-04",
    "DE-TH, 2026, 09-20 10-31",
    "DE-MV, 2026, 03-08 10-31"
  })
  void germanStatesHaveThoseOfTheirOwn(String state, int year, String days) {
    Set<LocalDate> expected = new TreeSet<>(holidays("DE", year));
    expected.addAll(days(year, days));

    assertEquals(expected, holidays(state, year));
  }

  // ── others, and what is put right

  @Test
  void newYorksExchangeStaysOpenAtTheEndOfAYearAndClosedInMourning() {
    assertEquals(
        days(2027, "01-01 01-18 02-15 03-26 05-31 06-18 07-05 09-06 11-25 12-24"),
        holidays("NYSE", 2027));
    assertEquals(
        days(2025, "01-01 01-09 01-20 02-17 04-18 05-26 06-19 07-04 09-01 11-27 12-25"),
        holidays("NYSE", 2025));
  }

  @Test
  void aMovedHolidayIsOneWhereItIsMovedTo() {
    BuiltInCalendar england = find("GB-ENG");

    assertEquals(DayOff.HOLIDAY, england.dayOff(LocalDate.parse("2026-12-28")), "Boxing Day");
    assertEquals(DayOff.WEEKEND, england.dayOff(LocalDate.parse("2026-12-26")));
    assertEquals(DayOff.HOLIDAY, find("UK").dayOff(LocalDate.parse("2026-12-28")));
  }

  @Test
  void observancesAreBusinessDays() {
    assertNull(find("DE").dayOff(LocalDate.parse("2026-12-24")));
    assertNull(find("US").dayOff(LocalDate.parse("2026-12-31")));
  }

  @ParameterizedTest
  @CsvSource({
    "DE, SATURDAY SUNDAY",
    "US, SATURDAY SUNDAY",
    "AE, SATURDAY SUNDAY",
    "EG, FRIDAY SATURDAY",
    "SA, FRIDAY SATURDAY",
    "IN, SUNDAY"
  })
  void weekendsAreThoseOfTheCountry(String country, String days) {
    Set<DayOfWeek> expected = new TreeSet<>();
    Arrays.stream(days.split(" ")).map(DayOfWeek::valueOf).forEach(expected::add);

    assertEquals(expected, new TreeSet<>(find(country).weekend()));
    // A week in which none of them has a holiday.
    LocalDate monday = LocalDate.parse("2026-02-02");
    for (int i = 0; i < 7; i++) {
      LocalDate date = monday.plusDays(i);
      assertEquals(
          expected.contains(date.getDayOfWeek()) ? DayOff.WEEKEND : null,
          find(country).dayOff(date));
    }
  }

  @Test
  void namesAreEnglishWhateverTheMachineSpeaks() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.GERMANY);
    try {
      assertEquals("Good Friday", find("DE").holidays(2026).get(LocalDate.parse("2026-04-03")));
      assertEquals("Columbus Day", find("US").holidays(2026).get(LocalDate.parse("2026-10-12")));
      assertEquals("Austria, Vienna", find("AT-9").description());
    } finally {
      Locale.setDefault(before);
    }
  }

  @ParameterizedTest
  @CsvSource({"HK, 2025-01-02", "SG, 2026-06-01", "SA, 2500-01-01", "DE, 1500-01-01"})
  void aYearWhoseHolidaysAreUnknownIsNeverQuietlyOneOfBusinessDays(String name, LocalDate date) {
    OutsideCalendar outside = assertThrows(OutsideCalendar.class, () -> find(name).dayOff(date));

    assertTrue(outside.getMessage().contains(name), outside.getMessage());
    assertTrue(outside.getMessage().contains(date.toString()), outside.getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "de",
        "XX",
        "DE-XX",
        "DE-",
        "-DE",
        "",
        "DE/BY",
        "JP",
        "LME",
        "../US",
        "DE-BY-AG-X",
        "US-"
      })
  void whatIsNoneIsNotFound(String name) {
    assertNull(BuiltInCalendars.find(name));
  }

  @Test
  void listsAllOfThemAndFindsEach() {
    List<String> names = BuiltInCalendars.names();

    assertTrue(
        names.containsAll(List.of("AT", "CH-ZH", "DE", "DE-BY", "GB", "NYSE", "TARGET2", "US-CA")));
    assertTrue(names.size() > 500, names.size() + " names");
    names.forEach(name -> assertNotNull(BuiltInCalendars.find(name), name));
  }

  @Test
  void answersTheSameToManyThreadsAtOnce() {
    List<LocalDate> dates = new ArrayList<>();
    for (int year = 2000; year < 2060; year++) {
      dates.add(LocalDate.of(year, 1, 6));
      dates.add(LocalDate.of(year, 3, 10));
    }

    List<Boolean> together =
        dates.parallelStream().map(date -> find("DE-ST").dayOff(date) == DayOff.HOLIDAY).toList();

    assertEquals(dates.stream().map(date -> date.getMonthValue() == 1).toList(), together);
  }

  private static BuiltInCalendar find(String name) {
    BuiltInCalendar found = BuiltInCalendars.find(name);
    assertNotNull(found, name);
    return found;
  }

  /** As the calendar answers for each day of a year, not as it lists them. */
  private static Set<LocalDate> holidays(String name, int year) {
    BuiltInCalendar calendar = find(name);
    Set<LocalDate> holidays = new TreeSet<>();
    Stream.iterate(LocalDate.of(year, 1, 1), d -> d.getYear() == year, d -> d.plusDays(1))
        .filter(date -> calendar.dayOff(date) == DayOff.HOLIDAY)
        .forEach(holidays::add);
    assertEquals(holidays, calendar.holidays(year).keySet());
    return holidays;
  }

  private static Set<LocalDate> days(int year, String days) {
    Set<LocalDate> dates = new TreeSet<>();
    for (String day : days.split(" ")) {
      dates.add(LocalDate.parse(year + "-" + day));
    }
    return dates;
  }
}
