package dev.carillon.time;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
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

  /**
   * The first fires from a day on in UTC, without their years: {@code 01-01T12:00, none}, the last
   * where there are fewer than asked for.
   */
  static String dates(Trigger trigger, String from, int count) {
    Fires fires = trigger.in(ZoneOffset.UTC, Instant.EPOCH);
    List<String> found = new ArrayList<>();
    Instant at = startOf(from, ZoneOffset.UTC).minusNanos(1);
    while (found.size() < count) {
      at = fires.next(at);
      if (at == null) {
        found.add("none");
        break;
      }
      found.add(LocalDateTime.ofInstant(at, ZoneOffset.UTC).toString().substring(5));
    }
    return String.join(", ", found);
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
