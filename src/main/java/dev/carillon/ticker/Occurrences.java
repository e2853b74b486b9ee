package dev.carillon.ticker;

import dev.carillon.schedule.StoredTrigger;
import dev.carillon.time.Adjusted;
import dev.carillon.time.Fires;
import dev.carillon.time.Timing;
import dev.carillon.time.Trigger;
import dev.carillon.time.calendar.BusinessDays;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A schedule's trigger, read and bound to all that decides when it fires. */
record Occurrences(Timing timing, Fires fires) {

  /**
   * @param defaultZone of a schedule that names none
   * @param calendars of its tenant, by name; at least those that it names and that there are
   * @throws RuntimeException of any kind when this version cannot make a trigger of what is stored
   */
  static Occurrences of(PlanRow row, ZoneId defaultZone, Map<String, BusinessDays> calendars) {
    Trigger trigger = StoredTrigger.read(new JsonObject(row.trigger()).getMap());
    Timing timing = row.timing(defaultZone, calendars);
    return new Occurrences(timing, trigger.in(timing));
  }

  /**
   * When a FIXED_DELAY fires whose stored instant the completion of a run has set, which knows
   * nothing of bounds, calendars and pauses. The same comes out for what came out before, unless
   * {@link #isBehindTheEnd}.
   *
   * @return null: no more
   * @throws dev.carillon.time.EvaluationGaveUp when the calendar does not say
   */
  @Nullable Instant delayed(PlanRow row) {
    Instant at = latest(latest(row.next(), row.resumes()), timing.startAt());
    return isBehindTheEnd(at) ? null : Adjusted.instant(at, timing);
  }

  /** An adjusted date may lie there, where no nominal one does. */
  boolean isBehindTheEnd(Instant at) {
    Instant end = timing.endAt();
    return end != null && at.isAfter(end);
  }

  private static Instant latest(Instant one, @Nullable Instant other) {
    return other != null && other.isAfter(one) ? other : one;
  }
}
