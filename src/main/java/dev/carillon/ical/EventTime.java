package dev.carillon.ical;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneRules;
import org.jspecify.annotations.Nullable;

/**
 * An instant as an event names it.
 *
 * @param at to the second
 * @param zone by whose local time it is named; null: by UTC
 */
public record EventTime(Instant at, @Nullable ZoneId zone) {

  public EventTime {
    at = Instant.ofEpochSecond(at.getEpochSecond());
  }

  /** By UTC. */
  public static EventTime utc(Instant at) {
    return new EventTime(at, null);
  }

  /**
   * By the local time of a zone, where that says the instant: in the second pass of a time that the
   * clocks repeat it does not, for a local time is read as the first (RFC 5545, section 3.3.5).
   */
  public static EventTime in(ZoneId zone, Instant at) {
    return isUtc(zone) || isSecondPass(zone, at) ? utc(at) : new EventTime(at, zone);
  }

  /** Whether local time there is UTC for ever. */
  static boolean isUtc(ZoneId zone) {
    ZoneRules rules = zone.getRules();
    return rules.isFixedOffset() && rules.getOffset(Instant.EPOCH).equals(ZoneOffset.UTC);
  }

  private static boolean isSecondPass(ZoneId zone, Instant at) {
    LocalDateTime local = LocalDateTime.ofInstant(at, zone);
    // The first of two valid offsets is the one from before the change.
    return !zone.getRules().getValidOffsets(local).get(0).equals(zone.getRules().getOffset(at));
  }

  /** Writes a property whose value is this. */
  void write(ContentLines out, String property) {
    if (zone == null) {
      out.line(property, Stamps.utc(at));
    } else {
      out.line(property + ";TZID=" + zone.getId(), Stamps.local(LocalDateTime.ofInstant(at, zone)));
    }
  }
}
