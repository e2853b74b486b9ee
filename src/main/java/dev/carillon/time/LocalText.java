package dev.carillon.time;

import dev.carillon.time.text.Phrases;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;

/** Reads local date-times, which carry no offset, to the second. */
final class LocalText {

  private static final String EXAMPLE = "2026-01-01T09:00:00";
  private static final int MAX_LENGTH = 40;

  private LocalText() {}

  /**
   * @param field the field the text came from, for the refusal
   * @throws InvalidTrigger when it is not a local date-time to the second in the years 1900 to 9999
   */
  static LocalDateTime parse(String field, String raw) {
    String text = raw.strip();
    int indent = Math.max(0, raw.indexOf(text));
    if (text.length() > MAX_LENGTH) {
      throw refused(field, indent + MAX_LENGTH, "is longer than any local date-time");
    }
    LocalDateTime local;
    try {
      local = LocalDateTime.parse(text, DateTimeFormatter.ISO_LOCAL_DATE_TIME);
    } catch (DateTimeParseException e) {
      int at = indent + e.getErrorIndex();
      String quoted = Phrases.quoted(text);
      throw refused(
          field,
          at,
          hasOffset(text)
              ? quoted
                  + " carries an offset, but the local time is meant in the schedule's timezone"
              : quoted + " is not a local date-time; allowed: date, T and time, without offset");
    } catch (DateTimeException e) {
      throw refused(field, indent, Phrases.quoted(text) + " is not a date-time");
    }
    if (local.getNano() != 0) {
      throw refused(field, indent + text.indexOf('.'), "fractions of a second are not allowed");
    }
    if (local.getYear() < Years.FIRST_YEAR || local.getYear() > Years.LAST_YEAR) {
      throw refused(field, indent, "the year must lie in 1900 to 9999");
    }
    return local;
  }

  private static boolean hasOffset(String text) {
    return text.matches("\\d{4}-\\d\\d-\\d\\dT[\\d:.]+(Z|z|[+-][\\d:]+)(\\[.*])?");
  }

  private static InvalidTrigger refused(String field, int position, String message) {
    return new InvalidTrigger(field, position, message, EXAMPLE);
  }
}
