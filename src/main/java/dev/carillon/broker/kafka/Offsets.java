package dev.carillon.broker.kafka;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * What was received and not acknowledged, and hence up to where each partition may be committed:
 * acknowledgements come in any order, a commit says that everything below it is done. Lives on the
 * consumer's thread, but for {@link Receipt#settle}.
 */
final class Offsets {

  private final Map<TopicPartition, Deque<Span>> open = new HashMap<>();
  private final Map<TopicPartition, OffsetAndMetadata> committable = new HashMap<>();
  private final Queue<Receipt> settled = new ConcurrentLinkedQueue<>();

  /** Offsets of one partition that were received together. */
  private static final class Span {

    private final long next;
    private boolean done;

    Span(long next) {
      this.next = next;
    }
  }

  /** Stands for some messages until all who have to do with them have settled. */
  final class Receipt {

    private final List<Span> spans;
    private final AtomicInteger parties;

    private Receipt(List<Span> spans, int parties) {
      this.spans = spans;
      this.parties = new AtomicInteger(parties);
    }

    /** One party is done; from any thread. Harmless when the partitions are another's by now. */
    void settle() {
      if (parties.decrementAndGet() == 0) {
        settled.add(this);
      }
    }
  }

  /**
   * @param next for each partition the offset after the last one received
   * @param parties how often {@link Receipt#settle} will be called
   */
  Receipt received(Map<TopicPartition, Long> next, int parties) {
    List<Span> spans = new ArrayList<>(next.size());
    next.forEach(
        (partition, offset) -> {
          Span span = new Span(offset);
          spans.add(span);
          open.computeIfAbsent(partition, p -> new ArrayDeque<>()).add(span);
        });
    return new Receipt(spans, parties);
  }

  /** What may be committed since the last time; taking it over is the caller's duty. */
  Map<TopicPartition, OffsetAndMetadata> take() {
    settle();
    Map<TopicPartition, OffsetAndMetadata> taken = new HashMap<>(committable);
    committable.clear();
    return taken;
  }

  /** The same, of some partitions, which are given up after. */
  Map<TopicPartition, OffsetAndMetadata> giveUp(Collection<TopicPartition> partitions) {
    settle();
    Map<TopicPartition, OffsetAndMetadata> taken = new HashMap<>();
    for (TopicPartition partition : partitions) {
      open.remove(partition);
      OffsetAndMetadata offset = committable.remove(partition);
      if (offset != null) {
        taken.put(partition, offset);
      }
    }
    return taken;
  }

  /** What could not be committed is tried again, unless there is something newer. */
  void giveBack(Map<TopicPartition, OffsetAndMetadata> failed) {
    failed.forEach(
        (partition, offset) -> {
          if (open.containsKey(partition)) {
            committable.putIfAbsent(partition, offset);
          }
        });
  }

  /** Whether anything is in hand, or waits to be committed. */
  boolean isQuiet() {
    return settled.isEmpty()
        && committable.isEmpty()
        && open.values().stream().allMatch(Deque::isEmpty);
  }

  private void settle() {
    boolean any = false;
    for (Receipt receipt = settled.poll(); receipt != null; receipt = settled.poll()) {
      receipt.spans.forEach(span -> span.done = true);
      any = true;
    }
    if (any) {
      open.forEach(this::advance);
    }
  }

  private void advance(TopicPartition partition, Deque<Span> spans) {
    Span last = null;
    while (!spans.isEmpty() && spans.peek().done) {
      last = spans.poll();
    }
    if (last != null) {
      committable.put(partition, new OffsetAndMetadata(last.next));
    }
  }
}
