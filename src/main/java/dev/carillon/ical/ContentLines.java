package dev.carillon.ical;

import java.util.List;
import java.util.stream.Collectors;

/**
 * The content lines of an iCalendar stream: escaped (RFC 5545, section 3.3.11), folded at 75 octets
 * of UTF-8 without splitting a character (section 3.1), ended by CRLF. No control character gets
 * into a line, whoever wrote the text: a line break in it is the two characters of its escape.
 */
final class ContentLines {

  /** The line break is not counted. */
  private static final int MOST_OCTETS = 75;

  private static final char NEXT_LINE = '\u0085';
  private static final char LINE_SEPARATOR = '\u2028';
  private static final char PARAGRAPH_SEPARATOR = '\u2029';
  private static final int REPLACEMENT = 0xFFFD;

  private final StringBuilder out = new StringBuilder();

  /**
   * A line whose value has a form of its own: a date-time, a rule.
   *
   * @param name with its parameters, if any
   */
  ContentLines line(String name, String value) {
    fold(name + ':' + value);
    return this;
  }

  /** A line whose value is text. */
  ContentLines text(String name, String value) {
    return line(name, escaped(value));
  }

  /** A line whose value is a list of texts. */
  ContentLines texts(String name, List<String> values) {
    return line(name, values.stream().map(ContentLines::escaped).collect(Collectors.joining(",")));
  }

  ContentLines begin(String component) {
    return line("BEGIN", component);
  }

  ContentLines end(String component) {
    return line("END", component);
  }

  /** What was written so far. */
  @Override
  public String toString() {
    return out.toString();
  }

  static String escaped(String text) {
    StringBuilder escaped = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\\', ';', ',' -> escaped.append('\\').append(c);
        // Some readers end a line at the last three, too.
        case '\n', NEXT_LINE, LINE_SEPARATOR, PARAGRAPH_SEPARATOR -> escaped.append("\\n");
        case '\r' -> {
          if (i + 1 == text.length() || text.charAt(i + 1) != '\n') {
            escaped.append("\\n");
          }
        }
        default -> escaped.append(c);
      }
    }
    return escaped.toString();
  }

  private void fold(String line) {
    int octets = 0;
    for (int i = 0; i < line.length(); ) {
      int point = line.codePointAt(i);
      i += Character.charCount(point);
      if (isControl(point)) {
        continue;
      }
      if (Character.getType(point) == Character.SURROGATE) {
        point = REPLACEMENT;
      }
      int size = octets(point);
      if (octets + size > MOST_OCTETS) {
        out.append("\r\n ");
        octets = 1;
      }
      out.appendCodePoint(point);
      octets += size;
    }
    out.append("\r\n");
  }

  /** CONTROL of section 3.1, and those that Unicode adds. */
  private static boolean isControl(int point) {
    return Character.isISOControl(point) && point != '\t'
        || point == LINE_SEPARATOR
        || point == PARAGRAPH_SEPARATOR;
  }

  private static int octets(int point) {
    if (point < 0x80) {
      return 1;
    }
    if (point < 0x800) {
      return 2;
    }
    return point < 0x10000 ? 3 : 4;
  }
}
