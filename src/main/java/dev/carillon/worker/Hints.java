package dev.carillon.worker;

import dev.carillon.broker.DueChannel.DueBatch;
import dev.carillon.broker.JobDue;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/**
 * The due events that were read ahead, most urgent first. Not thread-safe: it lives on the claims'
 * context. A batch is acknowledged when each of its events has been tried.
 */
final class Hints {

  private static final Comparator<Hint> URGENCY =
      Comparator.<Hint>comparingInt(hint -> hint.due.priority())
          .thenComparing(hint -> hint.due.due())
          .thenComparing(hint -> hint.due.run());

  private static final Comparator<Hint> AGE =
      Comparator.<Hint, Instant>comparing(hint -> hint.due.due())
          .thenComparing(hint -> hint.due.run());

  private final TreeSet<Hint> byUrgency = new TreeSet<>(URGENCY);
  private final TreeSet<Hint> byAge = new TreeSet<>(AGE);
  private final Set<UUID> known = new HashSet<>();
  private final Turns turns;

  Hints(Turns turns) {
    this.turns = turns;
  }

  int size() {
    return byAge.size();
  }

  boolean isEmpty() {
    return byAge.isEmpty();
  }

  void add(DueBatch batch) {
    Batch open = new Batch(batch, batch.due().size());
    for (JobDue due : batch.due()) {
      if (known.add(due.run())) {
        Hint hint = new Hint(due, open);
        byUrgency.add(hint);
        byAge.add(hint);
      } else {
        open.tried();
      }
    }
    if (batch.due().isEmpty()) {
      batch.acknowledge();
    }
  }

  /** When the first of them is due, UTC; {@link Instant#MAX} when there are none. */
  Instant earliest() {
    return byAge.isEmpty() ? Instant.MAX : byAge.first().due.due();
  }

  /**
   * How many are due and more urgent than a run of this priority and due instant, counted up to a
   * bound.
   */
  int before(int priority, Instant due, Instant now, int most) {
    int count = 0;
    for (Hint hint : byUrgency) {
      boolean isBefore =
          hint.due.priority() < priority
              || hint.due.priority() == priority && hint.due.due().isBefore(due);
      if (count >= most || !isBefore) {
        return count;
      }
      if (!hint.due.due().isAfter(now)) {
        count++;
      }
    }
    return count;
  }

  /**
   * The most urgent ones, and among each eight the one that has waited longest ({@link Turns});
   * give them back to {@link #tried} once the claim has answered.
   */
  List<Hint> take(int most) {
    List<Hint> taken = new ArrayList<>(Math.min(most, size()));
    while (taken.size() < most && !isEmpty()) {
      Hint hint = turns.next() ? byAge.first() : byUrgency.first();
      byUrgency.remove(hint);
      byAge.remove(hint);
      known.remove(hint.due.run());
      taken.add(hint);
    }
    return taken;
  }

  static void tried(List<Hint> hints) {
    hints.forEach(hint -> hint.batch.tried());
  }

  record Hint(JobDue due, Batch batch) {}

  static final class Batch {

    private final DueBatch batch;
    private int open;

    Batch(DueBatch batch, int open) {
      this.batch = batch;
      this.open = open;
    }

    void tried() {
      if (--open == 0) {
        batch.acknowledge();
      }
    }
  }
}
