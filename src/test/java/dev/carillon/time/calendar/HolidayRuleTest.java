package dev.carillon.time.calendar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.time.text.Refusal;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HolidayRuleTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          12-25                                | 2025-12-25 2026-12-25 2027-12-25 2028-12-25
          02-29                                | none none none 2028-02-29
          EASTER                               | 2025-04-20 2026-04-05 2027-03-28 2028-04-16
          EASTER-2                             | 2025-04-18 2026-04-03 2027-03-26 2028-04-14
          easter+39                            | 2025-05-29 2026-05-14 2027-05-06 2028-05-25
          ORTHODOX EASTER                      | 2025-04-20 2026-04-12 2027-05-02 2028-04-16
          ORTHODOX EASTER+1                    | 2025-04-21 2026-04-13 2027-05-03 2028-04-17
          LAST MONDAY OF MAY                   | 2025-05-26 2026-05-25 2027-05-31 2028-05-29
          4TH THURSDAY OF NOVEMBER             | 2025-11-27 2026-11-26 2027-11-25 2028-11-23
          third mon of jan                     | 2025-01-20 2026-01-19 2027-01-18 2028-01-17
          5TH FRIDAY OF FEBRUARY               | none none none none
          FIFTH TUESDAY OF FEBRUARY            | none none none 2028-02-29
          MONDAY ON OR BEFORE 05-24            | 2025-05-19 2026-05-18 2027-05-24 2028-05-22
          WEDNESDAY ON OR BEFORE 11-22         | 2025-11-19 2026-11-18 2027-11-17 2028-11-22
          TUESDAY ON OR AFTER 11-02            | 2025-11-04 2026-11-03 2027-11-02 2028-11-07
          07-04 OBSERVED                       | 2025-07-04 2026-07-03 2027-07-05 2028-07-04
          01-01 OBSERVED                       | 2025-01-01 2026-01-01 2027-01-01 2027-12-31
          12-26 SATURDAY TO NEXT MONDAY SUNDAY TO NEXT TUESDAY | 2025-12-26 2026-12-28 2027-12-28 2028-12-26
          10-12 MON TO PREVIOUS FRI            | 2025-10-12 2026-10-09 2027-10-12 2028-10-12
          06-19 OBSERVED FROM 2027             | none none 2027-06-18 2028-06-19
          05-01 UNTIL 2026                     | 2025-05-01 2026-05-01 none none
          05-01 FROM 2026 UNTIL 2027           | none 2026-05-01 2027-05-01 none
          """)
  void givesADayInEachOfFourYears(String text, String expected) {
    HolidayRule rule = HolidayRule.parse(text);

    List<String> found =
        IntStream.rangeClosed(2025, 2028)
            .mapToObj(year -> rule.in(year) == null ? "none" : String.valueOf(rule.in(year)))
            .toList();
    assertEquals(Arrays.asList(expected.split(" ")), found);
    assertEquals(rule, HolidayRule.parse(rule.text()), rule.text());
    assertEquals(rule.text(), HolidayRule.parse(rule.text()).text());
  }

  /** The extremes of the Western rule, and years whose Easter its exceptions decide. */
  @ParameterizedTest
  @CsvSource({
    "1818, 03-22", "1886, 04-25", "1943, 04-25", "1954, 04-18", "1981, 04-19", "2000, 04-23",
    "2008, 03-23", "2024, 03-31", "2038, 04-25", "2049, 04-18", "2076, 04-19", "2285, 03-22",
  })
  void easterOfTheWest(int year, String day) {
    assertEquals(LocalDate.parse(year + "-" + day), HolidayRule.parse("EASTER").in(year));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ''                            | 0  | expected here
          12-32                         | 0  | no year has
          02-30                         | 0  | no year has
          1-1                           | 0  | two digits each
          12-25 SOMETIMES               | 6  | does not belong here
          EASTER + 1                    | 7  | does not belong here
          EASTER+999                    | 0  | -300 to +300
          EASTERN                       | 0  | EASTER is expected
          ORTHODOX CHRISTMAS            | 9  | EASTER is expected
          SIXTH MONDAY OF MAY           | 0  | is no day
          LAST FUNDAY OF MAY            | 5  | is no weekday
          LAST MONDAY IN MAY            | 12 | OF is expected
          LAST MONDAY OF MUY            | 15 | is no month
          LAST MONDAY OF                | 14 | the end is no month
          MONDAY AFTER 05-24            | 7  | ON is expected
          MONDAY ON OR NEAR 05-24       | 13 | BEFORE or AFTER
          12-25 SUNDAY TO MONDAY        | 16 | NEXT or PREVIOUS
          12-25 SUN TO NEXT MON SUN TO NEXT TUE | 22 | moved twice
          12-25 FROM                    | 10 | a year is expected
          12-25 FROM 1492               | 11 | 1900 to 9999
          12-25 FROM 2030 UNTIL 2029    | 22 | 2030 to 9999
          12-25 UNTIL 2030 FROM 2020    | 17 | does not belong here
          """)
  void refuses(String text, int position, String why) {
    Refusal refusal = assertThrows(Refusal.class, () -> HolidayRule.parse(text));

    assertTrue(refusal.getMessage().contains(why), refusal.getMessage());
    assertEquals(position, refusal.position(), refusal.getMessage());
    assertEquals(
        refusal.example(),
        HolidayRule.parse(refusal.example()).text().isEmpty() ? "" : refusal.example());
  }

  @Test
  void refusesGarbageAndNothingElseHappens() {
    List<String> words =
        List.of(
            "12-25",
            "EASTER",
            "+1",
            "EASTER-2",
            "LAST",
            "5TH",
            "MONDAY",
            "TUE",
            "OF",
            "MAY",
            "ON",
            "OR",
            "BEFORE",
            "AFTER",
            "OBSERVED",
            "TO",
            "NEXT",
            "PREVIOUS",
            "FROM",
            "UNTIL",
            "2026",
            "ORTHODOX",
            "\t",
            "ı",
            "\0",
            "99-99",
            "-",
            "02-29",
            "𝟙");
    Random random = new Random(6);
    int read = 0;
    for (int i = 0; i < 30_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int n = random.nextInt(8); n >= 0; n--) {
        text.append(words.get(random.nextInt(words.size())))
            .append(random.nextInt(9) > 0 ? " " : "");
      }
      try {
        HolidayRule rule = HolidayRule.parse(text.toString());
        assertEquals(rule, HolidayRule.parse(rule.text()));
        rule.in(1900 + random.nextInt(8100));
        read++;
      } catch (Refusal refusal) {
        assertFalse(refusal.getMessage().isEmpty());
        assertTrue(refusal.position() != null && refusal.position() <= text.length());
        HolidayRule.parse(refusal.example());
      }
    }
    assertTrue(read > 300, "only " + read + " were read");
    assertThrows(Refusal.class, () -> HolidayRule.parse("EASTER ".repeat(1_000_000)));
  }
}
