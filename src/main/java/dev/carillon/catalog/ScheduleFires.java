package dev.carillon.catalog;

import dev.carillon.catalog.input.FieldErrors;
import dev.carillon.time.Coming;
import dev.carillon.time.FixedDelay;
import dev.carillon.time.Jitter;
import dev.carillon.time.Preview;
import dev.carillon.time.Timing;
import dev.carillon.time.Trigger;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The fires of a stored schedule, whether it is enabled or not: the ones that the ticker plans,
 * from the same timing.
 *
 * @param timing the schedule's; of a FIXED_DELAY, whose fires follow its runs, counted from one
 *     delay before its next fire
 * @param jitter by which each is put off
 * @param coming which of them become runs; null: they are what it would do
 */
public record ScheduleFires(
    Trigger trigger, Timing timing, Jitter jitter, @Nullable Coming coming) {

  /**
   * @param clock as it was read at {@code now}
   */
  static ScheduleFires of(
      ScheduleEntity row, Trigger trigger, Timing timing, ScheduleClockView clock, Instant now) {
    Jitter jitter = row.jitter();
    Instant next = clock.first();
    Coming coming = clock.coming(row, trigger, now);
    if (trigger instanceof FixedDelay fixed) {
      // Without a next one: as if its run ended, or it were enabled, now.
      Instant from = next == null ? now : next.minus(fixed.delay());
      return new ScheduleFires(trigger, timing.countedFrom(from), jitter, coming);
    }
    return new ScheduleFires(trigger, timing, jitter, coming);
  }

  /** The nominal instants, which are the runs' identity, whatever becomes of them. */
  ScheduleFires withoutJitter() {
    return new ScheduleFires(trigger, timing, Jitter.NONE, null);
  }

  /**
   * @throws dev.carillon.catalog.input.InvalidInput when the fires of the past are those that its
   *     runs have made, and no others
   */
  void requireNominal() {
    if (trigger instanceof FixedDelay) {
      throw FieldErrors.invalid(
          "/from",
          "from: the fires of a FIXED_DELAY follow the ends of its runs, so a past window has none"
              + " but those that ran; trigger it by hand instead",
          null);
    }
  }

  /**
   * Never more than the limit is held in memory, however long the window is.
   *
   * @param from exclusive
   * @param to inclusive; null: as far as is known, up to the year 9999
   * @throws dev.carillon.catalog.input.InvalidInput when the evaluation was given up
   */
  public Preview between(Instant from, @Nullable Instant to, int limit) {
    return Evaluation.bounded(
        "its fires",
        () ->
            coming == null
                ? Preview.between(trigger, timing, jitter, from, to, limit)
                : Preview.between(trigger, timing, jitter, from, to, limit, coming));
  }
}
