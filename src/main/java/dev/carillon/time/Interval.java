package dev.carillon.time;

import dev.carillon.time.LocalFires.Choice;
import dev.carillon.time.text.Phrases;
import dev.carillon.time.text.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * INTERVAL: fires at anchor + n · every, always counted from the anchor and never from the previous
 * fire. Days and longer are local calendar arithmetic (P1M from 31 January gives 28 February, 31
 * March; P1D keeps the time on the wall), and the policy decides about each local time; hours and
 * shorter are exact elapsed time, and the policy decides about the anchor alone, which always has
 * an instant: SKIP is read as SHIFT_BY_GAP, BOTH as FIRST.
 *
 * @param months step in months; 0 unless the step has years or months
 * @param days step in days, of the same step as months; both 0 when {@code time} is the step
 * @param time step in exact time, whole seconds; zero when the step is in months and days
 * @param anchor local time of n = 0, which then is a fire itself; null: the schedule's startAt,
 *     which is one as well, else its createdAt, which is none
 */
public record Interval(long months, long days, Duration time, @Nullable LocalDateTime anchor)
    implements Trigger {

  private static final String EXAMPLE = "P1D";

  public Interval {
    boolean calendar = months > 0 || days > 0;
    if (months < 0 || days < 0 || time.isNegative() || calendar != time.isZero()) {
      throw new InvalidTrigger(
          "every",
          0,
          "an interval is longer than zero, in calendar units or in exact time",
          EXAMPLE);
    }
  }

  /**
   * @param every an ISO 8601 duration of either Y, M, W, D or H, M, S
   * @param anchorLocal local date-time in the schedule's zone, without offset; null: createdAt
   * @throws InvalidTrigger naming {@code every} or {@code anchor}
   */
  public static Interval parse(String every, @Nullable String anchorLocal) {
    Spans span;
    try {
      span = Spans.parse(every, EXAMPLE);
    } catch (Refusal refusal) {
      throw InvalidTrigger.of("every", refusal);
    }
    if (span.nanos() != 0) {
      throw refused(every.indexOf('.'), "fractions of a second are not allowed", "PT1S");
    }
    if (span.isZero()) {
      throw refused(0, "the interval must be longer than zero", EXAMPLE);
    }
    if (span.timePart() && (span.months() != 0 || span.days() != 0)) {
      throw refused(
          Math.max(every.indexOf('T'), every.indexOf('t')),
          "calendar days and exact hours cannot be mixed: write PT25H for exact time, where P1DT1H"
              + " was meant, or P1D for the same time each day",
          "PT25H");
    }
    LocalDateTime anchor = anchorLocal == null ? null : LocalText.parse("anchor", anchorLocal);
    return new Interval(span.months(), span.days(), Duration.ofSeconds(span.seconds()), anchor);
  }

  private static InvalidTrigger refused(int position, String message, String example) {
    return new InvalidTrigger("every", Math.max(0, position), message, example);
  }

  @Override
  public Fires in(Timing timing) {
    ZoneId zone = timing.zone();
    Choice choice = Choice.of(timing.dst(), DstGap.SHIFT_BY_GAP);
    // A schedule that says when it starts means to fire then.
    int firstN = anchor == null && timing.startAt() == null ? 1 : 0;
    if (!time.isZero()) {
      Instant start = anchor == null ? timing.anchor() : LocalFires.instantOf(zone, anchor, choice);
      ElapsedFires elapsed = new ElapsedFires(zone, start, time, firstN);
      return AdjustedInstants.of(timing, elapsed, elapsed.nanos(), choice);
    }
    LocalDateTime start = anchor == null ? LocalDateTime.ofInstant(timing.anchor(), zone) : anchor;
    Nominals steps = new CalendarSteps(start, months, days, firstN);
    return LocalFires.of(timing, steps, choice, start.getNano());
  }

  /** Exact steps from createdAt are elapsed time; calendar steps and an anchor are local. */
  @Override
  public boolean dependsOnZone() {
    return time.isZero() || anchor != null;
  }

  @Override
  public String describe() {
    String step = time.isZero() ? calendarWords() : DurationWords.every(time);
    String from =
        anchor == null
            ? ""
            : ", counted from "
                + Phrases.date(anchor.toLocalDate())
                + " at "
                + Phrases.clock(anchor.getHour(), anchor.getMinute(), anchor.getSecond());
    return Phrases.sentence(step) + from;
  }

  private String calendarWords() {
    List<String> parts = new ArrayList<>();
    DurationWords.add(parts, months / 12, "year");
    DurationWords.add(parts, months % 12, "month");
    boolean weeks = days % 7 == 0;
    DurationWords.add(parts, weeks ? days / 7 : days, weeks ? "week" : "day");
    String words = Phrases.list(parts, "and");
    return "every " + (parts.size() == 1 && words.startsWith("1 ") ? words.substring(2) : words);
  }
}
