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
        "FREQ=WEEKLY;BYDAY=MO,             | 21 | a weekday is missing",
        "FREQ=WEEKLY;BYDAY=,MO             | 18 | a weekday is missing",
        "FREQ=DAILY;BYHOUR=1,,2            | 20 | a number is missing",
        "FREQ=MONTHLY;BYMONTHDAY=1,        | 26 | a number is missing",
        "FREQ=DA\u0131LY                    | 5  | not a frequency",
        "FREQ=DAILY;BY\u017fETPOS=1         | 11 | not a part",
        "FREQ=DAILY;BYDAY=\u017fU           | 17 | not a weekday",
        "RRULE:EXRULE:FREQ=DAILY           | 6  | not a part",
        "EXRULE:RRULE:FREQ=DAILY           | 7  | not a part",
        "RRULE:RRULE:FREQ=DAILY            | 6  | not a part",
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
        "FREQ=HOURLY;INTERVAL=24;BYHOUR=5  | 0  | never fire",
        "FREQ=SECONDLY;INTERVAL=60;BYSECOND=1,2,59 | 0 | never fire",
        "FREQ=DAILY;INTERVAL=7;BYDAY=MO,TU,WE,FR,SA,SU | 0 | never fire",
        "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=2   | 0  | never fire",
        "FREQ=HOURLY;BYMINUTE=0;BYSETPOS=2 | 0  | never fire",
        "FREQ=YEARLY;BYWEEKNO=1;BYMONTH=5  | 0  | never fire",
        "FREQ=MONTHLY;BYDAY=1MO;BYMONTHDAY=8 | 0 | never fire",
        "FREQ=MONTHLY;BYYEARDAY=1          | 13 | BYYEARDAY",
        "FREQ=YEARLY;BYWEEKNO=1;BYDAY=1MO  | 29 | without",
        "FREQ=YEARLY;BYWEEKNO=54           | 21 | 1 to 53",
        "FREQ=YEARLY;BYYEARDAY=0           | 22 | 1 to 366",
        "FREQ=DAILY;BYSECOND=61            | 20 | 0 to 60",
        "FREQ=DAILY;BYMONTH=-1             | 19 | 1 to 12",
        "FREQ=DAILY;INTERVAL=0             | 20 | from 1",
        "FREQ=DAILY;COUNT=2147483648       | 17 | from 1 to 2147483647",
        "FREQ=DAILY;X-PART=1               | 11 | allowed",
        "FREQ=DAILY;SKIP=OMIT              | 11 | Gregorian",
        "FREQ=DAILY;WKST=1MO               | 16 | MO, TU",
        "FREQ=WEEKLY;UNTIL=20140801T150000ZZ | 18 | 20261231T235959Z",
        "FREQ=DAILY;;                      | 11 | missing",
        "FREQ= DAILY                       | 5  | frequency",
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
        "FREQ=MONTHLY;BYDAY=MO,WE,3FR | Every month on every Monday, Wednesday and the third Friday at 09:00, from 1 January 2026",
        "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13 | Every month on every Friday if it is day 13 at 09:00, from 1 January 2026",
        "FREQ=YEARLY;BYMONTHDAY=-1,2 | Every year on day 2 and the last day of the month in January at 09:00, from 1 January 2026",
        "FREQ=YEARLY;BYWEEKNO=-1,1 | Every year on Thursday in the first and last week of the year at 09:00, from 1 January 2026",
        "FREQ=YEARLY;BYDAY=SA;BYYEARDAY=-1,1 | Every year on every Saturday if it is the first or last day of the year at 09:00, from 1 January 2026",
        "FREQ=YEARLY;BYDAY=20MO | Every year on the 20th Monday of the year at 09:00, from 1 January 2026",
        "FREQ=DAILY;INTERVAL=3;BYDAY=SA,SU;BYMONTHDAY=-1,1 | Every 3 days if it is Saturday or Sunday if it is day 1 or the last day of the month at 09:00, from 1 January 2026",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1,1 | Every month Monday to Friday at 09:00, only the first and last of these in each month, from 1 January 2026",
        "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8 | Every 4 years on every Tuesday if it is one of days 2 to 8 of the month in November at 09:00, from 1 January 2026",
        "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=1,15 | Every month on every Friday if it is day 1 or 15 at 09:00, from 1 January 2026",
        "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=1,15,-1 | Every month on every Friday if it is day 1, 15 or the last day at 09:00, from 1 January 2026",
        "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR | Every week Monday to Friday at 09:00, from 1 January 2026",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYMONTH=5 | Every month every day in May at 09:00, from 1 January 2026",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR,1SA | Every month Monday to Friday and the first Saturday at 09:00, from 1 January 2026",
        "FREQ=DAILY;INTERVAL=3;BYDAY=MO,TU,WE,TH,FR | Every 3 days if it is Monday to Friday at 09:00, from 1 January 2026",
        "FREQ=DAILY;INTERVAL=3;BYDAY=MO,TU,WE,TH,FR,SA,SU | Every 3 days at 09:00, from 1 January 2026",
        "FREQ=YEARLY;BYDAY=5MO,6TU | Every year on the 5th Monday and the 6th Tuesday of the year at 09:00, from 1 January 2026",
        "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1,2,-5 | Every month on every Monday at 09:00, only the first, second and fifth to last of these in each month, from 1 January 2026",
        "FREQ=YEARLY;BYDAY=MO;BYSETPOS=5,6,-6,-1 | Every year on every Monday at 09:00, only the 5th, 6th, 6th to last and last of these in each year, from 1 January 2026",
        "FREQ=YEARLY;BYYEARDAY=1,2,3,4,5,6,7,8,366 | Every year on the 1st, 2nd … and 366th day of the year at 09:00, from 1 January 2026",
        "FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10,11 | Every 20 minutes in hours 9 to 11, from 1 January 2026",
        "FREQ=HOURLY;BYMINUTE=0,30;BYHOUR=9;BYMONTH=5 | Every hour in May at minutes 0 and 30 of hour 9, from 1 January 2026",
        "FREQ=SECONDLY;INTERVAL=10;BYMINUTE=5;BYHOUR=9 | Every 10 seconds in minute 5 of hour 9, from 1 January 2026",
        "FREQ=HOURLY;INTERVAL=3;UNTIL=20260201 | Every 3 hours, from 1 January 2026 until 1 February 2026 at 23:59:59",
      })
  void saysWhatTheRuleMeans(String rrule, String meaning) {
    assertEquals(meaning, rule(rrule, "2026-01-01T09:00:00").describe());
  }
}
