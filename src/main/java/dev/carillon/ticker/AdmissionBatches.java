package dev.carillon.ticker;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.LongSupplier;

/**
 * Which schedules one transaction decides about: as few as keeps it short, for it locks their
 * clocks and the lease's row. Where it fails, each half is tried by itself, until the one schedule
 * is left that is to blame. That one is set aside for a while, and the others go on.
 */
final class AdmissionBatches {

  /** As many as one transaction takes without growing slower for each of them. */
  static final int MOST_SCHEDULES = 200;

  /** So many waiting runs are read in well under a second. */
  static final int MOST_ROWS = 20_000;

  static final Duration ASIDE = Duration.ofSeconds(30);

  private final LongSupplier nanos;
  private final Deque<List<UUID>> left = new ArrayDeque<>();

  /** Until when, by the monotonic clock. */
  private final Map<UUID, Long> aside = new HashMap<>();

  AdmissionBatches(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /**
   * Begins anew with these, but for those that are set aside.
   *
   * @param waiting how many runs of each wait; a guess will do
   */
  void begin(Map<UUID, Long> waiting) {
    long now = nanos.getAsLong();
    aside.values().removeIf(until -> now - until >= 0);
    left.clear();
    List<UUID> batch = new ArrayList<>();
    long rows = 0;
    for (Map.Entry<UUID, Long> schedule : waiting.entrySet()) {
      if (aside.containsKey(schedule.getKey())) {
        continue;
      }
      boolean full = batch.size() == MOST_SCHEDULES || rows + schedule.getValue() > MOST_ROWS;
      if (full && !batch.isEmpty()) {
        left.add(batch);
        batch = new ArrayList<>();
        rows = 0;
      }
      batch.add(schedule.getKey());
      rows += schedule.getValue();
    }
    if (!batch.isEmpty()) {
      left.add(batch);
    }
  }

  boolean isEmpty() {
    return left.isEmpty();
  }

  List<UUID> next() {
    return left.remove();
  }

  /** Its halves come next. Of at least two. */
  void halve(List<UUID> batch) {
    int middle = batch.size() / 2;
    left.addFirst(batch.subList(middle, batch.size()));
    left.addFirst(batch.subList(0, middle));
  }

  void setAside(UUID schedule) {
    aside.put(schedule, nanos.getAsLong() + ASIDE.toNanos());
  }

  void forget() {
    left.clear();
    aside.clear();
  }
}
