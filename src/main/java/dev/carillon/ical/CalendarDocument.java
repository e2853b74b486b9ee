package dev.carillon.ical;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A VCALENDAR.
 *
 * @param name as applications show it
 * @param description what people should know of it as a whole
 * @param refresh how often it is worth asking again
 * @param leftOut how many schedules it should show and cannot
 * @param events in any order; those by local time bring their zones along
 */
public record CalendarDocument(
    String name, String description, Duration refresh, int leftOut, List<CalendarEvent> events) {

  public static final String MEDIA_TYPE = "text/calendar";

  private static final String VCALENDAR = "VCALENDAR";

  public CalendarDocument {
    events = List.copyOf(events);
  }

  /** The stream, in UTF-8 once it is encoded. */
  public String text() {
    ContentLines out = new ContentLines();
    out.begin(VCALENDAR);
    out.line("PRODID", "-//Carillon//Carillon//EN");
    out.line("VERSION", "2.0");
    out.line("CALSCALE", "GREGORIAN");
    // Both the property of RFC 7986 and the one that was there before it.
    out.text("NAME", name);
    out.text("X-WR-CALNAME", name);
    out.text("DESCRIPTION", description);
    out.text("X-WR-CALDESC", description);
    out.line("REFRESH-INTERVAL;VALUE=DURATION", refresh.toString());
    out.line("X-PUBLISHED-TTL", refresh.toString());
    if (leftOut > 0) {
      out.line("X-CARILLON-LEFT-OUT", Integer.toString(leftOut));
    }
    zones().forEach((zone, from) -> ZoneComponent.write(out, zone, from));
    events.forEach(event -> event.write(out));
    out.end(VCALENDAR);
    return out.toString();
  }

  /** Those that events name, each with the first instant that it is asked for. */
  private Map<ZoneId, Instant> zones() {
    Map<ZoneId, Instant> zones = new LinkedHashMap<>();
    for (CalendarEvent event : events) {
      ZoneId zone = event.start().zone();
      if (zone != null) {
        zones.merge(zone, event.start().at(), (a, b) -> a.isBefore(b) ? a : b);
      }
    }
    return zones;
  }
}
