package dev.carillon.catalog.input;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;

/**
 * The text of an iCalendar file, checked and cut down to its events before a parser sees it: time
 * zones, alarms and whatever else a file can hold, and can hold too much of, have no part in
 * holidays.
 */
final class CalendarText {

  private static final String EXPECTED = "; an iCalendar file begins with BEGIN:VCALENDAR";
  private static final int DEEPEST = 20;

  private CalendarText() {}

  /**
   * @return VCALENDAR with nothing but VEVENT, and these without parts of their own
   * @throws InvalidInput when the file is none
   */
  static String events(byte[] file) {
    String text = decoded(unfolded(file));
    StringBuilder events = new StringBuilder(text.length());
    Deque<String> open = new ArrayDeque<>();
    int line = 0;
    for (String content : text.split("\r\n|\n|\r")) {
      line++;
      String folded = content.strip().toUpperCase(Locale.ROOT);
      if (folded.startsWith("BEGIN:")) {
        open.addLast(folded.substring(6).strip());
        if (open.size() > DEEPEST) {
          throw CalendarImport.refused("has more than " + DEEPEST + " parts within each other");
        }
        requireCalendar(open.peekFirst(), line);
        keep(events, open, content);
      } else if (folded.startsWith("END:")) {
        String name = folded.substring(4).strip();
        keep(events, open, content);
        if (!name.equals(open.pollLast())) {
          throw CalendarImport.refused("ends " + name + ", which is not open, in line " + line);
        }
      } else if (!content.isBlank()) {
        requireCalendar(open.peekFirst(), line);
        keep(events, open, content);
      }
    }
    if (!open.isEmpty()) {
      throw CalendarImport.refused("breaks off: END:" + open.peekLast() + " is missing");
    }
    if (events.isEmpty()) {
      throw CalendarImport.refused("is empty" + EXPECTED);
    }
    return events.toString();
  }

  private static void requireCalendar(String outermost, int line) {
    if (!"VCALENDAR".equals(outermost)) {
      throw CalendarImport.refused("is no iCalendar file, see line " + line + EXPECTED);
    }
  }

  private static void keep(StringBuilder events, Deque<String> open, String content) {
    if (open.size() == 1 || open.size() == 2 && "VEVENT".equals(open.peekLast())) {
      events.append(content).append("\r\n");
    }
  }

  /**
   * A line that begins with a blank goes on with the one before (RFC 5545 §3.1). Lines are folded
   * by their octets, so the two halves of a character may stand in two of them.
   */
  private static ByteBuffer unfolded(byte[] file) {
    ByteBuffer whole = ByteBuffer.allocate(file.length);
    for (int i = 0; i < file.length; i++) {
      int feed = file[i] == '\r' ? i + 1 : i;
      boolean folded =
          feed + 1 < file.length
              && file[feed] == '\n'
              && (file[feed + 1] == ' ' || file[feed + 1] == '\t');
      if (folded) {
        i = feed + 1;
      } else {
        whole.put(file[i]);
      }
    }
    return whole.flip();
  }

  private static String decoded(ByteBuffer file) {
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .decode(file)
              .toString();
      return text.startsWith("\uFEFF") ? text.substring(1) : text;
    } catch (CharacterCodingException otherwise) {
      throw CalendarImport.refused(
          "is not UTF-8, the encoding of iCalendar files (RFC 5545 §3.1.4)");
    }
  }
}
