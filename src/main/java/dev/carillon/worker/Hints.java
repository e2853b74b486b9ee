package dev.carillon.worker;

import dev.carillon.broker.DueChannel.DueBatch;
import dev.carillon.broker.JobDue;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
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

  private final PriorityQueue<Hint> waiting = new PriorityQueue<>(URGENCY);
  private final Set<UUID> known = new HashSet<>();

  int size() {
    return waiting.size();
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  void add(DueBatch batch) {
    Batch open = new Batch(batch, batch.due().size());
    for (JobDue due : batch.due()) {
      if (known.add(due.run())) {
        waiting.add(new Hint(due, open));
      } else {
        open.tried();
      }
    }
    if (batch.due().isEmpty()) {
      batch.acknowledge();
    }
  }

  /** When the first of them is due, UTC, or at least one that is due by {@code now}. */
  Instant earliest(Instant now) {
    Hint urgent = waiting.peek();
    if (urgent == null) {
      return Instant.MAX;
    }
    Instant earliest = urgent.due.due();
    // In a backlog the first look answers.
    for (Iterator<Hint> rest = waiting.iterator(); earliest.isAfter(now) && rest.hasNext(); ) {
      Instant due = rest.next().due.due();
      earliest = due.isBefore(earliest) ? due : earliest;
    }
    return earliest;
  }

  /** The most urgent ones; give them back to {@link #tried} once the claim has answered. */
  List<Hint> take(int most) {
    List<Hint> taken = new ArrayList<>(Math.min(most, waiting.size()));
    while (taken.size() < most && !waiting.isEmpty()) {
      Hint hint = waiting.poll();
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
