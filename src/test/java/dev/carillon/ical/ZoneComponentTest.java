package dev.carillon.ical;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.List;
import net.fortuna.ical4j.model.component.VTimeZone;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a VTIMEZONE says of a zone, to a reader that knows it from there alone. */
class ZoneComponentTest {

  @ParameterizedTest
  @CsvSource({
    "Europe/Berlin, 2026-01-01, 2026-12-31",
    "Europe/Berlin, 1975-01-01, 2040-12-31",
    "Europe/Dublin, 2026-01-01, 2028-12-31",
    "Europe/Lisbon, 1990-01-01, 2000-12-31",
    "America/New_York, 2005-01-01, 2030-12-31",
    "America/Sao_Paulo, 2015-01-01, 2030-12-31",
    "America/Nuuk, 2020-01-01, 2035-12-31",
    "America/St_Johns, 2005-01-01, 2030-12-31",
    "Atlantic/Azores, 2026-01-01, 2030-12-31",
    "Africa/Casablanca, 2026-01-01, 2030-12-31",
    "Africa/Cairo, 2022-01-01, 2030-12-31",
    "Asia/Gaza, 2026-01-01, 2030-12-31",
    "Asia/Jerusalem, 2012-01-01, 2030-12-31",
    "Asia/Kolkata, 2026-01-01, 2030-12-31",
    "Asia/Kathmandu, 1980-01-01, 1990-12-31",
    "Asia/Tehran, 2020-01-01, 2030-12-31",
    "Asia/Beirut, 2026-01-01, 2030-12-31",
    "Antarctica/Troll, 2026-01-01, 2030-12-31",
    "Australia/Lord_Howe, 2007-01-01, 2030-12-31",
    "Pacific/Apia, 2009-01-01, 2030-12-31",
    "Pacific/Chatham, 2005-01-01, 2030-12-31",
    "Pacific/Easter, 2014-01-01, 2030-12-31",
    "America/Asuncion, 2022-01-01, 2030-12-31",
    "Africa/Monrovia, 1971-01-01, 1973-12-31",
    "Etc/GMT+5, 2026-01-01, 2030-12-31"
  })
  void saysTheOffsetsOfItsYears(ZoneId zone, String from, String to) {
    Instant first = Instant.parse(from + "T00:00:00Z");
    Instant last = Instant.parse(to + "T00:00:00Z");

    VTimeZone read = written(zone, first, last);

    for (Instant at : around(zone.getRules(), first, last)) {
      assertEquals(
          zone.getRules().getOffset(at), ReadCalendar.offset(read, at), at + " in " + zone);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "Europe/Berlin",
    "America/New_York",
    "America/Nuuk",
    "Africa/Casablanca",
    "Asia/Gaza",
    "Pacific/Chatham"
  })
  void saysTheOffsetsOfTheFutureWhereAnEventHasNoEnd(ZoneId zone) {
    Instant first = Instant.parse("2026-07-01T00:00:00Z");

    VTimeZone read = written(zone, first, null);

    for (Instant at : around(zone.getRules(), first, Instant.parse("2046-01-01T00:00:00Z"))) {
      assertEquals(
          zone.getRules().getOffset(at), ReadCalendar.offset(read, at), at + " in " + zone);
    }
  }

  @Test
  void namesARuleOfTheYearAsApplicationsKnowIt() {
    ContentLines out = new ContentLines();

    ZoneComponent.write(
        out, ZoneId.of("Europe/Berlin"), Instant.parse("2026-11-21T00:00:00Z"), null);

    assertEquals(
        """
        BEGIN:VTIMEZONE
        TZID:Europe/Berlin
        X-LIC-LOCATION:Europe/Berlin
        BEGIN:DAYLIGHT
        DTSTART:20270328T020000
        TZOFFSETFROM:+0100
        TZOFFSETTO:+0200
        RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
        END:DAYLIGHT
        BEGIN:STANDARD
        DTSTART:20261025T030000
        TZOFFSETFROM:+0200
        TZOFFSETTO:+0100
        RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
        END:STANDARD
        END:VTIMEZONE
        """,
        out.toString().replace("\r\n", "\n"));
  }

  private static VTimeZone written(ZoneId zone, Instant first, Instant last) {
    ContentLines out = new ContentLines();
    out.begin("VCALENDAR").line("PRODID", "test").line("VERSION", "2.0");
    ZoneComponent.write(out, zone, first, last);
    out.end("VCALENDAR");
    List<VTimeZone> zones = ReadCalendar.of(out.toString()).zones();
    assertEquals(1, zones.size());
    assertEquals(zone.getId(), zones.get(0).getTimeZoneId().getValue());
    return zones.get(0);
  }

  /** Its ends, and instants before and behind each change whose local times exist once. */
  private static List<Instant> around(ZoneRules rules, Instant first, Instant last) {
    List<Instant> instants = new ArrayList<>(List.of(first, last));
    ZoneOffsetTransition change = rules.nextTransition(first);
    while (change != null && change.getInstant().isBefore(last)) {
      Duration size = change.getDuration().abs();
      instants.add(change.getInstant().minus(size).minusSeconds(1));
      instants.add(change.getInstant().plus(size).plusSeconds(1));
      change = rules.nextTransition(change.getInstant());
    }
    instants.removeIf(at -> at.isBefore(first) || at.isAfter(last));
    return instants;
  }
}
