package dev.carillon.broker.kafka;

import dev.carillon.broker.DueChannel;
import dev.carillon.broker.JobDue;
import dev.carillon.broker.kafka.JobDueCodec.UnreadableException;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
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

/** Due events on a topic for each queue; its partitions are shared out among the workers. */
final class KafkaDueChannel implements DueChannel {

  private static final String GROUP = "carillon-workers";
  private static final Pattern ALL = Pattern.compile(Pattern.quote(Topics.DUE) + ".+");

  /** The queue of jobs that name none: made early, or its first hints would wait to be found. */
  private static final String DEFAULT_QUEUE = "default";

  private final Sender sender;
  private final Readers readers;

  KafkaDueChannel(Sender sender, Readers readers) {
    this.sender = sender;
    this.readers = readers;
  }

  @Override
  public Uni<Void> publish(List<JobDue> due) {
    return sender.send(due, one -> Topics.DUE + one.queue(), JobDueCodec::encode);
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

  /** One batch of what can be read; the rest is set aside, and counts for the same receipt. */
  private static List<DueBatch> read(
      ConsumerRecords<byte[], byte[]> polled, GroupReader<DueBatch> reader) {
    List<JobDue> due = new ArrayList<>(polled.count());
    Map<ConsumerRecord<byte[], byte[]>, String> unreadable = new LinkedHashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : polled) {
      try {
        due.add(JobDueCodec.decode(record));
      } catch (UnreadableException wrong) {
        unreadable.put(record, wrong.getMessage());
      }
    }
    int parties = unreadable.size() + (due.isEmpty() ? 0 : 1);
    Offsets.Receipt receipt = reader.received(polled, parties);
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
