package dev.carillon.broker.kafka;

import dev.carillon.broker.Message;
import dev.carillon.broker.RequestChannel;
import io.smallrye.mutiny.Multi;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;

/** Requests of other services: each acknowledged by itself. */
final class KafkaRequestChannel implements RequestChannel {

  private static final GroupReader.Source SOURCE =
      new GroupReader.Source("carillon-requests", Set.of(RequestChannel.TOPIC), null);

  private final Readers readers;

  KafkaRequestChannel(Readers readers) {
    this.readers = readers;
  }

  @Override
  public Multi<Incoming> consume() {
    return readers.read(SOURCE, KafkaRequestChannel::read);
  }

  private static List<Incoming> read(
      ConsumerRecords<byte[], byte[]> polled, GroupReader<Incoming> reader) {
    List<Incoming> incoming = new ArrayList<>(polled.count());
    for (ConsumerRecord<byte[], byte[]> record : polled) {
      incoming.add(
          new Received(Messages.message(record), reader.received(record), new AtomicBoolean()));
    }
    return incoming;
  }

  private record Received(Message message, Offsets.Receipt receipt, AtomicBoolean acknowledged)
      implements Incoming {

    @Override
    public void acknowledge() {
      if (!acknowledged.getAndSet(true)) {
        receipt.settle();
      }
    }
  }
}
