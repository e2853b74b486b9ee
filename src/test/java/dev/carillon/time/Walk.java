package dev.carillon.time;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;

/** What the tests of fires share: walking {@code next}, and fires as short text. */
final class Walk {

  private Walk() {}

  /** All fires after one instant up to another, inclusive. */
  static List<Instant> between(Fires fires, Instant after, Instant to) {
    List<Instant> found = new ArrayList<>();
    Instant at = fires.next(after);
    while (at != null && !at.isAfter(to)) {
      found.add(at);
      at = fires.next(at);
    }
    return found;
  }

  /** Midnight in a zone, or the first instant of the day where there is none. */
  static Instant startOf(String date, ZoneId zone) {
    return LocalDate.parse(date).atStartOfDay(zone).toInstant();
  }

  /** The fires on one local day as {@code 03:00+02:00 DST_GAP}. */
  static List<String> on(Trigger trigger, String zone, String date) {
    return on(trigger, zone, date, DstPolicy.DEFAULT);
  }

  static List<String> on(Trigger trigger, String zone, String date, DstPolicy policy) {
    ZoneId id = Zones.parse(zone);
    Instant end = startOf(LocalDate.parse(date).plusDays(1).toString(), id);
    Fires fires = trigger.in(id, Instant.EPOCH, policy);
    List<String> found = new ArrayList<>();
    Fire fire = fires.nextFire(startOf(date, id).minusNanos(1));
    while (fire != null && fire.at().isBefore(end)) {
      String moved = fire.moved().isEmpty() ? "" : " " + fire.moved().iterator().next();
      found.add(fire.local().toLocalTime() + "" + fire.local().getOffset() + moved);
      fire = fires.nextFire(fire.at());
    }
    return found;
  }
}
