package dev.carillon.ical;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneRules;
import org.jspecify.annotations.Nullable;

/**
 * An instant as an event names it. One alone is named in UTC: readers that we tried are wrong about
 * local times on the days on which clocks change, each in its own way, and about UTC none is. Only
 * a rule, which must keep its time of day, is named in its zone.
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

  /** The start of a rule, whose local times all exist once. */
  public static EventTime of(CalendarRule rule) {
    return isUtc(rule.zone()) ? utc(rule.start()) : new EventTime(rule.start(), rule.zone());
  }

  /** Whether local time there is UTC for ever. */
  static boolean isUtc(ZoneId zone) {
    ZoneRules rules = zone.getRules();
    return rules.isFixedOffset() && rules.getOffset(Instant.EPOCH).equals(ZoneOffset.UTC);
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
