package dev.carillon.ticker;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * Spreads fires that come late, so that what an outage left does not come all at once: of one
 * schedule at most 100 a second, of all together 1,000. Time is cut into slots; in each there is
 * room for so many fires, and for one of each schedule.
 *
 * <p>What it remembers is this leader's alone: the next one begins anew, with what is not planned
 * yet. Not thread-safe.
 */
final class CatchUpPace {

  /** Of one schedule a fire each. */
  private static final long SLOT_MILLIS = 10;

  /** Of all schedules, in one slot: a millisecond each. */
  private static final int MOST_IN_A_SLOT = 10;

  private final Map<Long, Integer> taken = new HashMap<>();
  private final Map<UUID, Long> last = new HashMap<>();

  /** There is no room in the slots before it. */
  private long open;

  /** Forgets what lies before an instant. */
  void begin(Instant now) {
    long current = Math.floorDiv(now.toEpochMilli(), SLOT_MILLIS) + 1;
    if (open < current) {
      open = current;
      taken.keySet().removeIf(slot -> slot < current);
      last.values().removeIf(slot -> slot < current);
    }
  }

  /** When the next late fire of a schedule is due. */
  Instant next(UUID schedule) {
    long slot = Math.max(open, last.getOrDefault(schedule, Long.MIN_VALUE) + 1);
    while (taken.getOrDefault(slot, 0) >= MOST_IN_A_SLOT) {
      slot++;
    }
    int before = taken.merge(slot, 1, Integer::sum) - 1;
    last.put(schedule, slot);
    while (taken.getOrDefault(open, 0) >= MOST_IN_A_SLOT) {
      taken.remove(open++);
    }
    return Instant.ofEpochMilli(slot * SLOT_MILLIS + before);
  }

  /** The clock or the leader is another; what was spread by it says nothing any more. */
  void forget() {
    taken.clear();
    last.clear();
    open = 0;
  }
}
