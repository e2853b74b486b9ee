package dev.carillon.ical;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Text that people write stays text, whatever it holds. */
class ContentLinesTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x\r\nATTENDEE:mailto:eve@example.org",
        "x\nEND:VEVENT\nBEGIN:VALARM",
        "x\rEND:VCALENDAR",
        "x\u0085RRULE:FREQ=SECONDLY",
        "x\u2028DTSTART:20300101T000000Z",
        "x\u2029SUMMARY:other",
        "a;b,c\\d\\n:\"e\"",
        "\\",
        "ends with a backslash\\",
        "SUMMARY;LANGUAGE=en:x",
        " leading and trailing ",
        "tab\there",
        "^n ^' ^^",
      })
  void isReadBackAsItWasWritten(String hostile) {
    ReadCalendar read = ReadCalendar.of(calendar(hostile));

    assertEquals(1, read.events().size());
    String expected = hostile.replaceAll("\r\n|[\r\n\u0085\u2028\u2029]", "\n");
    assertEquals(
        expected,
        read.events().get(0).getSummary().getValue().replace(System.lineSeparator(), "\n"));
    assertEquals(
        expected,
        read.events().get(0).getDescription().getValue().replace(System.lineSeparator(), "\n"));
    assertEquals(1, read.events().get(0).getCategories().get(0).getValues().size());
    assertTrue(read.events().get(0).getAttendees().isEmpty());
    assertTrue(read.events().get(0).getAlarms().isEmpty());
    assertTrue(read.events().get(0).getRecurrenceRule() == null);
  }

  @Test
  void dropsWhatNoLineMayHold() {
    assertEquals(
        "A:bc\uFFFD\r\n", new ContentLines().text("A", "b\0\u0007\u007F\u009Fc\uD800").toString());
  }

  @Test
  void foldsAt75OctetsAndNeverInACharacter() {
    String emoji = "🗓";
    for (int before = 60; before < 76; before++) {
      String folded =
          new ContentLines().text("SUMMARY", "x".repeat(before) + emoji.repeat(40)).toString();

      assertEquals(
          "SUMMARY:" + "x".repeat(before) + emoji.repeat(40) + "\r\n", folded.replace("\r\n ", ""));
      assertFolded(folded);
    }
    assertEquals(
        "A:" + "é".repeat(36) + "\r\n " + "é".repeat(4) + "\r\n",
        new ContentLines().text("A", "é".repeat(40)).toString());
    assertEquals(
        "A:" + "y".repeat(73) + "\r\n", new ContentLines().text("A", "y".repeat(73)).toString());
  }

  @Property
  void isOneLineOfWholeCharactersWhateverTheTextIs(@ForAll String text) {
    String folded = new ContentLines().text("DESCRIPTION", text).toString();

    assertFolded(folded);
    String line = folded.replace("\r\n ", "");
    assertEquals(line.length() - 2, line.indexOf("\r\n"), line);
    assertTrue(line.chars().noneMatch(c -> Character.isISOControl(c) && "\r\n\t".indexOf(c) < 0));
  }

  private static void assertFolded(String folded) {
    for (String line : folded.split("\r\n")) {
      byte[] octets = line.getBytes(StandardCharsets.UTF_8);
      assertTrue(octets.length <= 75, octets.length + " octets: " + line);
      assertEquals(line, new String(octets, StandardCharsets.UTF_8));
      assertTrue(line.indexOf('\r') < 0 && line.indexOf('\n') < 0);
    }
  }

  private static String calendar(String hostile) {
    CalendarEvent event =
        new CalendarEvent(
            "u",
            EventTime.utc(Instant.parse("2026-01-01T09:00:00Z")),
            null,
            hostile,
            hostile,
            List.of(hostile),
            false,
            Instant.EPOCH,
            1);
    return new CalendarDocument(hostile, hostile, Duration.ofHours(1), 0, List.of(event)).text();
  }
}
