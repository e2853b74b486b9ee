package dev.carillon.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CronTest {

  private static String next(String expression, String after) {
    Instant next =
        Cron.parse(expression).in(ZoneOffset.UTC, Instant.EPOCH).next(Instant.parse(after));
    return String.valueOf(next);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 9 * * MON-FRI   | 2026-01-02T09:00:00Z | 2026-01-05T09:00:00Z",
        "*/15 * * * *      | 2026-01-01T00:59:59Z | 2026-01-01T01:00:00Z",
        "0 0 29 2 *        | 2096-03-01T00:00:00Z | 2104-02-29T00:00:00Z",
        "5-59/15 * * * *   | 2026-01-01T00:20:00Z | 2026-01-01T00:35:00Z",
        "0 0 * * 7         | 2026-01-01T00:00:00Z | 2026-01-04T00:00:00Z",
        "0 0 * * SuN       | 2026-01-01T00:00:00Z | 2026-01-04T00:00:00Z",
        "0 0 * * fri-7     | 2026-01-04T00:00:00Z | 2026-01-09T00:00:00Z",
        "0 0 1 jan-MAR/2 * | 2026-01-01T00:00:00Z | 2026-03-01T00:00:00Z",
        "*/10 * * * * *    | 2026-01-01T00:00:09Z | 2026-01-01T00:00:10Z",
        "30 0 0 1 1 *      | 2026-01-01T00:00:30Z | 2027-01-01T00:00:30Z",
        "@weekly           | 2026-01-01T00:00:00Z | 2026-01-04T00:00:00Z",
        "@annually         | 2026-01-01T00:00:00Z | 2027-01-01T00:00:00Z",
        "0 0 1 1 *         | 2026-06-01T00:00:00Z | 2027-01-01T00:00:00Z",
        "59 23 31 12 *     | 2026-01-01T00:00:00Z | 2026-12-31T23:59:00Z",
      })
  void findsTheNextMatch(String expression, String after, String expected) {
    assertEquals(expected, next(expression, after));
  }

  @Test
  void takesEitherDayFieldWhenBothAreRestricted() {
    assertEquals("2026-02-06T00:00:00Z", next("0 0 13 * FRI", "2026-02-01T00:00:00Z"));
    assertEquals("2026-01-13T00:00:00Z", next("0 0 13 * FRI", "2026-01-12T00:00:00Z"));
  }

  @Test
  void takesBothDayFieldsWhenOneStartsWithAStar() {
    // Days 1, 3, 5 … that are Mondays: a step of a star counts as a star for Vixie's rule.
    assertEquals("2026-01-05T00:00:00Z", next("0 0 */2 * MON", "2026-01-01T00:00:00Z"));
    assertEquals("2026-01-19T00:00:00Z", next("0 0 */2 * MON", "2026-01-05T00:00:00Z"));
    assertEquals("2026-01-02T00:00:00Z", next("0 0 1-31/2 * MON-FRI", "2026-01-01T00:00:00Z"));
  }

  @Test
  void endsWithTheYear9999() {
    Fires fires = Cron.parse("0 0 1 1 *").in(ZoneOffset.UTC, Instant.EPOCH);
    assertEquals(
        Instant.parse("9999-01-01T00:00:00Z"), fires.next(Instant.parse("9998-06-01T00:00:00Z")));
    assertNull(fires.next(Instant.parse("9999-01-01T00:00:00Z")));
    assertNull(fires.next(Instant.MAX));
    assertEquals(Instant.parse("1900-01-01T00:00:00Z"), fires.next(Instant.MIN));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "* * * *          | 7  | 5 fields",
        "* * * * * * *    | 12 | 5 fields",
        "60 * * * *       | 0  | out of range",
        "* 24 * * *       | 2  | out of range",
        "* * 0 * *        | 4  | out of range",
        "* * * 13 *       | 6  | out of range",
        "* * * * 8        | 8  | out of range",
        "5/15 * * * *     | 1  | 5-59/15",
        "* * * * FRI-MON  | 12 | runs backwards",
        "* * * * FRI-SUN  | 12 | runs backwards",
        "*/0 * * * *      | 2  | step of 0",
        "1,,2 * * * *     | 2  | missing",
        "1, * * * *       | 2  | missing",
        "*5 * * * *       | 1  | does not belong",
        "* * ? * *        | 4  | expected",
        "* * L * *        | 4  | unknown",
        "* * * * MONDAY   | 8  | unknown",
        "-1 * * * *       | 0  | expected",
        "0 0 30 2 *       | 4  | never fire",
        "0 0 31 4,6,9,11 *| 4  | never fire",
        "@reboot          | 0  | unknown",
        "@fortnightly     | 0  | allowed",
        "@Daily           | 0  | small letters",
        "0 0 12 ? * FRI   | 7  | this looks like QUARTZ: say \"dialect\":\"QUARTZ\"",
        "0 0 12 ? * FRX   | 7  | this looks like QUARTZ",
        "0 0 9 L,15W * *  | 6  | this looks like SPRING",
        "0 0 9 * * FRI#2 2027 | 16 | found 7",
        "5x * * * *       | 1  | does not belong",
        "* * * JANUARY *  | 6  | unknown",
        "MON * * * *      | 0  | unknown",
      })
  void refusesWithPositionAndReason(String expression, int position, String reason) {
    Refused.expression(Cron::parse, expression.strip(), position, reason);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // Fixed times: at the end of the gap, once each gap; at the first pass of an overlap.
        "30 2 * * *      | Europe/Berlin       | 2026-03-29 | 03:00+02:00 DST_GAP",
        "0,30 2 * * *    | Europe/Berlin       | 2026-03-29 | 03:00+02:00 DST_GAP",
        "*/20 30 2 * * * | Europe/Berlin       | 2026-03-29 | 03:00+02:00 DST_GAP",
        "30 2,3 * * *    | Europe/Berlin       | 2026-03-29 | 03:00+02:00 DST_GAP, 03:30+02:00",
        "0 2,3 * * *     | Europe/Berlin       | 2026-03-29 | 03:00+02:00",
        "30 2 * * *      | Europe/Berlin       | 2026-10-25 | 02:30+02:00 DST_OVERLAP",
        "0 2,3 * * *     | Europe/Berlin       | 2026-10-25 | 02:00+02:00 DST_OVERLAP, 03:00+01:00",
        "30 2 * * *      | America/New_York    | 2026-03-08 | 03:00-04:00 DST_GAP",
        "30 1 * * *      | America/New_York    | 2026-11-01 | 01:30-04:00 DST_OVERLAP",
        // Lord Howe shifts by half an hour: 02:00 to 02:30, and 02:00 back to 01:30.
        "15 2 * * *      | Australia/Lord_Howe | 2026-10-04 | 02:30+11:00 DST_GAP",
        "30 2 * * *      | Australia/Lord_Howe | 2026-10-04 | 02:30+11:00",
        "45 1 * * *      | Australia/Lord_Howe | 2026-04-05 | 01:45+11:00 DST_OVERLAP",
        "15 1,2 * * *    | Australia/Lord_Howe | 2026-04-05 | 01:15+11:00, 02:15+10:30",
        // Cairo and, until 2018, São Paulo have their gap at midnight.
        "0 0 * * *       | Africa/Cairo        | 2026-04-24 | 01:00+03:00 DST_GAP",
        "30 0 * * *      | Africa/Cairo        | 2026-04-24 | 01:00+03:00 DST_GAP",
        "30 23 * * *     | Africa/Cairo        | 2026-10-29 | 23:30+03:00 DST_OVERLAP",
        "0 0 * * *       | America/Sao_Paulo   | 2018-11-04 | 01:00-02:00 DST_GAP",
        "30 23 * * *     | America/Sao_Paulo   | 2018-02-17 | 23:30-02:00 DST_OVERLAP",
        // Samoa skipped 30 December 2011 whole.
        "0 9 * * *       | Pacific/Apia        | 2011-12-31 | 00:00+14:00 DST_GAP, 09:00+14:00",
      })
  void fixedTimesFireAtTheGapsEndAndOnceInAnOverlap(
      String expression, String zone, String date, String expected) {
    assertEquals(expected, String.join(", ", Walk.on(Cron.parse(expression), zone, date)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "30 * * * * | Europe/Berlin       | 2026-03-29 | 23 | 01:30+01:00 | 03:30+02:00",
        "30 * * * * | Europe/Berlin       | 2026-10-25 | 25 | 02:30+02:00 | 02:30+01:00",
        "30 * * * * | America/New_York    | 2026-11-01 | 25 | 01:30-04:00 | 01:30-05:00",
        "0 */2 * * *| Europe/Berlin       | 2026-03-29 | 11 | 00:00+01:00 | 04:00+02:00",
        "45 * * * * | Australia/Lord_Howe | 2026-04-05 | 25 | 01:45+11:00 | 01:45+10:30",
        "15 * * * * | Australia/Lord_Howe | 2026-10-04 | 23 | 01:15+10:30 | 03:15+11:00",
        "0 * * * *  | Africa/Cairo        | 2026-04-24 | 23 | 01:00+03:00 | 02:00+03:00",
        "0 * * * *  | Africa/Cairo        | 2026-10-29 | 25 | 23:00+03:00 | 23:00+02:00",
      })
  void wildcardsFollowElapsedTimeThroughBothChanges(
      String expression, String zone, String date, int count, String one, String following) {
    List<String> fires = Walk.on(Cron.parse(expression), zone, date);
    assertEquals(count, fires.size());
    assertEquals(following, fires.get(fires.indexOf(one) + 1));
  }

  @Test
  void aWildcardWithinAGapDoesNotFireThatDay() {
    assertEquals(List.of(), Walk.on(Cron.parse("* 2 * * *"), "Europe/Berlin", "2026-03-29"));
    assertEquals(120, Walk.on(Cron.parse("* 2 * * *"), "Europe/Berlin", "2026-10-25").size());
  }

  @Test
  void nothingFiresAgainWhenAskedFromWithinTheSecondPass() {
    Fires fires = Cron.parse("30 2 * * *").in(ZoneId.of("Europe/Berlin"), Instant.EPOCH);
    Instant secondPass = Instant.parse("2026-10-25T01:10:00Z");
    assertEquals(Instant.parse("2026-10-26T01:30:00Z"), fires.next(secondPass));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 9 * * MON-FRI   | At 09:00, Monday to Friday",
        "*/15 * * * *      | Every 15 minutes",
        "*/45 * * * *      | At minutes 0 and 45 of every hour",
        "0 * * * *         | Every hour",
        "0 */2 * * *       | Every 2 hours",
        "0 */3 * * *       | Every 3 hours",
        "30 */4 * * *      | Every 4 hours at minute 30",
        "0 */12 * * *      | At 00:00 and 12:00 every day",
        "0-30 9 * * *      | At minutes 0 to 30 of hour 9",
        "*/5 9 * * *       | Every 5 minutes from 09:00 to 09:59",
        "0 1,3,4,6,7,9,10,12,13 * * * | At 01:00, 03:00, 04:00, 06:00, 07:00, 09:00, 10:00, 12:00 and 13:00 every day",
        "30 9-17 * * 1-5   | Every hour from 09:30 to 17:30, Monday to Friday",
        "*/5 9-17 * * *    | Every 5 minutes from 09:00 to 17:59",
        "0 9,17 * * *      | At 09:00 and 17:00 every day",
        "0 0 1 * *         | At 00:00, on day 1 of the month",
        "0 0 25 12 *       | At 00:00, on 25 December",
        "0 0 13 * FRI      | At 00:00, on day 13 of the month or on Friday",
        "* * * * * *       | Every second",
        "30 * * * * *      | At second 30 of every minute",
        "15 30 9 * * *     | At 09:30:15 every day",
        "0 12 * 3-5 *      | At 12:00, every day in March to May",
      })
  void saysWhatThePatternMeans(String expression, String meaning) {
    assertEquals(meaning, Cron.parse(expression).describe());
  }

  @ParameterizedTest
  @ValueSource(strings = {"  0 9 * * *  ", "0\t9 * * *", "00 009 * * *"})
  void readsPastBlanksAndLeadingZeros(String expression) {
    assertEquals("At 09:00 every day", Cron.parse(expression).describe());
  }
}
