package dev.carillon.broker.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class NewestTest {

  private final Newest newest = new Newest(10);

  @Test
  void keepsTheNewestOfAllPartitionsAndNeverHoldsMoreThanTwiceAsMany() {
    for (int partition = 0; partition < 3; partition++) {
      for (int offset = 0; offset < 100; offset++) {
        newest.add(record(partition, offset, 3L * offset + partition));
        assertThat(newest.held()).isLessThanOrEqualTo(20);
      }
    }

    assertThat(newest.inOrder().stream().map(ConsumerRecord::timestamp))
        .containsExactlyElementsOf(LongStream.range(290, 300).boxed().toList());
  }

  @Test
  void keepsTheOrderOfMessagesOfOneTime() {
    for (int offset = 0; offset < 45; offset++) {
      newest.add(record(0, offset, 7));
    }

    assertThat(newest.inOrder().stream().map(ConsumerRecord::offset))
        .containsExactlyElementsOf(LongStream.range(35, 45).boxed().toList());
  }

  @Test
  void keepsAllWhenTheyAreFew() {
    newest.add(record(0, 1, 2));
    newest.add(record(1, 1, 1));

    assertThat(newest.inOrder().stream().map(ConsumerRecord::partition)).containsExactly(1, 0);
  }

  private static ConsumerRecord<byte[], byte[]> record(int partition, long offset, long time) {
    return new ConsumerRecord<>(
        "topic",
        partition,
        offset,
        time,
        TimestampType.CREATE_TIME,
        0,
        0,
        new byte[0],
        new byte[0],
        new RecordHeaders(),
        Optional.empty());
  }
}
