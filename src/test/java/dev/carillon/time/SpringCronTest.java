package dev.carillon.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.carillon.time.cron.CronDialect;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpringCronTest {

  private static Cron spring(String expression) {
    return Cron.parse(expression, CronDialect.SPRING);
  }

  /** The examples of CronExpression's documentation, and what each construct adds to them. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 0 * * * *           | 2026-01-01 | 01-01T00:00, 01-01T01:00, 01-01T02:00",
        "0 0 8-10 * * *        | 2026-01-01 | 01-01T08:00, 01-01T09:00, 01-01T10:00",
        "0 0 6,19 * * *        | 2026-01-01 | 01-01T06:00, 01-01T19:00, 01-02T06:00",
        "0 0/30 8-10 * * *     | 2026-01-01 | 01-01T08:00, 01-01T08:30, 01-01T09:00",
        "0 0 9-17 * * MON-FRI  | 2026-01-01 | 01-01T09:00, 01-01T10:00, 01-01T11:00",
        "0 0 0 25 12 ?         | 2026-01-01 | 12-25T00:00, 12-25T00:00, 12-25T00:00",
        "0 0 0 L * *           | 2026-01-01 | 01-31T00:00, 02-28T00:00, 03-31T00:00",
        "0 0 0 L-3 * *         | 2026-01-01 | 01-28T00:00, 02-25T00:00, 03-28T00:00",
        "0 0 0 1W * *          | 2026-01-01 | 01-01T00:00, 02-02T00:00, 03-02T00:00",
        "0 0 0 LW * *          | 2026-01-01 | 01-30T00:00, 02-27T00:00, 03-31T00:00",
        "0 0 0 * * 5L          | 2026-01-01 | 01-30T00:00, 02-27T00:00, 03-27T00:00",
        "0 0 0 * * THUL        | 2026-01-01 | 01-29T00:00, 02-26T00:00, 03-26T00:00",
        "0 0 0 ? * 5#2         | 2026-01-01 | 01-09T00:00, 02-13T00:00, 03-13T00:00",
        "0 0 0 ? * MON#1       | 2026-01-01 | 01-05T00:00, 02-02T00:00, 03-02T00:00",
        "0 0 0 ? * fri#5       | 2026-01-01 | 01-30T00:00, 05-29T00:00, 07-31T00:00",
        "0 0 0 13 * FRI        | 2026-01-01 | 02-13T00:00, 03-13T00:00, 11-13T00:00",
        "0 0 0 ? * ?           | 2026-01-01 | 01-01T00:00, 01-02T00:00, 01-03T00:00",
        "0 0 0 1W,15W,L * *    | 2026-02-01 | 02-02T00:00, 02-16T00:00, 02-28T00:00",
        "0 0 0 10-11,LW * *    | 2026-01-01 | 01-10T00:00, 01-11T00:00, 01-30T00:00",
        "0 0 0 L,? * *         | 2026-01-01 | 01-01T00:00, 01-02T00:00, 01-03T00:00",
        "0 0 0 * * MON,FRI#2   | 2026-01-06 | 01-09T00:00, 01-12T00:00, 01-19T00:00",
        "0 0 0 * * 5#6,MON     | 2026-01-01 | 01-05T00:00, 01-12T00:00, 01-19T00:00",
        "0 0 0 * * SUN-TUE     | 2026-01-01 | 01-04T00:00, 01-05T00:00, 01-06T00:00",
        "0 0 0 * * 7-2         | 2026-01-01 | 01-04T00:00, 01-05T00:00, 01-06T00:00",
        "0 0 0 * * 7-7         | 2026-01-01 | 01-01T00:00, 01-02T00:00, 01-03T00:00",
        "0 0 0 * * FRI-SUN     | 2026-01-01 | 01-02T00:00, 01-03T00:00, 01-04T00:00",
        "0 0 0 * * MON-5/2     | 2026-01-01 | 01-02T00:00, 01-05T00:00, 01-07T00:00",
        "0 0 0 * * */2         | 2026-01-01 | 01-02T00:00, 01-04T00:00, 01-05T00:00",
        "0 0 0 * * 0/2         | 2026-01-01 | 01-01T00:00, 01-03T00:00, 01-04T00:00",
        "0 0 0 * * 0           | 2026-01-01 | 01-04T00:00, 01-11T00:00, 01-18T00:00",
        "0 0 0 * feb/5 7#1     | 2026-01-01 | 02-01T00:00, 07-05T00:00, 12-06T00:00",
        "0 */100 0 * * *       | 2026-01-01 | 01-01T00:00, 01-02T00:00, 01-03T00:00",
        "0 0 0 29 2 MON        | 2072-03-01 | 02-29T00:00, 02-29T00:00, 02-29T00:00",
        "@yearly               | 2026-01-02 | 01-01T00:00, 01-01T00:00, 01-01T00:00",
        "@Weekly               | 2026-01-01 | 01-04T00:00, 01-11T00:00, 01-18T00:00",
        "@hourly               | 2026-01-01 | 01-01T00:00, 01-01T01:00, 01-01T02:00",
      })
  void firesAsDocumented(String expression, String from, String expected) {
    assertEquals(expected, Walk.dates(spring(expression), from, 3));
  }

  /** Where Spring's own search goes wrong; the package's description says how. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 0 0 31W * *    | 2026-05-01 | 05-29T00:00, 07-31T00:00, 08-31T00:00",
        "0 0 0 30W * *    | 2028-03-31 | 04-28T00:00, 05-30T00:00, 06-30T00:00",
        "0 0 0 28W * *    | 2049-02-01 | 02-26T00:00, 03-29T00:00, 04-28T00:00",
        "0 0 0 1W * *     | 2026-08-02 | 08-03T00:00, 09-01T00:00, 10-01T00:00",
        "0 0 0 L-28 * *   | 2026-01-01 | 01-03T00:00, 03-03T00:00, 04-02T00:00",
        "0 0 0 L-30 * *   | 2026-01-01 | 01-01T00:00, 03-01T00:00, 05-01T00:00",
        "0 0 0 31W * FRI  | 2027-04-01 | 07-30T00:00, 10-29T00:00, 12-31T00:00",
      })
  void isRightWhereSpringErrs(String expression, String from, String expected) {
    assertEquals(expected, Walk.dates(spring(expression), from, 3));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 0 * * *             | 9  | 6 fields",
        "0 9 * * MON-FRI       | 15 | \"dialect\":\"UNIX\"",
        "0 0 12 * * ? 2030     | 13 | \"dialect\":\"QUARTZ\"",
        "60 * * * * *          | 0  | out of range",
        "0 60 * * * *          | 2  | out of range",
        "0 0 24 * * *          | 4  | out of range",
        "0 0 0 0 * *           | 6  | out of range",
        "0 0 0 32 * *          | 6  | out of range",
        "0 0 0 25 13 ?         | 9  | out of range",
        "0 0 0 25 2-1 ?        | 11 | backwards",
        "0 0 22-2 * * *        | 7  | backwards",
        "0 0 0 * * FRI-MON     | 14 | backwards",
        "0 0 0 * * 8           | 10 | out of range",
        "*/0 * * * * *         | 2  | step of 0",
        "*/-1 * * * * *        | 2  | expected",
        "1/2/3 * * * * *       | 3  | does not belong",
        "1,,2 * * * * *        | 2  | missing",
        "? * * * * *           | 0  | day of month or day of week only",
        "0 0 0 ?,5 * *         | 6  | ? stands alone",
        "0 0 0 ?/2 * *         | 6  | expected",
        "0 0 0 l * *           | 6  | unknown",
        "0 0 0 15w * *         | 8  | does not belong",
        "0 0 0 L-0 * *         | 8  | starts from 1",
        "0 0 0 L3 * *          | 7  | does not belong",
        "0 0 0 L-3W * *        | 9  | does not belong",
        "0 0 0 W * *           | 6  | unknown",
        "0 0 0 32W * *         | 6  | out of range",
        "0 0 0 1-15W * *       | 10 | does not belong",
        "0 0 0 * * L           | 10 | unknown",
        "0 0 0 * * 1LX         | 12 | does not belong",
        "0 0 0 * * 8L          | 10 | out of range",
        "0 0 0 * * #1          | 10 | expected",
        "0 0 0 * * 5#          | 12 | missing",
        "0 0 0 * * 5#0         | 12 | starts from 1",
        "0 0 0 * * 5#6         | 10 | never fire",
        "0 0 0 L-31 * *        | 6  | never fire",
        "0 0 0 31 2 *          | 6  | never fire",
        "0 0 0 1 * MON#2       | 6  | never fire",
        "@fortnightly          | 0  | @midnight",
        "@reboot               | 0  | @midnight",
      })
  void refusesWithPositionAndReason(String expression, int position, String reason) {
    Refused.expression(SpringCronTest::spring, expression, position, reason);
  }

  /** Signs, and names run together with digits, which Spring replaces wherever they stand. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "0 0 +9 * * *",
        "0 0 */+2 * * *",
        "0 0 0 1 1JAN *",
        "0 0 0 * * 5#MON",
        "0 0 0 * * */TUE",
        "0 0 0 1 JANFEB *",
      })
  void refusesWhatSpringReadsPast(String expression) {
    org.springframework.scheduling.support.CronExpression.parse(expression);
    assertThrows(InvalidTrigger.class, () -> spring(expression));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0\t0 0 * * *", "0\n0 0 * * *"})
  void separatesFieldsBySpacesOnly(String expression) {
    assertThrows(InvalidTrigger.class, () -> spring(expression));
    assertEquals("At 00:00 every day", spring(" 0 0  0 \t* * * ").describe());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 0 0 13 * FRI       | At 00:00, on day 13 of the month if it is a Friday",
        "0 0 0 1-7 * MON#1    | At 00:00, on days 1 to 7 of the month if it is the 1st Monday",
        "0 0 0 1,L * *        | At 00:00, on day 1 and the last day of the month",
        "0 0 0 * 3 MON,FRIL   | At 00:00, on every Monday and the last Friday of March",
        "0 0 0 L,? * 7-7      | At 00:00 every day",
        "@daily               | At 00:00 every day",
      })
  void saysWhatThePatternMeans(String expression, String meaning) {
    assertEquals(meaning, spring(expression).describe());
  }
}
