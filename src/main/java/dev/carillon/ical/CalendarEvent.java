package dev.carillon.ical;

import java.time.Instant;
import java.time.LocalDateTime;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A VEVENT: one fire, or all fires of a rule.
 *
 * <p>It takes five minutes and leaves its owner free. An event without length is a line that
 * Outlook hardly shows and some applications drop; how long a run takes nobody knows before.
 *
 * @param uid the same whenever the event is shown again
 * @param start its only, or its first instant
 * @param rule where it recurs; null: it does not
 * @param summary its title
 * @param description lines of text
 * @param categories may be empty
 * @param cancelled whether it does not take place as things are
 * @param changedAt when what it shows was last changed by a person: DTSTAMP, so that the same
 *     schedule is the same text
 * @param sequence grows with each change
 */
public record CalendarEvent(
    String uid,
    EventTime start,
    @Nullable CalendarRule rule,
    String summary,
    String description,
    List<String> categories,
    boolean cancelled,
    Instant changedAt,
    int sequence) {

  private static final String VEVENT = "VEVENT";

  /** As ISO 8601 has it. */
  static final String LENGTH = "PT5M";

  public CalendarEvent {
    categories = List.copyOf(categories);
  }

  /**
   * The identifier of a schedule's event.
   *
   * @param fire which of its fires, before jitter: what comes at another instant is another event,
   *     for it may move without an edit, and readers keep what has no new sequence; null: all that
   *     recur
   */
  public static String uid(UUID schedule, @Nullable Instant fire) {
    return schedule + (fire == null ? "" : "-" + Stamps.utc(fire)) + "@carillon";
  }

  /** The same with more to say. */
  public CalendarEvent describedAs(String words) {
    return new CalendarEvent(
        uid, start, rule, summary, words, categories, cancelled, changedAt, sequence);
  }

  void write(ContentLines out) {
    out.begin(VEVENT);
    out.text("UID", uid);
    out.line("DTSTAMP", Stamps.utc(changedAt));
    out.line("LAST-MODIFIED", Stamps.utc(changedAt));
    out.line("SEQUENCE", Integer.toString(Math.max(0, sequence)));
    start.write(out, "DTSTART");
    out.line("DURATION", LENGTH);
    if (rule != null) {
      out.line("RRULE", rule.rrule());
      writeDates(out, "RDATE", rule.added());
      writeDates(out, "EXDATE", rule.excluded());
    }
    out.text("SUMMARY", summary);
    out.text("DESCRIPTION", description);
    if (!categories.isEmpty()) {
      out.texts("CATEGORIES", categories);
    }
    out.line("STATUS", cancelled ? "CANCELLED" : "CONFIRMED");
    out.line("TRANSP", "TRANSPARENT");
    out.line("X-MICROSOFT-CDO-BUSYSTATUS", "FREE");
    out.end(VEVENT);
  }

  /** In the zone of the start, as local times of the rule. */
  private void writeDates(ContentLines out, String property, List<LocalDateTime> dates) {
    if (dates.isEmpty()) {
      return;
    }
    String end = start.zone() == null ? "Z" : "";
    String zone = start.zone() == null ? "" : ";TZID=" + start.zone().getId();
    out.line(
        property + zone,
        dates.stream().map(date -> Stamps.local(date) + end).collect(Collectors.joining(",")));
  }
}
