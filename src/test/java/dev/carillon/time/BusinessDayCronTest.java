package dev.carillon.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.time.calendar.BusinessCalendar;
import dev.carillon.time.calendar.BusinessDays;
import dev.carillon.time.calendar.Convention;
import dev.carillon.time.calendar.HolidayRule;
import dev.carillon.time.cron.CronDialect;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The n-th business day of the month, and the last. */
class BusinessDayCronTest {

  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
  private static final Set<DayOfWeek> WEEKEND = EnumSet.of(DayOfWeek.SATURDAY, DayOfWeek.SUNDAY);

  /** German holidays of the whole country that can end a month or begin it. */
  private static final BusinessCalendar GERMAN =
      BusinessCalendar.of(
          "DE",
          WEEKEND,
          List.of(
              HolidayRule.parse("01-01"),
              HolidayRule.parse("EASTER-2"),
              HolidayRule.parse("EASTER+1"),
              HolidayRule.parse("05-01"),
              HolidayRule.parse("EASTER+39"),
              HolidayRule.parse("EASTER+50"),
              HolidayRule.parse("10-03"),
              HolidayRule.parse("12-25"),
              HolidayRule.parse("12-26")),
          Set.of(),
          List.of(),
          null,
          null);

  private static Timing timing(BusinessDays days, Convention convention) {
    return new Timing(BERLIN, Instant.EPOCH, DstPolicy.DEFAULT, null, null, days, convention);
  }

  /** 2026: 31 January is a Saturday, 28 February too, 31 May a Sunday, 31 October a Saturday. */
  @Test
  void lastBusinessDayOfTheMonthInGermany() {
    Fires fires = Cron.parse("0 18 LB * *").in(timing(GERMAN, Convention.SKIP));

    List<Instant> year =
        Walk.between(fires, instant("2026-01-01T00:00:00Z"), instant("2027-01-01T00:00:00Z"));

    assertEquals(
        List.of(
            instant("2026-01-30T17:00:00Z"),
            instant("2026-02-27T17:00:00Z"),
            instant("2026-03-31T16:00:00Z"),
            instant("2026-04-30T16:00:00Z"),
            instant("2026-05-29T16:00:00Z"),
            instant("2026-06-30T16:00:00Z"),
            instant("2026-07-31T16:00:00Z"),
            instant("2026-08-31T16:00:00Z"),
            instant("2026-09-30T16:00:00Z"),
            instant("2026-10-30T17:00:00Z"),
            instant("2026-11-30T17:00:00Z"),
            instant("2026-12-31T17:00:00Z")),
        year);
  }

  @Test
  void isTheLastDayOfTheMonthMovedBack() {
    Fires named = Cron.parse("0 18 LB * *").in(timing(GERMAN, Convention.SKIP));
    Fires moved =
        Cron.parse("0 0 18 L * ?", CronDialect.QUARTZ).in(timing(GERMAN, Convention.PRECEDING));
    Instant from = instant("2020-01-01T00:00:00Z");
    Instant to = instant("2030-01-01T00:00:00Z");

    assertEquals(Walk.between(named, from, to), Walk.between(moved, from, to));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          0 18 LB * *       | At 18:00, on the last business day of the month
          0 18 LB-1 * *     | At 18:00, on the second to last business day of the month
          0 9 3B * *        | At 09:00, on the third business day of the month
          0 9 1b 1,4,7,10 * | At 09:00, on the first business day of January, April, July and October
          30 0 9 23B * *    | At 09:00:30, on the 23rd business day of the month
          """)
  void saysSoInWords(String cron, String words) {
    assertEquals(words, Cron.parse(cron).describe());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          0 9 0B * *     | 4 | out of range
          0 9 24B * *    | 4 | no business day of the month
          0 9 LB-23 * *  | 4 | LB-0 to LB-22
          0 9 LB- * *    | 7 | a number is missing
          0 9 3B,5 * *   | 4 | stands alone
          0 9 5,LB * *   | 4 | stands alone
          0 9 3B * MON   | 9 | only * is allowed
          0 9 LB * */2   | 9 | only * is allowed
          0 9 3BX * *    | 6 | does not belong here
          0 9 1-3B * *   | 7 | does not belong here
          0 9 * 3B *     | 7 | does not belong here
          3B 9 * * *     | 1 | does not belong here
          """)
  void refuses(String cron, int position, String why) {
    InvalidTrigger refused = assertThrows(InvalidTrigger.class, () -> Cron.parse(cron));

    assertTrue(refused.getMessage().contains(why), refused.getMessage());
    assertEquals(position, refused.position(), refused.getMessage());
  }

  @Test
  void otherDialectsPointToUnix() {
    InvalidTrigger refused =
        assertThrows(InvalidTrigger.class, () -> Cron.parse("0 0 18 LB * *", CronDialect.SPRING));

    assertTrue(refused.getMessage().contains("this looks like UNIX"), refused.getMessage());
  }

  @Test
  void aMonthThatNeverHasSoManyIsSaidToBeSo() {
    Trigger february = Cron.parse("0 9 22B 2 *");
    Timing german = timing(GERMAN, Convention.SKIP);
    Timing sixDays =
        timing(
            BusinessCalendar.of(
                "six", Set.of(DayOfWeek.SUNDAY), List.of(), Set.of(), List.of(), null, null),
            Convention.SKIP);
    Instant now = instant("2026-01-01T00:00:00Z");

    assertNull(february.in(german).next(now));
    NeverFires never = NeverFires.of(february, german, now);
    assertNotNull(never);
    assertTrue(never.message().contains("so many business days"), never.message());
    assertEquals(instant("2026-02-26T08:00:00Z"), february.in(sixDays).next(now));
  }

  private static Instant instant(String text) {
    return Instant.parse(text);
  }
}
