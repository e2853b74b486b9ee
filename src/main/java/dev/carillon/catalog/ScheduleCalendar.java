package dev.carillon.catalog;

import dev.carillon.catalog.input.ScheduleDeclaration;
import dev.carillon.ical.CalendarEvent;
import dev.carillon.ical.CalendarRule;
import dev.carillon.ical.ComingFires;
import dev.carillon.ical.EventTime;
import dev.carillon.time.Coming;
import dev.carillon.time.EvaluationGaveUp;
import dev.carillon.time.Fire;
import dev.carillon.time.Fires;
import dev.carillon.time.FixedDelay;
import dev.carillon.time.Jitter;
import dev.carillon.time.Timing;
import dev.carillon.time.Trigger;
import dev.carillon.time.calendar.BusinessDays;
import dev.carillon.time.civil.Effort;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a calendar shows of one schedule. To be made and asked off the event loop ({@link
 * Evaluation}), and not by two threads at once.
 *
 * <pre>
 * its rule is one that every application reads as we do → one recurring event
 * FIXED_DELAY                   → its next fire; those after it nobody knows
 * else                          → an event for each fire of the coming year; none in it: the next
 *
 * disabled, or paused without end → as if it fired, CANCELLED
 * paused until                    → the fires from then on
 * parked, exhausted               → nothing
 * </pre>
 */
final class ScheduleCalendar {

  static final Duration YEAR = Duration.ofDays(366);

  /** More of one schedule nobody looks at, and few applications show. */
  static final int MOST_EVENTS = 1_000;

  /**
   * A schedule as it was read.
   *
   * @param clock when it was read
   */
  record Source(ScheduleEntity row, @Nullable String jobKey, ScheduleClockView clock) {

    /**
     * @throws dev.carillon.catalog.input.InvalidInput when this version cannot read it
     */
    Declared declared() {
      return new Declared(this, row.declared(jobKey));
    }
  }

  /** The same, read. */
  record Declared(Source source, ScheduleDeclaration declaration) {}

  private final Source source;
  private final Trigger trigger;
  private final Jitter jitter;
  private final @Nullable CalendarRule rule;
  private final @Nullable ComingFires fires;
  private final long runs;
  private final int most;

  private ScheduleCalendar(
      Source source,
      Trigger trigger,
      @Nullable CalendarRule rule,
      @Nullable ComingFires fires,
      long runs) {
    this.source = source;
    this.trigger = trigger;
    this.jitter = source.row.jitter();
    this.rule = rule;
    this.fires = fires;
    this.runs = runs;
    this.most = (int) Math.min(MOST_EVENTS, runs);
  }

  /**
   * @param known what its calendars stand for
   * @param effort all that its fires may cost
   * @throws dev.carillon.catalog.input.InvalidInput when a calendar of it is unknown
   * @throws EvaluationGaveUp when its first fire was not found
   */
  static ScheduleCalendar of(
      Declared declared,
      ZoneId defaultZone,
      Map<String, BusinessDays> known,
      Instant now,
      Effort effort) {
    ScheduleEntity row = declared.source.row;
    Trigger trigger = declared.declaration.trigger();
    Timing timing = declared.declaration.timing(defaultZone, row.createdAt, known);
    boolean over = row.status == ScheduleStatus.PARKED || row.status == ScheduleStatus.EXHAUSTED;
    if (over || trigger instanceof FixedDelay) {
      return new ScheduleCalendar(declared.source, trigger, null, null, Coming.ANY);
    }
    ScheduleClockView clock = declared.source.clock;
    Coming coming = clock.coming(row, trigger, now);
    Fires fires = trigger.in(timing);
    CalendarRule rule =
        row.pausedUntil == null && clock.runsLeft() == null && !isOver(coming)
            ? CalendarRule.of(trigger, timing, row.jitter())
            : null;
    if (rule != null) {
      rule = rule.without(letGo(fires, coming, effort));
    }
    if (rule != null) {
      return new ScheduleCalendar(declared.source, trigger, rule, null, Coming.ANY);
    }
    Instant resumed = row.pausedUntil == null ? now : row.pausedUntil.minusNanos(1);
    Instant after = later(resumed, coming == null ? now : coming.after());
    long runs = coming == null ? runsLeft(clock) : coming.most();
    ComingFires found = new ComingFires(fires, after, now.plus(YEAR), effort);
    return new ScheduleCalendar(declared.source, trigger, null, found, runs);
  }

