package dev.carillon.ical;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dmfs.rfc5545.DateTime;
import org.dmfs.rfc5545.recur.RecurrenceRule;
import org.dmfs.rfc5545.recur.RecurrenceRuleIterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a VTIMEZONE says of a zone, to a reader that knows it from there alone. */
class ZoneComponentTest {

  private static final Pattern OBSERVANCE =
      Pattern.compile(
          "BEGIN:(STANDARD|DAYLIGHT)\r\nDTSTART:(?<start>.*)\r\nTZOFFSETFROM:(?<from>.*)\r\n"
              + "TZOFFSETTO:(?<to>.*)\r\n(RRULE:(?<rule>.*)\r\n)?END:\\1\r\n");
  private static final DateTimeFormatter LOCAL = DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss");

  private static final Instant NOW = Instant.parse("2026-07-01T00:00:00Z");

  @ParameterizedTest
  @CsvSource({
    "Europe/Berlin, 1998-01-01",
    "Europe/Dublin, 2026-01-01",
    "America/New_York, 2009-01-01",
    "America/Nuuk, 2026-01-01",
    "America/St_Johns, 2026-01-01",
    "America/Santiago, 2026-06-01",
    "Atlantic/Azores, 2026-01-01",
    "Asia/Jerusalem, 2026-01-01",
    "Asia/Beirut, 2026-01-01",
    "Antarctica/Troll, 2026-01-01",
    "Australia/Lord_Howe, 2026-01-01",
    "Pacific/Chatham, 2026-01-01",
    "Pacific/Easter, 2026-05-01",
    "America/Sao_Paulo, 2020-01-01",
    "Asia/Kolkata, 1960-01-01",
    "Asia/Kathmandu, 2026-01-01",
    "Africa/Monrovia, 1973-01-01",
    "Etc/GMT+5, 2026-01-01"
  })
  void saysTheOffsetsOfTwentyYears(ZoneId zone, String from) throws Exception {
    Instant first = Instant.parse(from + "T00:00:00Z");
    assertTrue(ZoneComponent.isRegular(zone, first));

    String read = written(zone, first);

    for (Instant at : around(zone.getRules(), first, first.plus(Duration.ofDays(20 * 365)))) {
      assertEquals(zone.getRules().getOffset(at), offset(read, at), at + " in " + zone);
    }
  }

  @Test
  void saysTheOffsetsOfEveryZoneThatItCallsRegular() throws Exception {
    int regular = 0;
    for (String id : ZoneId.getAvailableZoneIds()) {
      ZoneId zone = ZoneId.of(id);
      if (ZoneComponent.isRegular(zone, NOW)) {
        regular++;
        String read = written(zone, NOW);
        for (Instant at : around(zone.getRules(), NOW, NOW.plus(Duration.ofDays(800)))) {
          assertEquals(zone.getRules().getOffset(at), offset(read, at), at + " in " + zone);
        }
      }
    }
    assertTrue(regular > ZoneId.getAvailableZoneIds().size() - 20, regular + " zones");
  }

  @ParameterizedTest
  @CsvSource({
    // Ramadan.
    "Africa/Casablanca, 2026-01-01",
    "Asia/Gaza, 2026-01-01",
    // At the end of the last Thursday of October, which may be in November.
    "Africa/Cairo, 2026-01-01",
    // Before the rules of today.
    "Europe/Berlin, 1980-06-01",
    "America/New_York, 2006-12-31",
    "Europe/Lisbon, 1993-01-01",
    "Pacific/Apia, 2011-06-01",
    "Asia/Kathmandu, 1985-01-01"
  })
  void leavesZonesAloneThatChangeOtherwise(ZoneId zone, String from) {
    assertFalse(ZoneComponent.isRegular(zone, Instant.parse(from + "T00:00:00Z")));
  }

  @Test
  void namesARuleOfTheYearAsApplicationsKnowIt() {
    ContentLines out = new ContentLines();

    ZoneComponent.write(out, ZoneId.of("Europe/Berlin"), Instant.parse("2026-11-21T00:00:00Z"));

    assertEquals(
        """
        BEGIN:VTIMEZONE
        TZID:Europe/Berlin
        X-LIC-LOCATION:Europe/Berlin
        BEGIN:DAYLIGHT
        DTSTART:20260329T020000
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

  private static String written(ZoneId zone, Instant first) {
    ContentLines out = new ContentLines();
    ZoneComponent.write(out, zone, first);
    return out.toString();
  }

  /**
   * What section 3.6.5 makes of it: the offset of the latest onset; rules as lib-recur reads them.
   */
  private static ZoneOffset offset(String component, Instant at) throws Exception {
    Instant latest = Instant.MIN;
    ZoneOffset offset = null;
    Matcher observance = OBSERVANCE.matcher(component);
    while (observance.find()) {
      ZoneOffset before = ZoneOffset.of(observance.group("from"));
      Instant onset = onset(observance.group("start"), observance.group("rule"), before, at);
      if (!onset.isAfter(at) && onset.isAfter(latest)) {
        latest = onset;
        offset = ZoneOffset.of(observance.group("to"));
      }
    }
    return offset;
  }

  /** The latest one up to an instant, or the first of all. */
  private static Instant onset(String start, String rule, ZoneOffset before, Instant at)
      throws Exception {
    LocalDateTime onset = LocalDateTime.parse(start, LOCAL);
    if (rule != null) {
      RecurrenceRuleIterator onsets = new RecurrenceRule(rule).iterator(DateTime.parse(start));
      while (onsets.hasNext()) {
        LocalDateTime next = LocalDateTime.parse(onsets.nextDateTime().toString(), LOCAL);
        if (next.toInstant(before).isAfter(at)) {
          break;
        }
        onset = next;
      }
    }
    return onset.toInstant(before);
  }

  /** Its ends, and instants before and behind each change. */
  private static List<Instant> around(ZoneRules rules, Instant first, Instant last) {
    List<Instant> instants = new ArrayList<>(List.of(first, last));
    ZoneOffsetTransition change = rules.nextTransition(first);
    while (change != null && change.getInstant().isBefore(last)) {
      instants.add(change.getInstant().minusSeconds(1));
      instants.add(change.getInstant());
      change = rules.nextTransition(change.getInstant());
    }
    return instants;
  }
}
