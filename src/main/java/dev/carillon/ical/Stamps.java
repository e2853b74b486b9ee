package dev.carillon.ical;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** DATE-TIME and UTC-OFFSET values (RFC 5545, sections 3.3.5 and 3.3.14); whole seconds. */
final class Stamps {

  private static final DateTimeFormatter LOCAL =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss", Locale.ROOT);

  private Stamps() {}

  /** Local time, whose zone stands elsewhere. */
  static String local(LocalDateTime at) {
    return LOCAL.format(at);
  }

  static String utc(Instant at) {
    return LOCAL.format(at.atOffset(ZoneOffset.UTC)) + 'Z';
  }

  static String offset(ZoneOffset offset) {
    int total = Math.abs(offset.getTotalSeconds());
    String sign = offset.getTotalSeconds() < 0 ? "-" : "+";
    int seconds = total % 60;
    String form = seconds == 0 ? "%s%02d%02d" : "%s%02d%02d%02d";
    return String.format(Locale.ROOT, form, sign, total / 3600, total / 60 % 60, seconds);
  }
}
