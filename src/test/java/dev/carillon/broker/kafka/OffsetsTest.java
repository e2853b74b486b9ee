package dev.carillon.broker.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class OffsetsTest {

  private static final TopicPartition A = new TopicPartition("t", 0);
  private static final TopicPartition B = new TopicPartition("t", 1);

  private final Offsets offsets = new Offsets();

  @Test
  void commitsNothingAboveWhatIsNotAcknowledged() {
    Offsets.Receipt first = offsets.received(Map.of(A, 10L, B, 5L), 1);
    Offsets.Receipt second = offsets.received(Map.of(A, 20L), 1);
    Offsets.Receipt third = offsets.received(Map.of(A, 30L, B, 9L), 1);

    third.settle();
    assertEquals(Map.of(), offsets.take());
    first.settle();
    assertEquals(commit(A, 10, B, 9), offsets.take());
    second.settle();
    assertEquals(Map.of(A, new OffsetAndMetadata(30)), offsets.take());
    assertTrue(offsets.isQuiet());
  }

  @Test
  void waitsForAllWhoHaveToDoWithAMessage() {
    Offsets.Receipt receipt = offsets.received(Map.of(A, 10L), 2);

    receipt.settle();
    assertEquals(Map.of(), offsets.take());
    assertFalse(offsets.isQuiet());
    receipt.settle();
    assertEquals(Map.of(A, new OffsetAndMetadata(10)), offsets.take());
  }

  @Test
  void forgetsWhatWentToAnother() {
    Offsets.Receipt done = offsets.received(Map.of(A, 10L, B, 5L), 1);
    Offsets.Receipt inHand = offsets.received(Map.of(A, 20L, B, 9L), 1);
    done.settle();

    assertEquals(Map.of(A, new OffsetAndMetadata(10)), offsets.giveUp(List.of(A)));
    inHand.settle();

    assertEquals(Map.of(B, new OffsetAndMetadata(9)), offsets.take());
  }

  @Test
  void anOldReceiptSaysNothingAboutAPartitionThatCameBack() {
    Offsets.Receipt before = offsets.received(Map.of(A, 20L), 1);
    offsets.giveUp(List.of(A));
    offsets.received(Map.of(A, 10L), 1);

    before.settle();

    assertEquals(Map.of(), offsets.take());
  }

  @Test
  void triesAgainWhatCouldNotBeCommittedUnlessThereIsNewer() {
    Offsets.Receipt first = offsets.received(Map.of(A, 10L, B, 5L), 1);
    Offsets.Receipt second = offsets.received(Map.of(A, 20L), 1);
    first.settle();
    Map<TopicPartition, OffsetAndMetadata> failed = offsets.take();
    second.settle();
    assertFalse(offsets.isQuiet());
    Map<TopicPartition, OffsetAndMetadata> newer = offsets.take();
    offsets.giveBack(newer);

    offsets.giveBack(failed);

    assertEquals(commit(A, 20, B, 5), offsets.take());
  }

  private static Map<TopicPartition, OffsetAndMetadata> commit(
      TopicPartition one, long offset, TopicPartition other, long otherOffset) {
    return Map.of(one, new OffsetAndMetadata(offset), other, new OffsetAndMetadata(otherOffset));
  }
}
