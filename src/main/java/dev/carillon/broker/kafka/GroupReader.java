package dev.carillon.broker.kafka;

import dev.carillon.broker.DeadLetters;
import dev.carillon.broker.Message;
import io.smallrye.mutiny.subscription.Cancellable;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One member of a consumer group and its thread: reads one poll ahead of what was requested, and
 * commits what was acknowledged.
 *
 * <pre>
 * making topics ──there──► reading ◄──all delivered── holding (everything paused, still polling)
 *      ▲                      │  └─more than requested──►──┘
 *      └─wait─── failed ◄─────┤
 *                             └──cancel──► committing ──► left
 * </pre>
 *
 * <p>It never stops polling: who does not poll for five minutes is put out of the group, and a
 * worker may be busy for longer. When partitions go to another, what is acknowledged of them is
 * committed first; the rest comes again there.
 */
final class GroupReader<T> implements Flow.Subscription {

  private static final Logger LOG = Logger.getLogger(GroupReader.class);

  /** While there is something in hand that may be acknowledged; and otherwise. */
  private static final Duration BUSY = Duration.ofMillis(100);

  private static final Duration QUIET = Duration.ofSeconds(1);
  private static final long BETWEEN_COMMITS_NANOS = Duration.ofMillis(100).toNanos();

  /** A topic that goes while it is read only looks empty. */
  private static final long BETWEEN_MAKINGS_NANOS = Topics.AGAIN.toNanos();

  private static final Duration LEAVING = Duration.ofSeconds(1);
  private static final long FIRST_PAUSE_MILLIS = 200;
  private static final long LONGEST_PAUSE_MILLIS = 5_000;

  /** Unreadable messages that wait for their place among the dead letters. */
  private static final int MOST_ASIDE = 1_000;

  /**
   * What is read, and as whom.
   *
   * @param topics that are read, and made when they are missing
   * @param all which topics are read beside, also those that appear later; null: none
   */
  record Source(String group, Set<String> topics, @Nullable Pattern all) {}

  /** Makes items of messages. */
  interface Reading<T> {
    List<T> read(ConsumerRecords<byte[], byte[]> polled, GroupReader<T> reader);
  }

  private final Source source;
  private final Clients clients;
  private final Topics topics;
  private final Connection connection;
  private final DeadLetters deadLetters;
  private final Reading<T> reading;
  private final Flow.Subscriber<? super T> subscriber;
  private final Thread thread;
  private final CountDownLatch ending = new CountDownLatch(1);

  private final Queue<T> ahead = new ConcurrentLinkedQueue<>();
  private final AtomicLong requested = new AtomicLong();
  private final AtomicInteger delivering = new AtomicInteger();
  private final Map<Object, Cancellable> aside = new ConcurrentHashMap<>();
  private final Rebalancing rebalancing = new Rebalancing();

  private volatile boolean ended;
  private volatile boolean holding;
  private volatile @Nullable Consumer<byte[], byte[]> consumer;
  // From here on the thread's own.
  private Offsets offsets = new Offsets();
  private boolean paused;
  private boolean committing;
  private long committedAt = System.nanoTime();
  private long madeAt = System.nanoTime();
  private long pause = FIRST_PAUSE_MILLIS;

