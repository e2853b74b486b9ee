package dev.carillon.time;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.EnumSet;
import java.util.Set;

/**
 * One nominal instant at which a trigger is due.
 *
 * @param at the instant, which is the fire's identity
 * @param local the same instant on the wall of the schedule's time zone
 * @param moved what moved it; empty when it stands at its nominal local time
 */
public record Fire(Instant at, ZonedDateTime local, Set<Moved> moved) {

  public Fire {
    moved = Set.copyOf(moved);
    if (!local.toInstant().equals(at)) {
      throw new IllegalArgumentException("a fire's local time " + local + " is not its " + at);
    }
  }

  /** The same, put off. */
  Fire put(Jitter jitter) {
    Instant due = jitter.due(at);
    if (due.equals(at)) {
      return this;
    }
    Set<Moved> reasons = EnumSet.of(Moved.JITTER);
    reasons.addAll(moved);
    return new Fire(due, due.atZone(local.getZone()), reasons);
  }

  /** The same, whose nominal date is another one as well. */
  Fire movedFrom(Set<Moved> dates) {
    if (dates.isEmpty()) {
      return this;
    }
    Set<Moved> reasons = EnumSet.copyOf(dates);
    reasons.addAll(moved);
    return new Fire(at, local, reasons);
  }

  /** A fire at its nominal local time. */
  static Fire at(Instant at, ZoneId zone) {
    return new Fire(at, at.atZone(zone), Set.of());
  }

  /** A fire that was moved, or chosen between two passes, for one reason. */
  static Fire at(Instant at, ZoneId zone, Moved moved) {
    return new Fire(at, at.atZone(zone), Set.of(moved));
  }
}
