package dev.carillon.time;

import org.jspecify.annotations.Nullable;

/**
 * What a schedule chose for local times that daylight-saving changes leave out or repeat. It
 * applies wherever a trigger names local times. It does not apply to triggers that follow elapsed
 * time: a cron pattern with a star, or a step of it, in hour or minute; an INTERVAL in hours or
 * shorter, but for its anchor; FIXED_DELAY and ONE_SHOT.
 *
 * <p>Nominal times that come to one instant are one fire, and it counts as moved only when none of
 * them stands there by itself. For 02:30 each day in Europe/Berlin, 2026:
 *
 * <pre>
 *  29 March, no 02:00 to 03:00          25 October, 02:00 to 03:00 twice
 *  FIRE_AT_GAP_END  03:00 summer time   FIRST  02:30 summer time
 *  SHIFT_BY_GAP     03:30 summer time   LAST   02:30 winter time
 *  SKIP             none that day       BOTH   02:30 and, an hour later, 02:30
 * </pre>
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