  GroupReader(
      Source source,
      Clients clients,
      Topics topics,
      Connection connection,
      DeadLetters deadLetters,
      Reading<T> reading,
      Flow.Subscriber<? super T> subscriber) {
    this.source = source;
    this.clients = clients;
    this.topics = topics;
    this.connection = connection;
    this.deadLetters = deadLetters;
    this.reading = reading;
    this.subscriber = subscriber;
    this.thread = new Thread(this::run, "carillon-kafka-" + source.group());
    this.thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  @Override
  public void request(long n) {
    requested.accumulateAndGet(n, (old, more) -> old + more < 0 ? Long.MAX_VALUE : old + more);
    deliver();
    if (holding && ahead.isEmpty()) {
      wake();
    }
  }

  /** Commits what is acknowledged and leaves the group, soon, on the reader's own thread. */
  @Override
  public void cancel() {
    ended = true;
    ending.countDown();
    wake();
  }

  /** Waits until it has left. */
  void awaitEnd(Duration atMost) throws InterruptedException {
    thread.join(atMost.toMillis());
  }

  boolean isEnded() {
    return ended && !thread.isAlive();
  }

  // ── for those who make items of messages; on the reader's thread
  // ─────────────────────────────────

  /** For messages that are acknowledged together, in the order in which they were polled. */
  Offsets.Receipt received(List<ConsumerRecord<byte[], byte[]>> records, int parties) {
    Map<TopicPartition, Long> next = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : records) {
      next.put(new TopicPartition(record.topic(), record.partition()), record.offset() + 1);
    }
    return offsets.received(next, parties);
  }

  /** Settles once the message lies among the dead letters, however long that takes. */
  void setAside(Message message, String reason, Offsets.Receipt receipt) {
    LOG.warnf(
        "a message on %s at %s cannot be read (%s); it goes to %s",
        message.topic(), message.position(), reason, DeadLetters.TOPIC);
    Object key = new Object();
    aside.put(key, () -> {});
    Cancellable sending =
        deadLetters
            .setAside(message, reason, null)
            .onFailure(failure -> !ended)
            .retry()
            .withBackOff(Duration.ofMillis(100), Duration.ofSeconds(5))
            .indefinitely()
            .subscribe()
            .with(
                done -> {
                  aside.remove(key);
                  receipt.settle();
                },
                failure -> aside.remove(key));
    aside.computeIfPresent(key, (k, none) -> sending);
  }

  // ── the thread
  // ───────────────────────────────────────────────────────────────────────────────────

  private void run() {
    while (!ended) {
      try {
        topics.ensure(source.topics()).get(10, TimeUnit.SECONDS);
        madeAt = System.nanoTime();
        readUntilEnded();
      } catch (ExecutionException | TimeoutException notThere) {
        Throwable cause = notThere instanceof ExecutionException ? notThere.getCause() : notThere;
        connection.doubt();
        LOG.debugf("topics %s cannot be made yet: %s", source.topics(), cause.getMessage());
        rest();
      } catch (InterruptedException interrupted) {
        return;
      } catch (Throwable failure) {
        // An Error too: a group without this member would be missed by nobody.
        if (!ended) {
          LOG.warnf(
              "reading as %s failed (%s); opening another consumer in %d ms",
              source.group(), Connection.reason(failure), pause);
          LOG.debugf(failure, "reading as %s failed", source.group());
          rest();
        }
      }
    }
    aside.values().forEach(Cancellable::cancel);
  }

  private void readUntilEnded() {
    offsets = new Offsets();
    paused = false;
    committing = false;
    KafkaConsumer<byte[], byte[]> opened = clients.consumer(source.group());
    consumer = opened;
    try {
      if (source.all() == null) {
        opened.subscribe(source.topics(), rebalancing);
      } else {
        opened.subscribe(source.all(), rebalancing);
      }
      while (!ended) {
        round(opened);
      }
    } finally {
      consumer = null;
      leave(opened);
    }
  }

  private void round(KafkaConsumer<byte[], byte[]> consumer) {
    commit(consumer);
    boolean hold = !ahead.isEmpty() || aside.size() >= MOST_ASIDE;
    if (hold) {
      consumer.pause(consumer.assignment());
      paused = true;
    } else if (paused) {
      consumer.resume(consumer.paused());
      paused = false;
    }
    holding = hold;
    if (System.nanoTime() - madeAt > BETWEEN_MAKINGS_NANOS) {
      madeAt = System.nanoTime();
      topics.makeAgain(source.topics());
    }
    // Delivered meanwhile, by who did not see that we hold: look again.
    if (hold && ahead.isEmpty() && aside.size() < MOST_ASIDE) {
      return;
    }
    ConsumerRecords<byte[], byte[]> polled = poll(consumer);
    holding = false;
    if (!polled.isEmpty()) {
      connection.seen();
      ahead.addAll(reading.read(polled, this));
    }
    deliver();
    if (!polled.isEmpty()) {
      pause = FIRST_PAUSE_MILLIS;
    }
  }

