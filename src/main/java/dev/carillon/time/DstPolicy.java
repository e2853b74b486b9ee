package dev.carillon.time;

import org.jspecify.annotations.Nullable;

/**
 * What a schedule chose for local times that daylight-saving changes leave out or repeat. It
 * applies wherever a trigger names local times. It does not apply to triggers that follow elapsed
 * time: a cron pattern with a star, or a step of it, in hour or minute; an INTERVAL in hours or
 * shorter, but for its anchor; FIXED_DELAY and ONE_SHOT.
 *
 * @param gap null: the trigger's own default, FIRE_AT_GAP_END for CRON, SHIFT_BY_GAP for RRULE and
 *     INTERVAL (RFC 5545, section 3.3.5)
 * @param overlap null: FIRST
 */
public record DstPolicy(@Nullable DstGap gap, @Nullable DstOverlap overlap) {

  /** Nothing chosen. */
  public static final DstPolicy DEFAULT = new DstPolicy(null, null);

  /** The choice for gaps, else a trigger's own default. */
  public DstGap gapOr(DstGap own) {
    return gap == null ? own : gap;
  }

  /** The choice for overlaps, else FIRST. */
  public DstOverlap overlapOrFirst() {
    return overlap == null ? DstOverlap.FIRST : overlap;
  }
}
