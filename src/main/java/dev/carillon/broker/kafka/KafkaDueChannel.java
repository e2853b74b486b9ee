package dev.carillon.broker.kafka;

import dev.carillon.broker.DueChannel;
import dev.carillon.broker.JobDue;
import dev.carillon.broker.JobDueCodec;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Due events on a topic for each queue; its partitions are shared out among the workers. */
final class KafkaDueChannel implements DueChannel {

  private static final String GROUP = "carillon-workers";
  private static final Pattern ALL = Pattern.compile(Pattern.quote(Topics.DUE) + ".+");

  /** The queue of jobs that name none: made early, or its first hints would wait to be found. */
  private static final String DEFAULT_QUEUE = "default";

  /** As many as a worker may claim at once. */
  private static final int BATCH = 500;

  private final Sender sender;
  private final Readers readers;

  KafkaDueChannel(Sender sender, Readers readers) {
    this.sender = sender;
    this.readers = readers;
  }

  @Override
  public Uni<Void> publish(List<JobDue> due) {
    return sender.send(due, one -> Topics.DUE + one.queue(), KafkaDueChannel::encode);
  }

  @Override
  public Multi<DueBatch> consume(Set<String> queues) {
    Set<String> topics =
        (queues.isEmpty() ? Set.of(DEFAULT_QUEUE) : queues)
            .stream().map(queue -> Topics.DUE + queue).collect(Collectors.toUnmodifiableSet());
    GroupReader.Source source =
        new GroupReader.Source(GROUP, topics, queues.isEmpty() ? ALL : null);
    return readers.read(source, KafkaDueChannel::read);
  }

  private static ProducerRecord<byte[], byte[]> encode(JobDue due) {
    ProducerRecord<byte[], byte[]> message =
        new ProducerRecord<>(
            Topics.DUE + due.queue(),
            due.run().toString().getBytes(StandardCharsets.ISO_8859_1),
            JobDueCodec.write(due));
    Messages.addTraceparent(message, due.traceparent());
    return message;
  }

  private static JobDue decode(ConsumerRecord<byte[], byte[]> message) {
    byte[] body = message.value();
    return JobDueCodec.read(
        body == null ? new byte[0] : body,
        message.topic().substring(Topics.DUE.length()),
        Messages.traceparent(message));
  }

  private static List<DueBatch> read(
      ConsumerRecords<byte[], byte[]> polled, GroupReader<DueBatch> reader) {
    List<DueBatch> batches = new ArrayList<>();
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>(polled.count());
    polled.forEach(records::add);
    for (int from = 0; from < records.size(); from += BATCH) {
      batches.addAll(batch(records.subList(from, Math.min(records.size(), from + BATCH)), reader));
    }
    return batches;
  }

  /**
   * What can be read, unless that is nothing; the rest is set aside, and counts for the same
   * receipt.
   */
  private static List<DueBatch> batch(
      List<ConsumerRecord<byte[], byte[]>> records, GroupReader<DueBatch> reader) {
    List<JobDue> due = new ArrayList<>(records.size());
    Map<ConsumerRecord<byte[], byte[]>, String> unreadable = new LinkedHashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : records) {
      try {
        due.add(decode(record));
      } catch (IllegalArgumentException wrong) {
        unreadable.put(record, "a due event that cannot be read: " + wrong.getMessage());
      }
    }
    int parties = unreadable.size() + (due.isEmpty() ? 0 : 1);
    Offsets.Receipt receipt = reader.received(records, parties);
    unreadable.forEach(
        (record, reason) -> reader.setAside(Messages.message(record), reason, receipt));
    return due.isEmpty() ? List.of() : List.of(new Batch(due, receipt, new AtomicBoolean()));
  }

  private record Batch(List<JobDue> due, Offsets.Receipt receipt, AtomicBoolean acknowledged)
      implements DueBatch {

    @Override
    public void acknowledge() {
      if (!acknowledged.getAndSet(true)) {
        receipt.settle();
      }
    }
  }
}
