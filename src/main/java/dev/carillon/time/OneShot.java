package dev.carillon.time;

import dev.carillon.time.LocalFires.Choice;
import dev.carillon.time.text.Phrases;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * ONE_SHOT: fires once.
 *
 * @param at the instant of the only fire, in the years 1900 to 9999, to the microsecond
 */
public record OneShot(Instant at) implements Trigger {

  private static final String EXAMPLE = "2026-12-01T10:00:00Z";
  private static final int MAX_LENGTH = 64;

  public OneShot {
    if (!Years.contain(at)) {
      throw refused(null, "the instant lies outside the years 1900 to 9999");
    }
    // As the database stores it: a finer one would lie after its own stored self, and fire twice.
    at = at.truncatedTo(ChronoUnit.MICROS);
  }

  /**
   * @param at RFC 3339: date, time and Z or an offset; the zone of the schedule plays no part
   * @throws InvalidTrigger naming the field {@code at}
   */
  public static OneShot parse(String at) {
    String text = at.strip();
    if (text.length() > MAX_LENGTH) {
      throw refused(MAX_LENGTH, "an instant has at most " + MAX_LENGTH + " characters");
    }
    try {
      return new OneShot(
          OffsetDateTime.parse(text, DateTimeFormatter.ISO_OFFSET_DATE_TIME).toInstant());
    } catch (DateTimeParseException e) {
      String wanted = "date, time and Z or an offset such as +02:00";
      throw refused(
          at.indexOf(text) + e.getErrorIndex(),
          Phrases.quoted(text) + " is not an instant; allowed: " + wanted);
    } catch (DateTimeException e) {
      throw refused(null, "the instant lies outside the years 1900 to 9999");
    }
  }

  private static InvalidTrigger refused(@Nullable Integer position, String message) {
    return new InvalidTrigger("at", position, message, EXAMPLE);
  }

  @Override
  public Fires in(Timing timing) {
    ZoneId zone = timing.zone();
    Fires once = after -> at.isAfter(after) ? Fire.at(at, zone) : null;
    return AdjustedInstants.of(
        timing, once, at.getNano(), Choice.of(timing.dst(), DstGap.SHIFT_BY_GAP));
  }

  @Override
  public boolean dependsOnZone() {
    return false;
  }

  @Override
  public String describe() {
    var utc = at.atOffset(ZoneOffset.UTC);
    String clock = Phrases.clock(utc.getHour(), utc.getMinute(), utc.getSecond());
    return "Once, on " + Phrases.date(utc.toLocalDate()) + " at " + clock + " UTC";
  }
}
