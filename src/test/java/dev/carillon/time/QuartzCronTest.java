package dev.carillon.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.carillon.time.cron.CronDialect;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuartzCronTest {

  private static Cron quartz(String expression) {
    return Cron.parse(expression, CronDialect.QUARTZ);
  }

  /** The examples of Quartz's CronTrigger tutorial, and of the class's own description. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 0 12 * * ?             | 2026-01-01 | 01-01T12:00, 01-02T12:00, 01-03T12:00",
        "0 15 10 ? * *            | 2026-01-01 | 01-01T10:15, 01-02T10:15, 01-03T10:15",
        "0 15 10 * * ?            | 2026-01-01 | 01-01T10:15, 01-02T10:15, 01-03T10:15",
        "0 15 10 * * ? *          | 2026-01-01 | 01-01T10:15, 01-02T10:15, 01-03T10:15",
        "0 15 10 * * ? 2005       | 2005-12-30 | 12-30T10:15, 12-31T10:15, none",
        "0 * 14 * * ?             | 2026-01-01 | 01-01T14:00, 01-01T14:01, 01-01T14:02",
        "0 0/5 14 * * ?           | 2026-01-01 | 01-01T14:00, 01-01T14:05, 01-01T14:10",
        "0 0/30 14,18 * * ?       | 2026-01-01 | 01-01T14:00, 01-01T14:30, 01-01T18:00",
        "0 0-5 14 * * ?           | 2026-01-01 | 01-01T14:00, 01-01T14:01, 01-01T14:02",
        "0 10,44 14 ? 3 WED       | 2026-01-01 | 03-04T14:10, 03-04T14:44, 03-11T14:10",
        "0 15 10 ? * MON-FRI      | 2026-01-01 | 01-01T10:15, 01-02T10:15, 01-05T10:15",
        "0 15 10 15 * ?           | 2026-01-01 | 01-15T10:15, 02-15T10:15, 03-15T10:15",
        "0 15 10 L * ?            | 2026-01-01 | 01-31T10:15, 02-28T10:15, 03-31T10:15",
        "0 15 10 L-2 * ?          | 2026-01-01 | 01-29T10:15, 02-26T10:15, 03-29T10:15",
        "0 15 10 ? * 6L           | 2026-01-01 | 01-30T10:15, 02-27T10:15, 03-27T10:15",
        "0 15 10 ? * 6L 2002-2005 | 2005-11-01 | 11-25T10:15, 12-30T10:15, none",
        "0 15 10 ? * 6#3          | 2026-01-01 | 01-16T10:15, 02-20T10:15, 03-20T10:15",
        "0 0 12 1/5 * ?           | 2026-01-01 | 01-01T12:00, 01-06T12:00, 01-11T12:00",
        "0 11 11 11 11 ?          | 2026-01-01 | 11-11T11:11, 11-11T11:11, 11-11T11:11",
        "0 0 22-2 ? * FRI-MON     | 2026-01-05 | 01-05T00:00, 01-05T01:00, 01-05T02:00",
        "0 0 0 ? NOV-FEB 1        | 2026-02-20 | 02-22T00:00, 11-01T00:00, 11-08T00:00",
        "0 0 0 30-2 * ?           | 2026-01-03 | 01-30T00:00, 01-31T00:00, 02-01T00:00",
        "0 0 0 LW * ?             | 2026-01-01 | 01-30T00:00, 02-27T00:00, 03-31T00:00",
        "0 0 0 L-3W * ?           | 2026-01-01 | 01-28T00:00, 02-25T00:00, 03-27T00:00",
        "0 0 0 15W * ?            | 2026-01-01 | 01-15T00:00, 02-16T00:00, 03-16T00:00",
        "0 0 0 1W,15W * ?         | 2026-02-01 | 02-02T00:00, 02-16T00:00, 03-02T00:00",
        "0 0 0 ? * 6#3,MON        | 2026-01-10 | 01-12T00:00, 01-16T00:00, 01-19T00:00",
        "0 0 0 1W * ?             | 2026-08-01 | 08-03T00:00, 09-01T00:00, 10-01T00:00",
        "0 0 0 ? * 4#5            | 2026-01-01 | 04-29T00:00, 07-29T00:00, 09-30T00:00",
        "0 0 0 ? * L              | 2026-01-01 | 01-03T00:00, 01-10T00:00, 01-17T00:00",
        "0 0 0 ? * friL           | 2026-01-01 | 01-30T00:00, 02-27T00:00, 03-27T00:00",
        "0 0 0 lw jan-mar ?       | 2026-01-01 | 01-30T00:00, 02-27T00:00, 03-31T00:00",
        "0 /20 * * * ?            | 2026-01-01 | 01-01T00:00, 01-01T00:20, 01-01T00:40",
        "0 0 0 1 1 ? 2026-2030/4  | 2026-01-01 | 01-01T00:00, 01-01T00:00, none",
        "0 0 0 1 1 ? 2027,2026    | 2026-01-01 | 01-01T00:00, 01-01T00:00, none",
      })
  void firesAsDocumented(String expression, String from, String expected) {
    assertEquals(expected, Walk.dates(quartz(expression), from, 3));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 0 12 * * *               | 11 | write ?",
        "0 0 12 13 * FRI            | 12 | write ?",
        "0 0 12 ? * ?               | 11 | day of week",
        "0 12 * * ?                 | 10 | 6 fields",
        "0 9 * * MON-FRI            | 15 | \"dialect\":\"UNIX\"",
        "0 0 12 * * ? * *           | 15 | 7 with a year",
        "0 43 9 1,5,29,L * ?        | 14 | L stands alone",
        "0 43 9 ? * SAT,SUN,L       | 19 | L stands alone",
        "0 0 0 ? * 6L,2             | 11 | L stands alone",
        "0 0 0 5,LW * ?             | 8  | L stands alone",
        "0 0 0 1-15W * ?            | 10 | does not belong",
        "0 0 0 ? * 2#1,6#3          | 15 | one # in a field",
        "0 0 0 ?,5 * ?              | 6  | ? stands alone",
        "0 0 0 ? * 6#0              | 12 | 1 to 5",
        "0 0 0 ? * FRI#6            | 14 | 1 to 5",
        "0 0 0 ? * 6#               | 12 | missing",
        "0 0 0 ? * 9#2              | 10 | out of range",
        "0 0 0 ? * 0                | 10 | out of range",
        "0 0 0 ? * 8L               | 10 | out of range",
        "0 0 0 0W * ?               | 6  | out of range",
        "0 0 0 32W * ?              | 6  | out of range",
        "0 0 0 L-31 * ?             | 8  | 30 days",
        "0 0 0 L- * ?               | 8  | missing",
        "0 0 0 LX * ?               | 7  | does not belong",
        "0 0 0 W * ?                | 6  | unknown",
        "L 0 0 * * ?                | 0  | unknown",
        "5L 0 0 * * ?               | 1  | does not belong",
        "0 15W 0 * * ?              | 4  | does not belong",
        "0 0 5#2 * * ?              | 5  | does not belong",
        "? 0 0 * * ?                | 0  | day of month or day of week only",
        "0 0 0 ? * 2 ?              | 12 | day of month or day of week only",
        "0 0 0 ? Foo 2              | 8  | unknown",
        "0 0 0 ? Jan-Foo 2          | 12 | unknown",
        "0 0 0 ? JAN-3 2            | 12 | unknown",
        "0 0 0 ? 1-MAR 2            | 10 | expected",
        "0/60 * * * * ?             | 2  | 59 at most",
        "*/60 * * * * ?             | 2  | 59 at most",
        "/120 0 8-18 ? * 2-6        | 1  | 59 at most",
        "0 0 /24 ? * 2              | 5  | 23 at most",
        "0 0 0 /32 * ?              | 7  | 31 at most",
        "0 0 0 1 /13 ?              | 9  | 12 at most",
        "0 0 0 ? * /8               | 11 | 7 at most",
        "/ 0 0 * * ?                | 1  | missing",
        "0/ 0 0 * * ?               | 2  | missing",
        "60 0 0 * * ?               | 0  | out of range",
        "0 0 24 * * ?               | 4  | out of range",
        "0 0 0 0 * ?                | 6  | out of range",
        "0 0 0 32 * ?               | 6  | out of range",
        "0 0 0 1 13 ?               | 8  | out of range",
        "0 0 0 ? * 2 2050-2020      | 17 | backwards",
        "0 0 0 ? * 2 10000          | 12 | out of range",
        "0 0 0 30 2 ?               | 6  | never fire",
        "0 0 0 29 2 ? 2023          | 6  | never fire",
        "0 0 0 L-30 2 ?             | 6  | never fire",
        "0 0 0 ? 2 2#5 2023-2025    | 10 | never fire",
        "@daily                     | 0  | no macros",
      })
  void refusesWithPositionAndReason(String expression, int position, String reason) {
    Refused.expression(QuartzCronTest::quartz, expression, position, reason);
  }

  /** Quartz 2.3.2 reads these without a word, and fires for something else or for a part. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "0 0 12 ? * MONDAY",
        "0 0 12 ? * MON-FRI/2",
        "0 0 12 ? FEB/2 2",
        "0 0 12 ? * FRILX",
        "0 0 12 ? * LW",
        "0 5x 12 * * ?",
        "0 0/15x 12 * * ?",
        "0 *5 12 * * ?",
        "0 1,,2 12 * * ?",
        "0 99 12 * * ?",
        "0 0 12 98 * 2",
        "0 0 12 5-0 * ?",
        "0 0 12 L-W * ?",
        "0 0 12 ?x * 2",
        "0 */-5 12 * * ?",
        "0 0 12 ? * 6#+3",
        "0 0 12 ? * 2 1969",
        "0 0 12 * * ? 2030 x",
      })
  void refusesWhatQuartzReadsPast(String expression) throws Exception {
    new org.quartz.CronExpression(expression);
    assertThrows(InvalidTrigger.class, () -> quartz(expression));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // The 31st would be a Saturday; other months without a 31st have nothing near it.
        "0 0 0 31W * ? | 2028-06-01 | 06-30T00:00, 07-31T00:00, 08-31T00:00",
        "0 0 0 31W * ? | 2026-08-01 | 08-31T00:00, 10-30T00:00, 12-31T00:00",
        "0 0 0 30W * ? | 2008-01-01 | 01-30T00:00, 03-31T00:00, 04-30T00:00",
        "0 0 0 29W * ? | 2042-01-01 | 01-29T00:00, 03-28T00:00, 04-29T00:00",
        "0 0 0 L-30W * ? | 2026-01-01 | 01-01T00:00, 03-02T00:00, 05-01T00:00",
        // A step of 0 is no step.
        "0 0 0 5-10/0 * ? | 2026-01-01 | 01-05T00:00, 02-05T00:00, 03-05T00:00",
        "0 0 0 5/0 * ?    | 2026-01-01 | 01-05T00:00, 02-05T00:00, 03-05T00:00",
        "0 0 0 */0 * ?    | 2026-01-01 | 01-01T00:00, 01-02T00:00, 01-03T00:00",
        "0 0 0 1-31/99 * ? | 2026-01-01 | 01-01T00:00, 02-01T00:00, 03-01T00:00",
      })
  void decidesTheDoubtfulCases(String expression, String from, String expected) {
    assertEquals(expected, Walk.dates(quartz(expression), from, 3));
  }

  @Test
  void separatesFieldsBySpacesAndTabs() {
    assertEquals("At 12:00 every day", quartz(" 0\t0  12 \n* * ?\n").describe());
    assertThrows(InvalidTrigger.class, () -> quartz("0\n0 12 * * ?"));
  }

  @Test
  void yearsGoTo9999AndPastOnesAreNoError() {
    Instant now = Instant.parse("2026-01-01T00:00:00Z");
    assertNull(quartz("0 0 0 1 1 ? 1970-2025").in(ZoneOffset.UTC, now).next(now));
    assertEquals(
        Instant.parse("9999-12-31T00:00:00Z"),
        quartz("0 0 0 31 12 ? 9999").in(ZoneOffset.UTC, now).next(now));
    assertEquals(
        Instant.parse("2028-02-29T00:00:00Z"),
        quartz("0 0 0 29 2 ? 2026/1").in(ZoneOffset.UTC, now).next(now));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 0 12 L * ?           | At 12:00, on the last day of the month",
        "0 0 12 LW * ?          | At 12:00, on the last weekday (Monday to Friday) of the month",
        "0 0 12 L-3 * ?         | At 12:00, on the day 3 days before the last day of the month",
        "0 0 12 ? * 6#2         | At 12:00, on the 2nd Friday of the month",
        "0 0 12 ? * FRIL        | At 12:00, on the last Friday of the month",
        "0 0 12 ? 3,6 2L        | At 12:00, on the last Monday of March and June",
        "0 0 12 * * ? 2027      | At 12:00 every day in 2027",
        "0 0 12 ? * 2-6 2026-2030 | At 12:00, Monday to Friday, from 2026 to 2030",
        "0 0 0 1 1 ? 2026/4     | At 00:00, on 1 January, in every 4th year from 2026",
        "0 0/15 * * * ?         | Every 15 minutes",
        "0 0 12 ? * SUN-SAT     | At 12:00 every day",
        "0 0 12 2/2 * ? 1970/1  | At 12:00, on every 2nd day of the month from the 2nd",
      })
  void saysWhatThePatternMeans(String expression, String meaning) {
    assertEquals(meaning, quartz(expression).describe());
  }

  @Test
  void namesTheWeekdayNearestADay() {
    assertEquals(
        "At 12:00, on the weekday (Monday to Friday) nearest the 15th of the month",
        quartz("0 0 12 15W * ?").describe());
  }

  @Test
  void isAnotherTriggerThanTheSameTextInAnotherDialect() {
    String expression = "0 0 12 * * ?";
    assertEquals(quartz(expression), quartz(expression));
    assertEquals(CronDialect.QUARTZ, quartz(expression).dialect());
    assertNotEquals(quartz(expression), Cron.parse(expression, CronDialect.SPRING));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 * 12 * * ?    | true",
        "0 */15 12 * * ? | true",
        "0 0 * * * ?     | true",
        "0 *,5 12 * * ?  | true",
        "0 0/15 12 * * ? | false",
        "0 /15 12 * * ?  | true",
        "* 5 12 * * ?    | false",
      })
  void isAWildcardWhenHourOrMinuteStartsWithAStarOrItsStep(String expression, boolean wildcard) {
    assertEquals(wildcard, quartz(expression).pattern().isWildcard());
  }
}
