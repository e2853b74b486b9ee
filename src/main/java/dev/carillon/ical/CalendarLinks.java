package dev.carillon.ical;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Links that open Google Calendar or Outlook on the web with an event, or a calendar to subscribe
 * to, filled in. Neither is documented by its maker; these are the forms that applications use. All
 * that is not ours is percent-encoded.
 */
public final class CalendarLinks {

  private static final Duration LENGTH = Duration.parse(CalendarEvent.LENGTH);

  /** A link should be one that mail programs and browsers carry. */
  private static final int MOST_DETAILS = 300;

  private static final Pattern HTTP = Pattern.compile("^https?://");

  private CalendarLinks() {}

  /** One fire of a schedule. */
  public record Event(String title, String details, Instant at) {

    public Event {
      if (details.length() > MOST_DETAILS) {
        details = details.substring(0, MOST_DETAILS) + "…";
      }
    }
  }

  /**
   * @param rrule how it recurs from there, see {@link CalendarRule#from}; null: not
   * @param zone in which it recurs
   */
  public static String google(Event event, @Nullable String rrule, ZoneId zone) {
    Instant end = event.at.plus(LENGTH);
    boolean local = rrule != null && !EventTime.isUtc(zone);
    String dates =
        local
            ? Stamps.local(LocalDateTime.ofInstant(event.at, zone))
                + '/'
                + Stamps.local(LocalDateTime.ofInstant(end, zone))
            : Stamps.utc(event.at) + '/' + Stamps.utc(end);
    return "https://calendar.google.com/calendar/render?action=TEMPLATE&text="
        + encoded(event.title)
        + "&dates="
        + encoded(dates)
        + (local ? "&ctz=" + encoded(zone.getId()) : "")
        + (rrule == null ? "" : "&recur=" + encoded("RRULE:" + rrule))
        + "&details="
        + encoded(event.details)
        + "&trp=false";
  }

  /** Outlook's links know no recurrence. */
  public static String outlook(Event event) {
    return "https://outlook.live.com/calendar/0/deeplink/compose?path=%2Fcalendar%2Faction%2Fcompose"
        + "&rru=addevent&startdt="
        + encoded(whole(event.at).toString())
        + "&enddt="
        + encoded(whole(event.at.plus(LENGTH)).toString())
        + "&subject="
        + encoded(event.title)
        + "&body="
        + encoded(event.details)
        + "&freebusy=free";
  }

  /**
   * @param feed its absolute URL
   */
  public static String googleSubscription(String feed) {
    return "https://calendar.google.com/calendar/render?cid="
        + encoded(HTTP.matcher(feed).replaceFirst("webcal://"));
  }

  /**
   * @param feed its absolute URL
   */
  public static String outlookSubscription(String feed, String name) {
    return "https://outlook.live.com/calendar/0/addfromweb?url="
        + encoded(feed)
        + "&name="
        + encoded(name);
  }

  private static Instant whole(Instant at) {
    return Instant.ofEpochSecond(at.getEpochSecond());
  }

  /** As a URI's query wants it: a space is %20. */
  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