  /** Of what is switched off: as many as it would have. */
  private static long runsLeft(ScheduleClockView clock) {
    return clock.runsLeft() == null ? Coming.ANY : clock.runsLeft();
  }

  /** Whether no fire of it becomes a run that is not planned already. */
  private static boolean isOver(@Nullable Coming coming) {
    return coming != null && coming.most() != Coming.ANY;
  }

  private static Instant later(Instant a, Instant b) {
    return a.isAfter(b) ? a : b;
  }

  /** The fires that are still to come and were let go. */
  private static List<Instant> letGo(Fires fires, @Nullable Coming coming, Effort effort) {
    List<Instant> letGo = new ArrayList<>();
    if (coming != null && coming.from().isAfter(coming.now())) {
      Instant last = coming.from().minusNanos(1);
      Fire fire = fires.nextFire(coming.now(), last, effort);
      while (fire != null) {
        letGo.add(fire.at());
        fire = fires.nextFire(fire.at(), last, effort);
      }
    }
    return letGo;
  }

  /** Looks for fires until so many are found. */
  void upTo(int events) {
    if (fires != null) {
      fires.upTo(Math.min(events, most));
    }
  }

  /** How many events it has so far, but for those that need no search. */
  int found() {
    return fires == null ? 0 : fires.found().size();
  }

  /** Whether it may show more. */
  boolean isHungry() {
    return fires != null && fires.isHungry() && found() < most;
  }

  /** Why its next fire was not found, where it shows nothing therefore; null: it was. */
  @Nullable EvaluationGaveUp failure() {
    return fires == null || found() > 0 ? null : fires.gaveUp();
  }

  /** Ascending. */
  List<CalendarEvent> events() {
    if (rule != null) {
      return List.of(event(null, EventTime.of(rule), rule, words()));
    }
    if (fires == null) {
      return delayed();
    }
    List<CalendarEvent> events = new ArrayList<>();
    for (Fire fire : fires.found()) {
      events.add(event(fire));
    }
    boolean cut = fires.gaveUp() != null || fires.isHungry() && found() < runs;
    if (cut && !events.isEmpty()) {
      int last = events.size() - 1;
      CalendarEvent shown = events.get(last);
      events.set(
          last, shown.describedAs(shown.description() + "\nIts later fires are not shown here."));
    }
    return events;
  }

  private CalendarEvent event(Fire fire) {
    return event(fire.at(), EventTime.utc(jitter.due(fire.at())), null, words());
  }

  private List<CalendarEvent> delayed() {
    Instant next = source.clock.first();
    if (next == null || !(trigger instanceof FixedDelay)) {
      return List.of();
    }
    String words =
        words() + "\nOnly the next fire is shown: each later one follows the end of a run.";
    return List.of(event(next, EventTime.utc(jitter.due(next)), null, words));
  }

  private CalendarEvent event(
      @Nullable Instant fire, EventTime start, @Nullable CalendarRule recurring, String words) {
    ScheduleEntity row = source.row;
    List<String> categories =
        source.jobKey == null ? List.of("Carillon") : List.of("Carillon", source.jobKey);
    boolean waits = row.status == ScheduleStatus.PAUSED && row.pausedUntil == null;
    return new CalendarEvent(
        CalendarEvent.uid(row.id, fire),
        start,
        recurring,
        title(row),
        words,
        categories,
        waits,
        row.updatedAt,
        row.version);
  }

  static String title(ScheduleEntity row) {
    return row.name == null || row.name.isBlank() ? row.key : row.name;
  }

  private String words() {
    List<String> lines = new ArrayList<>();
    lines.add(trigger.describe() + ".");
    lines.add("Schedule: " + source.row.key);
    if (source.jobKey != null) {
      lines.add("Job: " + source.jobKey);
    }
    if (source.row.policies.note != null) {
      lines.add(Objects.requireNonNull(source.row.policies.note));
    }
    return String.join("\n", lines);
  }
}
