package dev.carillon.ical;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.zone.ZoneOffsetTransition;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * UNTIL as an instant, as it must be written where DTSTART has a zone (RFC 5545, section 3.3.10).
 */
final class UntilInstant {

  private static final int DATE_LENGTH = "20260101".length();
  private static final DateTimeFormatter LOCAL =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss", Locale.ROOT);

  private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");

  private UntilInstant() {}

  /**
   * @param written a date, which runs through that day; local; or UTC, with Z; null: none
   * @return the same bound for all times that exist once; null: none up to the year 9999
   */
  static @Nullable Instant of(@Nullable String written, ZoneId zone) {
    Instant until = read(written, zone);
    return until == null || until.isAfter(LAST) ? null : until;
  }

  private static @Nullable Instant read(@Nullable String written, ZoneId zone) {
    if (written == null) {
      return null;
    }
    if (written.length() == DATE_LENGTH) {
      LocalDate date = LocalDate.parse(written, DateTimeFormatter.BASIC_ISO_DATE);
      return of(date.atTime(LocalTime.of(23, 59, 59)), zone);
    }
    boolean utc = written.endsWith("Z");
    LocalDateTime at =
        LocalDateTime.parse(utc ? written.substring(0, written.length() - 1) : written, LOCAL);
    return utc ? at.toInstant(ZoneOffset.UTC) : of(at, zone);
  }

  private static Instant of(LocalDateTime local, ZoneId zone) {
    ZoneOffsetTransition change = zone.getRules().getTransition(local);
    if (change != null && change.isGap()) {
      // What comes first behind the gap is later than this.
      return change.getInstant().minusSeconds(1);
    }
    return local.atZone(zone).withLaterOffsetAtOverlap().toInstant();
  }
}
