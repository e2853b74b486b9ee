package dev.carillon.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Recurrences against published facts, and against what other libraries agree or err on. */
class RruleFactsTest {

  private static final ZoneId NEW_YORK = ZoneId.of("America/New_York");

  private static Stream<String> lines(String resource) {
    try (InputStream in = RruleFactsTest.class.getResourceAsStream("/rrule/" + resource)) {
      assertNotNull(in);
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return text.lines().filter(line -> !line.startsWith("#"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Stream<String> examplesOfTheRfc() {
    return lines("rfc5545.txt");
  }

  @ParameterizedTest
  @MethodSource("examplesOfTheRfc")
  void expandsTheExamplesOfTheRfc(String line) {
    String[] fields = line.split("\\|");
    LocalDateTime start = at(fields[1]);
    boolean goesOn = fields[2].endsWith(" ...");
    List<LocalDateTime> expected = instances(fields[2].replace(" ...", ""));
    Rrule rule = Rrule.parse(fields[0], start + ":00", List.of(), List.of(), List.of());

    Preview preview =
        Preview.of(
            rule,
            NEW_YORK,
            DstPolicy.DEFAULT,
            start.atZone(NEW_YORK).toInstant(),
            expected.size() + (goesOn ? 0 : 1));

    assertEquals(
        expected, preview.fires().stream().map(fire -> fire.local().toLocalDateTime()).toList());
    assertEquals(!goesOn, preview.exhausted());
  }

  static Stream<String> pinned() {
    return lines("pinned.txt");
  }

  @ParameterizedTest
  @MethodSource("pinned")
  void expandsAsPinned(String line) {
    String[] fields = line.split("\\|");
    List<LocalDateTime> expected = instances(fields[3]);
    Fires fires =
        Rrule.parse(fields[1], fields[2], List.of(), List.of(), List.of())
            .in(ZoneOffset.UTC, Instant.EPOCH);

    assertEquals(expected, first(fires, expected.size()));
  }

  /** RFC 5545, section 3.3.10, and where it is silent, what published suites agree on. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // libical: INTERVAL counts from DTSTART's calendar year.
        "FREQ=YEARLY;BYWEEKNO=53;INTERVAL=6;BYDAY=TH | 20270103T000000 | 20931231T000000",
        "FREQ=YEARLY;BYWEEKNO=53;INTERVAL=5;BYDAY=TH | 20270103T000000 | 20321230T000000",
        "FREQ=YEARLY;BYWEEKNO=53                     | 20230101T000000 | 20270103T000000",
        "FREQ=YEARLY;BYWEEKNO=53                     | 20270103T000000 | 20270103T000000",
        "FREQ=YEARLY;BYWEEKNO=6;BYDAY=TU;WKST=TH     | 20180213T080001 | 20180213T080001 20190212T080001 20200211T080001 20210209T080001",
        "FREQ=YEARLY;BYMONTHDAY=29                   | 20240229T000000 | 20240229T000000 20280229T000000 20320229T000000",
        "FREQ=YEARLY;BYMONTHDAY=-29,-1               | 20240201T000000 | 20240201T000000 20240229T000000 20250228T000000 20260228T000000",
        "FREQ=YEARLY;BYYEARDAY=-366                  | 20120101T120000 | 20120101T120000 20160101T120000 20200101T120000",
        "FREQ=HOURLY;BYHOUR=12;BYYEARDAY=-366        | 20120101T120000 | 20120101T120000 20160101T120000 20200101T120000",
        "FREQ=MONTHLY;INTERVAL=13;BYMONTH=5          | 20100212T000000 | 20130512T000000 20260512T000000 20390512T000000",
        "FREQ=WEEKLY;BYDAY=MO,TU,SU,SA,TH;BYSETPOS=3,2 | 20240102T120000 | 20240102T120000 20240104T120000 20240109T120000 20240111T120000",
        "FREQ=SECONDLY;BYSECOND=5,25;INTERVAL=61     | 20250101T051005 | 20250101T051005 20250101T053025",
        "FREQ=MINUTELY;BYMINUTE=5,25;INTERVAL=61     | 20250101T050500 | 20250101T050500 20250102T012500 20250103T180500 20250104T142500",
        "FREQ=HOURLY;BYHOUR=3,6;BYMINUTE=5,15,25;INTERVAL=7;BYSETPOS=1,-1 | 20250101T030500 | 20250101T030500 20250101T032500 20250107T060500 20250107T062500",
        "FREQ=DAILY;BYMONTHDAY=1,20;INTERVAL=7       | 20250101T030500 | 20250101T030500 20250820T030500",
        // lib-recur.
        "FREQ=YEARLY;BYWEEKNO=1,10;BYDAY=TU;BYMONTHDAY=3 | 20180101T000000 | 20200303T000000 20230103T000000",
        "FREQ=YEARLY;BYMONTH=1,2;BYWEEKNO=1,7,20     | 20180101T000000 | 20180101T000000 20180212T000000 20190211T000000 20200210T000000 20210104T000000",
        // How calendars write it.
        " rrule:wkst=su;byday=+1mo,-1FR;Freq=MONTHLY; | 20260101T000000 | 20260105T000000 20260130T000000 20260202T000000",
        // Rare, and found by arithmetic.
        "FREQ=SECONDLY;INTERVAL=86401;BYHOUR=5;BYMONTH=2;BYMONTHDAY=29 | 20260101T000000 | 20760229T050521",
        "FREQ=HOURLY;INTERVAL=25;BYHOUR=9;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO | 20260101T000000 | 22360229T090000",
        "FREQ=SECONDLY;INTERVAL=2147483647;BYHOUR=5;BYMINUTE=3 | 20260101T000000 | 86950102T050326",
        "FREQ=DAILY;INTERVAL=1440;BYMONTH=8,4,1;BYDAY=SA,SU;BYMONTHDAY=-31 | 20051119T000000 | 34680801T000000 61180101T000000 97170801T000000",
        "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=31;BYHOUR=23;BYMINUTE=59;BYSECOND=60 | 99981231T235959 | 99981231T235959 99991231T235959",
      })
  void followsTheTextAndTheMajority(String rule, String start, String expected) {
    List<LocalDateTime> instances = instances(expected);
    Fires fires =
        Rrule.parse(
                rule,
                at(start).format(DateTimeFormatter.ISO_LOCAL_DATE_TIME),
                List.of(),
                List.of(),
                List.of())
            .in(ZoneOffset.UTC, Instant.EPOCH);

    assertEquals(instances, first(fires, instances.size()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "RDATE at an instance fires once        | FREQ=DAILY;COUNT=2 | 02T09 |       |                  | 01T09 02T09",
        "RDATE is not bound by COUNT            | FREQ=DAILY;COUNT=1 | 05T10 |       |                  | 01T09 05T10",
        "EXDATE takes RDATE away too            | FREQ=DAILY;COUNT=2 | 05T10 | 05T10 |                  | 01T09 02T09",
        "EXDATE counts in COUNT                 | FREQ=DAILY;COUNT=3 |       | 02T09 |                  | 01T09 03T09",
        "EXDATE that is no instance             | FREQ=DAILY;COUNT=2 |       | 02T10 |                  | 01T09 02T09",
        "EXDATE beyond the end                  | FREQ=DAILY;UNTIL=20260102 |  | 09T09 |                | 01T09 02T09",
        "EXRULE takes RDATE away too            | FREQ=DAILY;COUNT=2 | 08T09 |       | FREQ=WEEKLY      | 02T09",
        "EXRULE with a COUNT of its own         | FREQ=DAILY;COUNT=4 |       |       | FREQ=DAILY;INTERVAL=2;COUNT=1 | 02T09 03T09 04T09",
        "EXRULE until then                      | FREQ=DAILY;COUNT=4 |       |       | FREQ=DAILY;UNTIL=20260102T090000 | 03T09 04T09",
        "EXRULE that takes everything           | FREQ=DAILY;COUNT=4 |       |       | FREQ=DAILY       | ",
      })
  void combinesRulesAndDates(
      String why, String rrule, String rdate, String exdate, String exrule, String expected) {
    Rrule rule =
        Rrule.parse(
            rrule,
            "2026-01-01T09:00:00",
            list(rdate, "2026-01-", ":00:00"),
            list(exdate, "2026-01-", ":00:00"),
            list(exrule, "", ""));
    Instant from = Instant.parse("2025-01-01T00:00:00Z");

    Preview preview = Preview.of(rule, ZoneOffset.UTC, DstPolicy.DEFAULT, from, 20);

    assertEquals(
        expected == null ? "" : expected,
        String.join(
            " ",
            preview.fires().stream()
                .map(fire -> fire.local().toString().substring(8, 13))
                .toList()),
        why);
    assertTrue(preview.exhausted());
  }

  private static List<String> list(String item, String prefix, String suffix) {
    return item == null ? List.of() : List.of(prefix + item + suffix);
  }

  @Test
  void takesACountBeyondAllInstancesAsEndless() {
    Fires fires =
        Rrule.parse(
                "FREQ=DAILY;COUNT=2147483647",
                "2026-01-01T09:00:00",
                List.of(),
                List.of(),
                List.of())
            .in(ZoneOffset.UTC, Instant.EPOCH);
    assertEquals(
        Instant.parse("9999-12-31T09:00:00Z"), fires.next(Instant.parse("9999-12-30T09:00:00Z")));
  }

  private static List<LocalDateTime> first(Fires fires, int count) {
    List<LocalDateTime> found = new ArrayList<>();
    Instant at = Instant.parse("1900-01-01T00:00:00Z");
    while (found.size() < count) {
      at = fires.next(at);
      assertNotNull(at, "after " + found);
      found.add(LocalDateTime.ofInstant(at, ZoneOffset.UTC));
    }
    return found;
  }

  /** Instances with a blank between them; two days with .. between them and all days between. */
  private static List<LocalDateTime> instances(String text) {
    List<LocalDateTime> instances = new ArrayList<>();
    for (String item : text.split(" ")) {
      String[] ends = item.split("\\.\\.");
      LocalDateTime last = at(ends[ends.length - 1]);
      for (LocalDateTime at = at(ends[0]); !at.isAfter(last); at = at.plusDays(1)) {
        instances.add(at);
      }
    }
    return instances;
  }

  private static LocalDateTime at(String text) {
    if (text.length() == 8) {
      return LocalDate.parse(text, DateTimeFormatter.BASIC_ISO_DATE).atTime(9, 0);
    }
    return LocalDateTime.parse(
        text,
        DateTimeFormatter.ofPattern(text.length() == 13 ? "uuuuMMdd'T'HHmm" : "uuuuMMdd'T'HHmmss"));
  }
}
