package dev.carillon.time.calendar;

import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BusinessCalendarTest {

  private static final Set<DayOfWeek> WEEKEND = Set.of(DayOfWeek.SATURDAY, DayOfWeek.SUNDAY);

  private static BusinessCalendar calendar(String... rules) {
    return BusinessCalendar.of("test", WEEKEND, rules(rules), Set.of(), List.of(), null, null);
  }

  private static List<HolidayRule> rules(String... texts) {
    return Stream.of(texts).map(HolidayRule::parse).toList();
  }

  private static @Nullable DayOff on(BusinessDays days, String date) {
    return days.dayOff(LocalDate.parse(date));
  }

  /**
   * The six closing days that the ECB has set for TARGET since 2002, on weekdays of three years.
   */
  @Test
  void closingDaysOfTarget() {
    BusinessCalendar target = calendar("01-01", "EASTER-2", "EASTER+1", "05-01", "12-25", "12-26");

    List<LocalDate> found =
        LocalDate.of(2025, 1, 1)
            .datesUntil(LocalDate.of(2028, 1, 1))
            .filter(date -> date.getDayOfWeek().getValue() < 6 && !target.isBusinessDay(date))
            .toList();

    assertEquals(
        Arrays.stream(
                ("2025-01-01 2025-04-18 2025-04-21 2025-05-01 2025-12-25 2025-12-26 2026-01-01"
                        + " 2026-04-03 2026-04-06 2026-05-01 2026-12-25 2027-01-01 2027-03-26"
                        + " 2027-03-29")
                    .split(" "))
            .map(LocalDate::parse)
            .toList(),
        found);
  }

  @Test
  void aHolidayOnAWeekendIsAHoliday() {
    BusinessCalendar christmas = calendar("12-26");

    assertEquals(DayOff.HOLIDAY, on(christmas, "2026-12-26"));
    assertEquals(DayOff.WEEKEND, on(christmas, "2026-12-27"));
    assertNull(on(christmas, "2026-12-28"));
  }

  @Test
  void aMovedHolidayCanLieInTheYearBefore() {
    BusinessCalendar newYear = calendar("01-01 OBSERVED");

    assertEquals(DayOff.HOLIDAY, on(newYear, "2027-12-31"));
    assertEquals(DayOff.WEEKEND, on(newYear, "2028-01-01"));
  }

  @Test
  void aUnionIsOffWhereAnyIs() {
    BusinessCalendar brunei =
        BusinessCalendar.of(
            "union",
            Set.of(DayOfWeek.FRIDAY),
            List.of(),
            Set.of(LocalDate.parse("2026-02-18")),
            List.of(calendar("12-25"), date -> date.getDayOfMonth() == 13 ? DayOff.HOLIDAY : null),
            null,
            null);

    assertEquals(DayOff.WEEKEND, on(brunei, "2026-02-20"));
    assertEquals(DayOff.WEEKEND, on(brunei, "2026-02-21"));
    assertEquals(DayOff.HOLIDAY, on(brunei, "2026-02-18"));
    assertEquals(DayOff.HOLIDAY, on(brunei, "2026-02-13"));
    assertEquals(DayOff.HOLIDAY, on(brunei, "2026-12-25"));
    assertNull(on(brunei, "2026-02-19"));
  }

  @Test
  void aYearCostsWhatAllItsRulesAndDatesDoWhateverIsAtHand() {
    BusinessCalendar inner = calendar("12-25", "EASTER+1");
    BusinessCalendar outer =
        BusinessCalendar.of(
            "outer",
            WEEKEND,
            rules("12-24"),
            LocalDate.of(2026, 1, 1).datesUntil(LocalDate.of(2026, 1, 9)).collect(toSet()),
            List.of(inner),
            null,
            null);

    assertEquals(14, inner.yearCost());
    assertEquals(22, outer.yearCost());
    assertEquals(36, outer.without(inner).yearCost());
    on(outer, "2026-05-01");
    assertEquals(22, outer.yearCost());
  }

  @Test
  void withoutWeekendAllDaysCount() {
    BusinessCalendar none =
        BusinessCalendar.of("none", Set.of(), List.of(), Set.of(), List.of(), null, null);

    assertNull(on(none, "2026-02-21"));
  }

  @Test
  void aDateOutsideIsNeverQuietlyABusinessDay() {
    BusinessCalendar bounded =
        BusinessCalendar.of(
            "bank",
            WEEKEND,
            rules("05-01"),
            Set.of(),
            List.of(),
            LocalDate.parse("2025-01-01"),
            LocalDate.parse("2027-12-31"));
    BusinessCalendar including =
        BusinessCalendar.of(
            "including", Set.of(), List.of(), Set.of(), List.of(bounded), null, null);

    for (BusinessDays days : List.of(bounded, including, calendar("01-01").without(bounded))) {
      assertNull(on(days, "2027-12-31"));
      assertNull(on(days, "2025-01-02"));
      OutsideCalendar late = assertThrows(OutsideCalendar.class, () -> on(days, "2028-01-01"));
      assertEquals(
          "the calendar bank is valid from 2025-01-01 to 2027-12-31 and says nothing about"
              + " 2028-01-01; add what is missing and set validTo to a later date, or end earlier",
          late.getMessage());
      assertEquals(LocalDate.parse("2028-01-01"), late.date());
      OutsideCalendar early = assertThrows(OutsideCalendar.class, () -> on(days, "2024-12-31"));
      assertTrue(early.getMessage().contains("validFrom to an earlier date"), early.getMessage());
    }
  }

  @Test
  void refusesAValidityThatEndsBeforeItBegins() {
    LocalDate from = LocalDate.parse("2026-01-02");

    assertThrows(
        IllegalArgumentException.class,
        () ->
            BusinessCalendar.of(
                "odd", Set.of(), List.of(), Set.of(), List.of(), from, from.minusDays(1)));
  }

  /** More years than are kept, asked for again and again in another order. */
  @Test
  void yearsThatWereForgottenAreTheSameAgain() {
    BusinessCalendar one = calendar("EASTER+1", "07-04 OBSERVED");
    for (int round = 0; round < 2; round++) {
      for (int year = 1900; year < 2200; year++) {
        int of = round == 0 ? year : 4099 - year;
        LocalDate monday = Easter.western(of).plusDays(1);
        assertEquals(DayOff.HOLIDAY, one.dayOff(monday), monday.toString());
        assertNull(one.dayOff(monday.plusDays(1)), monday.toString());
      }
    }
  }
}
