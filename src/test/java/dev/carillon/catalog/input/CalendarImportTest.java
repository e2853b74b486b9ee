package dev.carillon.catalog.input;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.calendars.CalendarDefinition.Holiday;
import dev.carillon.catalog.input.CalendarImport.Imported;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CalendarImportTest {

  private static final Duration SOON = Duration.ofSeconds(20);

  @Test
  void takesAllDayEventsWithTheirNamesAndTheirYears() {
    Imported imported =
        read(
            event("DTSTART;VALUE=DATE:20260106", "SUMMARY:Heilige Drei Könige"),
            event("DTSTART;VALUE=DATE:20251226", "SUMMARY:Boxing\\, Day", "TRANSP:TRANSPARENT"),
            event("DTSTART;VALUE=DATE:20260501"));

    assertEquals(
        List.of(
            new Holiday(LocalDate.parse("2025-12-26"), null, "Boxing, Day"),
            new Holiday(LocalDate.parse("2026-01-06"), null, "Heilige Drei Könige"),
            new Holiday(LocalDate.parse("2026-05-01"), null, null)),
        imported.holidays());
    assertEquals(LocalDate.parse("2025-01-01"), imported.validFrom());
    assertEquals(LocalDate.parse("2026-12-31"), imported.validTo());
    assertEquals(3, imported.events());
  }

  @ParameterizedTest
  @CsvSource({
    "DTEND;VALUE=DATE:20261227, 2026-12-24 2026-12-25 2026-12-26",
    "DTEND;VALUE=DATE:20261225, 2026-12-24",
    "DTEND;VALUE=DATE:20261224, 2026-12-24",
    "DTEND;VALUE=DATE:20261201, 2026-12-24",
    "DURATION:P2D, 2026-12-24 2026-12-25",
    "DURATION:P1W, 2026-12-24 2026-12-25 2026-12-26 2026-12-27 2026-12-28 2026-12-29 2026-12-30",
    "X-NOTHING:1, 2026-12-24"
  })
  void aSpanIsAHolidayOnEachOfItsDays(String end, String dates) {
    assertEquals(dates, dates(read(event("DTSTART;VALUE=DATE:20261224", end))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "RRULE:FREQ=YEARLY;COUNT=3                  | 2026-05-01 2027-05-01 2028-05-01",
        "RRULE:FREQ=YEARLY;UNTIL=20280501           | 2026-05-01 2027-05-01 2028-05-01",
        "RRULE:FREQ=YEARLY;UNTIL=20280501T000000Z   | 2026-05-01 2027-05-01 2028-05-01",
        "RRULE:FREQ=YEARLY;BYMONTH=6;BYDAY=1MO;COUNT=2 | 2026-05-01 2026-06-01 2027-06-07",
        "RDATE;VALUE=DATE:20260601,20260602         | 2026-05-01 2026-06-01 2026-06-02",
      })
  void whatRecursIsExpanded(String rule, String dates) {
    assertEquals(dates, dates(read(event("DTSTART;VALUE=DATE:20260501", rule.strip()))));
  }

  @Test
  void leavesOutExceptionsAndTakesInstancesThatWereMoved() {
    String yearly =
        event(
            "UID:y",
            "DTSTART;VALUE=DATE:20260501",
            "RRULE:FREQ=YEARLY;COUNT=4",
            "EXDATE;VALUE=DATE:20270501");
    String moved =
        event("UID:y", "RECURRENCE-ID;VALUE=DATE:20280501", "DTSTART;VALUE=DATE:20280502");

    assertEquals("2026-05-01 2028-05-02 2029-05-01", dates(read(yearly, moved)));
  }

  @Test
  void whatRecursWithoutEndNeedsOne() {
    String endless = event("DTSTART;VALUE=DATE:19900501", "RRULE:FREQ=YEARLY");

    InvalidInput refused = assertThrows(InvalidInput.class, () -> read(endless));
    assertEquals("?validTo", refused.errors().get(0).pointer());

    Imported bounded = within("2026-03-01", "2028-12-31", endless);
    assertEquals("2026-05-01 2027-05-01 2028-05-01", dates(bounded));
    assertEquals(LocalDate.parse("2026-03-01"), bounded.validFrom());
    assertEquals(LocalDate.parse("2028-12-31"), bounded.validTo());
  }

  @Test
  void leavesOutTimedAndCancelledEventsAndCountsThem() {
    Imported imported =
        read(
            event("DTSTART;VALUE=DATE:20260501"),
            event("DTSTART:20260502T090000Z"),
            event("DTSTART;TZID=Europe/Berlin:20260502T090000", "RRULE:FREQ=SECONDLY"),
            event("DTSTART;VALUE=DATE:20260503", "STATUS:CANCELLED"));

    assertEquals("2026-05-01", dates(imported));
    assertEquals(2, imported.timed());
    assertEquals(1, imported.cancelled());
  }

  @Test
  void aDateOfTwoHolidaysIsOneWithBothNames() {
    Imported imported =
        read(
            event("DTSTART;VALUE=DATE:20260501", "SUMMARY:May Day"),
            event("DTSTART;VALUE=DATE:20260501", "SUMMARY:Foundation Day"));

    assertEquals("May Day; Foundation Day", imported.holidays().get(0).name());
  }

  @Test
  void readsFoldedLinesAByteOrderMarkAndBareLineFeeds() {
    String file =
        "\uFEFFBEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nDTSTART;VALUE=DA\n TE:20260501\n"
            + "SUMMARY:Ma\n\ty Day\nEND:VEVENT\nEND:VCALENDAR\n";

    assertEquals(
        List.of(new Holiday(LocalDate.parse("2026-05-01"), null, "May Day")),
        CalendarImport.read(bytes(file), null, null).holidays());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\n\n",
        "hello",
        "{\"name\":\"x\"}",
        "BEGIN:VCALENDAR",
        "BEGIN:VCALENDAR\nEND:VEVENT",
        "BEGIN:VEVENT\nEND:VEVENT",
        "BEGIN:VCALENDAR\nEND:VCALENDAR",
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\nEND:VEVENT",
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:2026\nEND:VEVENT\nEND:VCALENDAR",
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20260230\nEND:VEVENT\nEND:VCALENDAR",
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x\nEND:VEVENT\nEND:VCALENDAR",
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260501T090000Z\nEND:VEVENT\nEND:VCALENDAR"
      })
  void refusesWhatIsNone(String file) {
    assertThrows(InvalidInput.class, () -> CalendarImport.read(bytes(file), null, null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "RRULE:FREQ=DAILY;UNTIL=99991231",
        "RRULE:FREQ=SECONDLY;COUNT=2000000000",
        "RRULE:FREQ=DAILY;COUNT=2147483647",
        "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=1",
        "RRULE:FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30;UNTIL=99991231",
        "RRULE:FREQ=NEVER;COUNT=1",
        "RRULE:COUNT=1",
        "RRULE:FREQ=YEARLY;COUNT=-1",
        "RRULE:FREQ=YEARLY;COUNT=99999999999999999999",
        "DTEND;VALUE=DATE:99990101",
        "DURATION:P999999999W",
        "EXDATE;VALUE=DATE:20269999"
      })
  void hostileEventsAreRefusedSoon(String line) {
    String hostile = event("DTSTART;VALUE=DATE:20260501", line);
    String many = IntStream.range(0, 400).mapToObj(i -> hostile).collect(Collectors.joining());

    assertTimeoutPreemptively(
        SOON,
        () -> {
          assertThrows(InvalidInput.class, () -> read(hostile));
          assertThrows(InvalidInput.class, () -> read(many));
        });
  }

  /** Few distinct days, on each of which hundreds of occurrences fall. */
  @Test
  void eachDayOfEachOccurrenceIsCountedAndNotTheDistinctOnesAlone() {
    int most = CalendarImport.STEPS / CalendarImport.STEPS_PER_DAY / 366;
    String recurring = "RRULE:FREQ=DAILY;COUNT=" + (most + 1);
    String listed =
        "RDATE;VALUE=DATE:"
            + IntStream.range(0, most)
                .mapToObj(i -> LocalDate.of(2026, 1, 2).plusDays(i).toString().replace("-", ""))
                .collect(Collectors.joining(","));
    String half = "RRULE:FREQ=DAILY;COUNT=" + most / 2;

    for (String dates : List.of(recurring, listed)) {
      InvalidInput refused =
          assertThrows(
              InvalidInput.class,
              () -> read(event("DTSTART;VALUE=DATE:20260101", "DURATION:P366D", dates)));
      String message = refused.errors().get(0).message();
      assertTrue(message.contains("too much work"), message);
    }
    Imported imported =
        read(event("DTSTART;VALUE=DATE:20260101", "DURATION:P366D", "SUMMARY:x", half));
    assertEquals(most / 2 + 365, imported.holidays().size());
    // What lies outside costs nothing.
    assertEquals(
        "2026-02-01",
        dates(
            within(
                "2026-02-01",
                "2026-02-01",
                event("DTSTART;VALUE=DATE:20260101", "DURATION:P366D", recurring))));
    String overlapping =
        event("DTSTART;VALUE=DATE:20260101", "DURATION:P366D", "RRULE:FREQ=DAILY;COUNT=4600")
            .repeat(500);
    assertThrows(InvalidInput.class, () -> read(overlapping));
  }

  /** A copy of thousands for each of thousands would not fit into memory. */
  @Test
  void manyInstancesOfOneUidAreKeptOnce() {
    String first = event("UID:1", "DTSTART;VALUE=DATE:20260101");
    String instances =
        IntStream.range(0, 2_500)
            .mapToObj(i -> LocalDate.of(2026, 1, 1).plusDays(i).toString().replace("-", ""))
            .map(
                date ->
                    event(
                        "UID:1", "RECURRENCE-ID;VALUE=DATE:" + date, "DTSTART;VALUE=DATE:" + date))
            .collect(Collectors.joining());

    assertEquals(2_500, read(first.repeat(2_500), instances).holidays().size());
  }

  @Test
  void aLineMayBeFoldedWithinACharacter() {
    byte[] file = bytes(calendar(event("DTSTART;VALUE=DATE:20260106", "SUMMARY:Dreik\u00f6nig")));
    int second = 0;
    while (file[second] != (byte) 0xB6) {
      second++;
    }
    for (String fold : List.of("\r\n ", "\n\t")) {
      byte[] folded = new byte[file.length + fold.length()];
      System.arraycopy(file, 0, folded, 0, second);
      System.arraycopy(bytes(fold), 0, folded, second, fold.length());
      System.arraycopy(file, second, folded, second + fold.length(), file.length - second);

      assertEquals(
          "Dreik\u00f6nig", CalendarImport.read(folded, null, null).holidays().get(0).name());
    }
  }

  @Test
  void hostileFilesAreRefusedSoon() {
    String deep = "BEGIN:VEVENT\r\n".repeat(50_000);
    String folded = "SUMMARY:" + "x\r\n ".repeat(200_000);
    String zone =
        "BEGIN:VTIMEZONE\r\nTZID:X\r\nBEGIN:STANDARD\r\nDTSTART:00010101T000000\r\n"
            + "RRULE:FREQ=SECONDLY\r\nTZOFFSETFROM:+0000\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\n"
            + "END:VTIMEZONE\r\n";
    String ofZone =
        event(
            "DTSTART;TZID=X;VALUE=DATE:20260501",
            "URL:http://127.0.0.1:1/x",
            "ATTACH:file:///etc/passwd");

    assertTimeoutPreemptively(
        SOON,
        () -> {
          assertThrows(InvalidInput.class, () -> read(deep));
          assertThrows(InvalidInput.class, () -> read(event().repeat(5_001)));
          assertThrows(
              InvalidInput.class,
              () -> CalendarImport.read(new byte[] {'B', (byte) 0xC3, '('}, null, null));
          assertEquals("2026-05-01", dates(read(event("DTSTART;VALUE=DATE:20260501", folded))));
          assertEquals("2026-05-01", dates(read(zone, ofZone)));
        });
  }

  @Test
  void garbageIsReadOrRefusedAndNothingElse() {
    Random random = new Random(6);
    String file =
        calendar(
            event("DTSTART;VALUE=DATE:20260501", "RRULE:FREQ=YEARLY;COUNT=3", "SUMMARY:May Day"));
    for (int i = 0; i < 3_000; i++) {
      byte[] bytes = bytes(file);
      for (int n = random.nextInt(4); n >= 0; n--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(128);
      }
      try {
        CalendarImport.read(bytes, null, null);
      } catch (InvalidInput refused) {
        assertTrue(!refused.errors().isEmpty());
      }
    }
  }

  private static Imported read(String... events) {
    return CalendarImport.read(bytes(calendar(events)), null, null);
  }

  private static Imported within(String from, String to, String event) {
    return CalendarImport.read(bytes(calendar(event)), LocalDate.parse(from), LocalDate.parse(to));
  }

  private static String calendar(String... events) {
    return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Acme//EN\r\n"
        + String.join("", events)
        + "END:VCALENDAR\r\n";
  }

  private static String event(String... lines) {
    return "BEGIN:VEVENT\r\n"
        + IntStream.range(0, lines.length)
            .mapToObj(i -> lines[i] + "\r\n")
            .collect(Collectors.joining())
        + "END:VEVENT\r\n";
  }

  private static String dates(Imported imported) {
    return imported.holidays().stream()
        .map(holiday -> String.valueOf(holiday.date()))
        .collect(Collectors.joining(" "));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