  private ConsumerRecords<byte[], byte[]> poll(KafkaConsumer<byte[], byte[]> consumer) {
    try {
      return consumer.poll(offsets.isQuiet() ? QUIET : BUSY);
    } catch (WakeupException woken) {
      return ConsumerRecords.empty();
    }
  }

  private void commit(KafkaConsumer<byte[], byte[]> consumer) {
    if (committing || System.nanoTime() - committedAt < BETWEEN_COMMITS_NANOS) {
      return;
    }
    Map<TopicPartition, OffsetAndMetadata> acknowledged = offsets.take();
    if (acknowledged.isEmpty()) {
      return;
    }
    committing = true;
    committedAt = System.nanoTime();
    Offsets taken = offsets;
    consumer.commitAsync(
        acknowledged,
        (committed, failure) -> {
          committing = false;
          if (failure != null) {
            taken.giveBack(acknowledged);
          }
        });
  }

  private void leave(KafkaConsumer<byte[], byte[]> consumer) {
    commitNow(consumer, offsets.take());
    try {
      consumer.close(
          CloseOptions.timeout(LEAVING)
              .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
    } catch (RuntimeException away) {
      LOG.debugf("left %s without a word: %s", source.group(), away.getMessage());
    }
  }

  /** What cannot be committed now comes again, and the claim decides. */
  private void commitNow(
      Consumer<byte[], byte[]> consumer, Map<TopicPartition, OffsetAndMetadata> acknowledged) {
    for (int tries = 0; tries < 2 && !acknowledged.isEmpty(); tries++) {
      try {
        consumer.commitSync(acknowledged, LEAVING);
        return;
      } catch (WakeupException meantForAPoll) {
        // Once more: it is thrown once.
      } catch (RuntimeException failure) {
        LOG.debugf("not committed, so it comes again: %s", failure.getMessage());
        return;
      }
    }
  }

  /** One thread at a time delivers; another that comes meanwhile makes it look once more. */
  private void deliver() {
    if (delivering.getAndIncrement() != 0) {
      return;
    }
    int seen = 1;
    try {
      while (seen != 0) {
        deliverRequested();
        seen = delivering.addAndGet(-seen);
      }
    } finally {
      if (seen != 0) {
        // The subscriber threw: who comes next delivers what is left.
        delivering.set(0);
      }
    }
  }

  private void deliverRequested() {
    while (!ended && requested.get() > 0) {
      T next = ahead.poll();
      if (next == null) {
        return;
      }
      if (requested.get() != Long.MAX_VALUE) {
        requested.decrementAndGet();
      }
      subscriber.onNext(next);
    }
  }

  private void wake() {
    Consumer<byte[], byte[]> open = consumer;
    if (open != null) {
      open.wakeup();
    }
  }

  private void rest() {
    try {
      ending.await(pause, TimeUnit.MILLISECONDS);
    } catch (InterruptedException interrupted) {
      ended = true;
    }
    pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
  }

  private final class Rebalancing implements ConsumerRebalanceListener {

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      connection.seen();
      Consumer<byte[], byte[]> open = consumer;
      if (paused && open != null) {
        open.pause(partitions);
      }
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      Consumer<byte[], byte[]> open = consumer;
      Map<TopicPartition, OffsetAndMetadata> acknowledged = offsets.giveUp(partitions);
      if (open != null) {
        commitNow(open, acknowledged);
      }
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
      offsets.giveUp(partitions);
    }
  }
}
