package dev.carillon.catalog;

import dev.carillon.time.DstPolicy;
import dev.carillon.time.FixedDelay;
import dev.carillon.time.Jitter;
import dev.carillon.time.Preview;
import dev.carillon.time.Timing;
import dev.carillon.time.Trigger;
import java.time.Instant;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * The fires of a stored schedule, whether it is enabled or not: the ones that the ticker plans,
 * from the same zone and anchor.
 *
 * @param anchor what the fires count from: the schedule's createdAt; of a FIXED_DELAY, whose fires
 *     follow its runs, one delay before its next fire
 */
public record ScheduleFires(Trigger trigger, ZoneId zone, DstPolicy dst, Instant anchor) {

  /**
   * @param next when it fires next; null: it waits for a run, or does not fire as things are
   */
  static ScheduleFires of(
      Trigger trigger,
      ZoneId zone,
      DstPolicy dst,
      Instant createdAt,
      @Nullable Instant next,
      Instant now) {
    if (trigger instanceof FixedDelay fixed) {
      // Without a next one: as if its run ended, or it were enabled, now.
      return new ScheduleFires(trigger, zone, dst, next == null ? now : next.minus(fixed.delay()));
    }
    return new ScheduleFires(trigger, zone, dst, createdAt);
  }

  /**
   * Never more than the limit is held in memory, however long the window is.
   *
   * @param from exclusive
   * @param to inclusive; null: up to the year 9999
   * @throws dev.carillon.catalog.input.InvalidInput when the evaluation was given up
   */
  public Preview between(Instant from, @Nullable Instant to, int limit) {
    Instant until = to == null ? Instant.MAX : to;
    return Evaluation.bounded(
        "its fires",
        () ->
            Preview.between(
                trigger, Timing.of(zone, anchor, dst), Jitter.NONE, from, until, limit));
  }
}
