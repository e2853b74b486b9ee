package dev.carillon.ical;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.time.rrule.Rule;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Links read back as what they say. */
class CalendarLinksTest {

  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
  private static final Instant AT = Instant.parse("2026-03-27T17:00:00.250Z");
  private static final String HOSTILE = "50 % & more? #1 \"x\"\n<a href='j'>+ä🗓;/\\";

  private final CalendarLinks.Event event = new CalendarLinks.Event(HOSTILE, HOSTILE, AT);

  @Test
  void googleGetsAFireInUtc() {
    Map<String, String> read = parameters(CalendarLinks.google(event, null, BERLIN));

    assertEquals("TEMPLATE", read.get("action"));
    assertEquals(HOSTILE, read.get("text"));
    assertEquals(HOSTILE, read.get("details"));
    assertEquals("20260327T170000Z/20260327T170500Z", read.get("dates"));
    assertNull(read.get("recur"));
    assertNull(read.get("ctz"));
  }

  @Test
  void googleGetsARuleInItsZone() {
    String link = CalendarLinks.google(event, "FREQ=MONTHLY;BYDAY=-1FR", BERLIN);
    Map<String, String> read = parameters(link);

    assertTrue(link.startsWith("https://calendar.google.com/calendar/render?"), link);
    assertEquals("20260327T180000/20260327T180500", read.get("dates"));
    assertEquals("Europe/Berlin", read.get("ctz"));
    assertEquals("RRULE:FREQ=MONTHLY;BYDAY=-1FR", read.get("recur"));
  }

  @Test
  void outlookGetsAFire() {
    String link = CalendarLinks.outlook(event);
    Map<String, String> read = parameters(link);

    assertTrue(link.startsWith("https://outlook.live.com/calendar/0/deeplink/compose?"), link);
    assertEquals("addevent", read.get("rru"));
    assertEquals("/calendar/action/compose", read.get("path"));
    assertEquals(HOSTILE, read.get("subject"));
    assertEquals(HOSTILE, read.get("body"));
    assertEquals("2026-03-27T17:00:00Z", read.get("startdt"));
    assertEquals("2026-03-27T17:05:00Z", read.get("enddt"));
  }

  @Test
  void staysShortEnoughToBeALink() {
    CalendarLinks.Event wordy = new CalendarLinks.Event("t", "🗓".repeat(1000), AT);

    assertTrue(CalendarLinks.google(wordy, null, BERLIN).length() < 4_000);
  }

  @Test
  void subscriptionsNameTheWholeFeed() {
    String feed = "https://carillon.example:8443/feeds/a-b_c.ics";

    assertEquals(
        "webcal://carillon.example:8443/feeds/a-b_c.ics",
        parameters(CalendarLinks.googleSubscription(feed)).get("cid"));
    assertEquals(feed, parameters(CalendarLinks.outlookSubscription(feed, "My & jobs")).get("url"));
    assertEquals(
        "My & jobs", parameters(CalendarLinks.outlookSubscription(feed, "My & jobs")).get("name"));
  }

  @Test
  void aRuleGoesOnFromAFireOnlyAsItStands() {
    LocalTime six = LocalTime.of(18, 0);

    assertEquals("FREQ=DAILY", from("FREQ=DAILY", six));
    assertEquals(
        "FREQ=DAILY;UNTIL=20261231T170000Z", from("FREQ=DAILY;UNTIL=20261231T180000", six));
    assertEquals("FREQ=DAILY", from("FREQ=DAILY;BYHOUR=18;BYMINUTE=0", LocalTime.of(3, 0)));
    assertNull(from("FREQ=DAILY;COUNT=3", six));
    assertNull(from("FREQ=HOURLY", six));
    // It was moved, and stands at another time of day.
    assertNull(from("FREQ=DAILY", LocalTime.of(17, 30)));
  }

  private static String from(String rule, LocalTime start) {
    Instant fire = Instant.parse("2026-03-27T17:00:00Z");
    return CalendarRule.from(fire, Rule.parse(rule), start, BERLIN);
  }

  private static Map<String, String> parameters(String link) {
    Map<String, String> read = new LinkedHashMap<>();
    for (String parameter : URI.create(link).getRawQuery().split("&")) {
      int equals = parameter.indexOf('=');
      read.put(
          parameter.substring(0, equals),
          URLDecoder.decode(parameter.substring(equals + 1), StandardCharsets.UTF_8));
    }
    return read;
  }
}
