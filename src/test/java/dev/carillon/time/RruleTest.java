package dev.carillon.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RruleTest {

  private static final ZoneId NEW_YORK = ZoneId.of("America/New_York");

  private static Rrule rule(String rrule, String dtstart) {
    return Rrule.parse(rrule, dtstart, List.of(), List.of(), List.of());
  }

  private static Preview preview(Trigger trigger, ZoneId zone, String fromLocal, int count) {
    Instant from = LocalDateTime.parse(fromLocal).atZone(zone).toInstant();
    return Preview.of(trigger, zone, DstPolicy.DEFAULT, from, count);
  }

  private static String dates(Preview preview) {
    return preview.fires().stream()
        .map(fire -> fire.local().toLocalDate().toString().substring(2))
        .collect(Collectors.joining(" "));
  }

  /** RFC 5545, section 3.8.5.3; the zone of all its examples is New York's. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "FREQ=DAILY;INTERVAL=10;COUNT=5              | 1997-09-02 | 97-09-02 97-09-12 97-09-22 97-10-02 97-10-12",
        "FREQ=WEEKLY;COUNT=3;WKST=SU;BYDAY=TU,TH     | 1997-09-02 | 97-09-02 97-09-04 97-09-09",
        "FREQ=MONTHLY;COUNT=3;BYDAY=1FR              | 1997-09-05 | 97-09-05 97-10-03 97-11-07",
        "FREQ=MONTHLY;INTERVAL=2;COUNT=6;BYDAY=1SU,-1SU | 1997-09-07 | 97-09-07 97-09-28 97-11-02 97-11-30 98-01-04 98-01-25",
        "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO             | 1997-09-22 | 97-09-22 97-10-20 97-11-17 97-12-22 98-01-19 98-02-16",
        "FREQ=MONTHLY;BYMONTHDAY=-3                  | 1997-09-28 | 97-09-28 97-10-29 97-11-28 97-12-29 98-01-29 98-02-26",
        "FREQ=MONTHLY;COUNT=6;BYMONTHDAY=1,-1        | 1997-09-30 | 97-09-30 97-10-01 97-10-31 97-11-01 97-11-30 97-12-01",
        "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15 | 1997-09-10 | 97-09-10 97-09-11 97-09-12 97-09-13 97-09-14 97-09-15 99-03-10 99-03-11 99-03-12 99-03-13",
        "FREQ=YEARLY;COUNT=4;BYMONTH=6,7             | 1997-06-10 | 97-06-10 97-07-10 98-06-10 98-07-10",
        "FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200 | 1997-01-01 | 97-01-01 97-04-10 97-07-19 00-01-01 00-04-09 00-07-18 03-01-01 03-04-10 03-07-19 06-01-01",
        "FREQ=YEARLY;BYDAY=20MO                      | 1997-05-19 | 97-05-19 98-05-18 99-05-17",
        "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO            | 1997-05-12 | 97-05-12 98-05-11 99-05-17",
        "FREQ=YEARLY;BYMONTH=3;BYDAY=TH              | 1997-03-13 | 97-03-13 97-03-20 97-03-27 98-03-05 98-03-12",
        "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13         | 1997-09-02 | 98-02-13 98-03-13 98-11-13 99-08-13 00-10-13",
        "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13 | 1997-09-13 | 97-09-13 97-10-11 97-11-08 97-12-13 98-01-10 98-02-07",
        "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8 | 1996-11-05 | 96-11-05 00-11-07 04-11-02",
        "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3 | 1997-09-04 | 97-09-04 97-10-07 97-11-06",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2 | 1997-09-29 | 97-09-29 97-10-30 97-11-27 97-12-30 98-01-29 98-02-26 98-03-30",
        "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO | 1997-08-05 | 97-08-05 97-08-10 97-08-19 97-08-24",
        "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU | 1997-08-05 | 97-08-05 97-08-17 97-08-19 97-08-31",
        "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5       | 2007-01-15 | 07-01-15 07-01-30 07-02-15 07-03-15 07-03-30",
        "FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO            | 2015-01-01 | 15-12-28 20-12-28 26-12-28 32-12-27",
        "FREQ=HOURLY;BYYEARDAY=-1;BYHOUR=5           | 2024-01-01 | 24-12-31 25-12-31 26-12-31",
        "FREQ=YEARLY                                 | 2024-02-29 | 24-02-29 28-02-29 32-02-29",
        "FREQ=MONTHLY                                | 2026-01-31 | 26-01-31 26-03-31 26-05-31",
      })
  void expandsTheExamplesOfTheRfc(String rrule, String date, String expected) {
    String start = date + "T09:00:00";
    int count = expected.split(" ").length;
    assertEquals(expected, dates(preview(rule(rrule, start), NEW_YORK, start, count)));
  }

  @Test
  void expandsRulesBelowADay() {
    String start = "1997-09-02T09:00:00";
    Preview every90 = preview(rule("FREQ=MINUTELY;INTERVAL=90;COUNT=4", start), NEW_YORK, start, 9);
    assertEquals(
        List.of("09:00", "10:30", "12:00", "13:30"),
        every90.fires().stream().map(fire -> fire.local().toLocalTime().toString()).toList());
    assertTrue(every90.exhausted());

    Preview every20 =
        preview(rule("FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10", start), NEW_YORK, start, 7);
    assertEquals("1997-09-03T09:00", every20.fires().get(6).local().toLocalDateTime().toString());
  }

  @Test
  void boundsUntilAsUtcWithZAndAsLocalWithout() {
    String start = "1997-09-02T09:00:00";
    // 9 o'clock in New York is 13:00 UTC.
    assertEquals(
        2,
        preview(rule("FREQ=DAILY;UNTIL=19970903T130000Z", start), NEW_YORK, start, 9)
            .fires()
            .size());
    assertEquals(
        1,
        preview(rule("FREQ=DAILY;UNTIL=19970903T125959Z", start), NEW_YORK, start, 9)
            .fires()
            .size());
    assertEquals(
        2,
        preview(rule("FREQ=DAILY;UNTIL=19970903T090000", start), NEW_YORK, start, 9)
            .fires()
            .size());
    assertEquals(
        2, preview(rule("FREQ=DAILY;UNTIL=19970903", start), NEW_YORK, start, 9).fires().size());
    Preview over = preview(rule("FREQ=DAILY;UNTIL=19970101", start), NEW_YORK, start, 9);
    assertTrue(over.exhausted() && over.fires().isEmpty());
  }

  @Test
  void countsInstancesBeforeExclusionAndAddsDates() {
    String start = "2026-01-01T09:00:00";
    Rrule trigger =
        Rrule.parse(
            "rrule:freq=daily;count=4",
            start,
            List.of("2026-01-20T10:00:00"),
            List.of("2026-01-02T09:00:00"),
            List.of("FREQ=WEEKLY;BYDAY=SA"));
    assertEquals("26-01-01 26-01-04 26-01-20", dates(preview(trigger, NEW_YORK, start, 9)));
  }

  @Test
  void dtstartIsAFireOnlyWhereTheRuleMatchesAndThenAlsoAtFrom() {
    String start = "2026-01-01T09:00:00";
    assertEquals("26-01-01", dates(preview(rule("FREQ=DAILY", start), NEW_YORK, start, 1)));
    assertEquals(
        "26-01-30", dates(preview(rule("FREQ=MONTHLY;BYDAY=-1FR", start), NEW_YORK, start, 1)));
    Fires fires = rule("FREQ=DAILY", start).in(NEW_YORK, Instant.EPOCH);
    Instant first = Instant.parse("2026-01-01T14:00:00Z");
    assertEquals(first.plusSeconds(86_400), fires.next(first));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "FREQ=DAILY;BYHOUR=2;BYMINUTE=30  | Europe/Berlin       | 2026-03-29 | 03:30+02:00 DST_GAP",
        "FREQ=DAILY;BYHOUR=2,3;BYMINUTE=10,30 | Europe/Berlin   | 2026-03-29 | 03:10+02:00, 03:30+02:00",
        "FREQ=DAILY;BYHOUR=2,3;BYMINUTE=30,10;BYSETPOS=2,3 | Europe/Berlin | 2026-03-29 | 03:10+02:00, 03:30+02:00 DST_GAP",
        "FREQ=DAILY;BYHOUR=2;BYMINUTE=30  | Europe/Berlin       | 2026-10-25 | 02:30+02:00 DST_OVERLAP",
        "FREQ=DAILY;BYHOUR=2;BYMINUTE=30  | America/New_York    | 2026-03-08 | 03:30-04:00 DST_GAP",
        "FREQ=DAILY;BYHOUR=1;BYMINUTE=30  | America/New_York    | 2026-11-01 | 01:30-04:00 DST_OVERLAP",
        "FREQ=DAILY;BYHOUR=2;BYMINUTE=15  | Australia/Lord_Howe | 2026-10-04 | 02:45+11:00 DST_GAP",
        "FREQ=DAILY;BYHOUR=0;BYMINUTE=30  | Africa/Cairo        | 2026-04-24 | 01:30+03:00 DST_GAP",
        "FREQ=DAILY;BYHOUR=0;BYMINUTE=0   | America/Sao_Paulo   | 2018-11-04 | 01:00-02:00 DST_GAP",
        "FREQ=DAILY;BYHOUR=9              | Pacific/Apia        | 2011-12-31 | 09:00+14:00",
      })
  void shiftsByTheGapAndTakesTheFirstPass(String rrule, String zone, String date, String expected) {
    Rrule trigger = rule(rrule, "2010-01-01T00:00:00");
    assertEquals(expected, String.join(", ", Walk.on(trigger, zone, date)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "BYDAY=MO                          | 0  | FREQ is missing",
        "FREQ=OFTEN                        | 5  | YEARLY, MONTHLY",
        "FREQ=WEEKLY;;BYDAY=MO             | 12 | missing",
        "FREQ=WEEKLY;BYDAY=MO,XX           | 21 | weekday",
        "FREQ=DAILY;BYDAY=1MO              | 17 | number",
        "FREQ=MONTHLY;BYDAY=6MO            | 19 | 1 to 5",
        "FREQ=DAILY;COUNT=0                | 17 | from 1",
        "FREQ=DAILY;INTERVAL=-1            | 20 | from 1",
        "FREQ=DAILY;COUNT=1;UNTIL=20260101 | 19 | exclude",
        "FREQ=DAILY;UNTIL=20261301         | 17 | 20261231T235959Z",
        "FREQ=DAILY;BYHOUR=24              | 18 | 0 to 23",
        "FREQ=DAILY;FREQ=DAILY             | 11 | second time",
        "FREQ=DAILY;BYEASTER=1             | 11 | allowed",
        "FREQ=DAILY;RSCALE=CHINESE         | 11 | Gregorian",
        "FREQ=DAILY;BYYEARDAY=1            | 11 | BYYEARDAY",
        "FREQ=MONTHLY;BYWEEKNO=1           | 13 | YEARLY only",
        "FREQ=WEEKLY;BYMONTHDAY=1          | 12 | WEEKLY",
        "FREQ=DAILY;BYSETPOS=1             | 11 | another BY",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30 | 0 | never fire",
        "FREQ=HOURLY;INTERVAL=24;BYHOUR=5  | 0  | if ever",
        "FREQ=SECONDLY;COUNT=99999999      | 0  | UNTIL instead",
      })
  void refusesWithPositionAndReason(String rrule, int position, String reason) {
    InvalidTrigger refused =
        assertThrows(InvalidTrigger.class, () -> rule(rrule, "2026-01-01T09:00:00"));
    assertEquals("rrule", refused.field());
    assertEquals(position, refused.position());
    assertTrue(refused.getMessage().contains(reason), refused::getMessage);
    rule(refused.example(), "2026-01-01T09:00:00");
  }

  @Test
  void namesTheListElementThatIsWrong() {
    List<String> exdate = List.of("2026-01-01T09:00:00", "2026-01-01T09:00:00Z");
    InvalidTrigger refused =
        assertThrows(
            InvalidTrigger.class,
            () -> Rrule.parse("FREQ=DAILY", "2026-01-01T09:00:00", List.of(), exdate, List.of()));
    assertEquals("exdate/1", refused.field());
    assertTrue(refused.getMessage().contains("offset"));
    List<String> many = Collections.nCopies(1_001, "2026-01-01T09:00:00");
    assertThrows(
        InvalidTrigger.class,
        () -> Rrule.parse("FREQ=DAILY", "2026-01-01T09:00:00", many, List.of(), List.of()));
    assertThrows(InvalidTrigger.class, () -> rule("FREQ=DAILY", "2026-02-30T09:00:00"));
    assertThrows(InvalidTrigger.class, () -> rule("FREQ=DAILY", "1850-01-01T09:00:00"));
  }

  @Test
  void givesUpAfterBoundedWorkWhereEveryInstanceIsExcluded() {
    Rrule trigger =
        Rrule.parse(
            "FREQ=MINUTELY;UNTIL=99990101",
            "2026-01-01T00:00:00",
            List.of(),
            List.of(),
            List.of("FREQ=MINUTELY"));
    Fires fires = trigger.in(NEW_YORK, Instant.EPOCH);
    assertThrows(EvaluationGaveUp.class, () -> fires.next(Instant.EPOCH));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "FREQ=MONTHLY;BYDAY=-1FR | Every month on the last Friday at 09:00, from 1 January 2026",
        "FREQ=DAILY;COUNT=10     | Every day at 09:00, from 1 January 2026, 10 times",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE,FR | Every 2 weeks on Monday, Wednesday and Friday at 09:00, from 1 January 2026",
        "FREQ=YEARLY             | Every year on 1 January at 09:00, from 1 January 2026",
        "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU | Every year on the last Sunday of March at 09:00, from 1 January 2026",
        "FREQ=HOURLY;INTERVAL=3;UNTIL=20260201 | Every 3 hours, from 1 January 2026 until 1 February 2026 at 23:59:59",
      })
  void saysWhatTheRuleMeans(String rrule, String meaning) {
    assertEquals(meaning, rule(rrule, "2026-01-01T09:00:00").describe());
  }
}
