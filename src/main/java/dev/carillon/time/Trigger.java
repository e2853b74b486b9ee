package dev.carillon.time;

import java.time.Instant;
import java.time.ZoneId;

/**
 * When a schedule fires: parsed, validated and immutable. Each kind has a static {@code parse} that
 * throws {@link InvalidTrigger} and nothing else.
 */
public sealed interface Trigger permits Cron, Rrule, Interval, FixedDelay, OneShot {

  /**
   * Binds the trigger to all that decides when it fires.
   *
   * @return the fires; cheap to make, immutable, safe to share between threads
   */
  Fires in(Timing timing);

  /**
   * Binds the trigger to a time zone, without bounds and calendar.
   *
   * @param zone the zone in which local times are meant; see {@link Zones#parse}
   * @param anchor the schedule's createdAt; an INTERVAL without an anchor of its own and a
   *     FIXED_DELAY count from it, the other kinds ignore it
   * @param policy what the schedule chose for daylight-saving changes
   */
  default Fires in(ZoneId zone, Instant anchor, DstPolicy policy) {
    return in(Timing.of(zone, anchor, policy));
  }

  /** As {@link #in(ZoneId, Instant, DstPolicy)} where the schedule chose nothing. */
  default Fires in(ZoneId zone, Instant anchor) {
    return in(zone, anchor, DstPolicy.DEFAULT);
  }

  /**
   * Whether the instants depend on the time zone. They do not where the trigger names instants or
   * elapsed times only.
   */
  boolean dependsOnZone();

  /**
   * Whether the instants can depend on what the schedule chose for daylight-saving changes. Where
   * this is so, they depend on the time zone too.
   */
  default boolean dependsOnDst() {
    return dependsOnZone();
  }

  /** The meaning in plain English words: one sentence for the whole pattern, without full stop. */
  String describe();

  /**
   * The instant after which a preview looks for its first fire, when it is to start at {@code
   * from}. That is {@code from} itself, exclusive, except where the kind counts a start exactly at
   * {@code from} as a fire.
   */
  default Instant lookAfter(ZoneId zone, Instant from, DstPolicy policy) {
    return from;
  }
}
