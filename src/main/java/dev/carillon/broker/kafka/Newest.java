package dev.carillon.broker.kafka;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The newest of many messages, by their times, of whichever partition: they come partition by
 * partition, so which ones these are is known at the end only. Never holds more than twice as many.
 */
final class Newest {

  private static final Comparator<ConsumerRecord<byte[], byte[]>> BY_TIME =
      Comparator.comparingLong(ConsumerRecord::timestamp);

  private final int most;
  private final List<ConsumerRecord<byte[], byte[]>> held = new ArrayList<>();

  Newest(int most) {
    this.most = most;
  }

  void add(ConsumerRecord<byte[], byte[]> record) {
    if (held.size() == 2 * most) {
      leaveOutOld();
    }
    held.add(record);
  }

  int held() {
    return held.size();
  }

  /** The oldest of them first; of those with one time, the one that was added first. */
  List<ConsumerRecord<byte[], byte[]>> inOrder() {
    leaveOutOld();
    return List.copyOf(held);
  }

  private void leaveOutOld() {
    // Stable: messages of one partition keep their order.
    held.sort(BY_TIME);
    held.subList(0, Math.max(0, held.size() - most)).clear();
  }
}
