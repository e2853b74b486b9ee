package dev.carillon.broker.kafka;

import dev.carillon.broker.CloudEvents;
import dev.carillon.broker.DeadLetters;
import dev.carillon.broker.EventMemory;
import dev.carillon.broker.EventMessage;
import dev.carillon.broker.RequestChannel;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.WakeupException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Reads the topics of all events at their end, in no group, on a thread of its own, and lets them
 * pass by a memory. All that readers ask is answered on that thread, between two polls, so that
 * nothing passes meanwhile.
 *
 * <p>An event that a reader saw last and that is not remembered here is looked for where its id
 * says that it should be: its first 48 bits are when it happened.
 */
final class EventTail {

  private static final Logger LOG = Logger.getLogger(EventTail.class);

  private static final Duration POLL = Duration.ofMillis(500);

  /** New topics are read from their beginning, so it may be a while until they are found. */
  private static final long BETWEEN_LISTINGS_NANOS = Duration.ofSeconds(2).toNanos();

  private static final Duration ANSWER = Duration.ofSeconds(5);

  /** An event is published after it happened, and clocks differ. */
  private static final long BEFORE_MILLIS = 5_000;

  /** More is not looked through for one reader. */
  private static final long MOST_LOOKED_THROUGH = 10L * EventMemory.REMEMBERED;

  /** How often the search for one reader may fail: others wait behind it. */
  private static final int MOST_TRIES = 2;

  private static final int MOST_JOINING = 1_000;
  private static final int MOST_FORGOTTEN = 1_000;
  private static final long FIRST_PAUSE_MILLIS = 200;
  private static final long LONGEST_PAUSE_MILLIS = 5_000;

  private final Clients clients;
  private final Connection connection;
  private final InstantSource clock;
  private final long staysNanos;
  private final Thread thread;
  private final CountDownLatch ending = new CountDownLatch(1);
  private final EventMemory memory = new EventMemory();
  private final Queue<Joining> joining = new ConcurrentLinkedQueue<>();

  /** Asked for and not found: the next to ask is told at once. */
  private final Set<String> forgotten =
      Collections.synchronizedSet(
          Collections.newSetFromMap(
              new LinkedHashMap<>() {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                  return size() > MOST_FORGOTTEN;
                }
              }));

  private volatile boolean ended;
  private volatile long watchedAt = System.nanoTime();
  private volatile @Nullable Consumer<byte[], byte[]> consumer;
  // From here on the thread's own.
  private final Map<TopicPartition, Long> next = new HashMap<>();
  private boolean positioned;
  private long listedAt;
  private long pause = FIRST_PAUSE_MILLIS;

  EventTail(Clients clients, Connection connection, InstantSource clock, Duration stays) {
    this.clients = clients;
    this.connection = connection;
    this.clock = clock;
    this.staysNanos = stays.toNanos();
    this.thread = new Thread(this::run, "carillon-kafka-feed");
    this.thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Somebody is about to join: false when it is too late for that. */
  synchronized boolean stay() {
    watchedAt = System.nanoTime();
    return !ended;
  }

  void join(
      String tenant, @Nullable UUID lastSeen, Flow.Subscriber<? super EventMessage> subscriber) {
    if (lastSeen != null
        && (memory.remembers(tenant, lastSeen) || forgotten.contains(tenant + lastSeen))) {
      memory.of(tenant, lastSeen).subscribe(subscriber);
    } else if (joining.size() >= MOST_JOINING) {
      refuse(subscriber, new IllegalStateException("too many wait for Kafka to watch its events"));
    } else {
      joining.add(new Joining(tenant, lastSeen, clock.millis(), subscriber));
      wake();
    }
  }

  void end() {
    ended = true;
    ending.countDown();
    wake();
  }

  void awaitEnd(Duration atMost) {
    try {
      thread.join(atMost.toMillis());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  // ── the thread
  // ───────────────────────────────────────────────────────────────────────────────────

  private void run() {
    while (!ended) {
      try {
        readUntilEnded();
      } catch (RetriableException failure) {
        // Kafka does not answer, most likely, and the connection is the one to say so.
        LOG.debugf(failure, "reading events failed; trying again in %d ms", pause);
        again();
      } catch (Throwable failure) {
        // An Error too: events would stop for all who watch, and nobody would say so.
        if (!ended) {
          LOG.warnf(
              "reading events for those who watch failed (%s); opening another consumer in %d ms",
              Connection.reason(failure), pause);
          LOG.debugf(failure, "reading events failed");
          again();
        }
      }
    }
  }

  private void again() {
    connection.doubt();
    rest(pause);
    pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
  }

  private void readUntilEnded() {
    KafkaConsumer<byte[], byte[]> opened = clients.consumer();
    consumer = opened;
    try {
      listedAt = System.nanoTime() - BETWEEN_LISTINGS_NANOS;
      while (!ended) {
        endUnlessWatched();
        findTopics(opened);
        letJoin(opened);
        pass(opened, poll(opened));
        pause = FIRST_PAUSE_MILLIS;
      }
    } finally {
      consumer = null;
      opened.close(CloseOptions.timeout(Duration.ofSeconds(1)));
    }
  }

  private synchronized void endUnlessWatched() {
    if (memory.isWatched() || !joining.isEmpty()) {
      watchedAt = System.nanoTime();
    } else if (System.nanoTime() - watchedAt > staysNanos) {
      ended = true;
    }
  }

  /** The first time: where the first reader came in. Later: where it was, new topics whole. */
  private void findTopics(KafkaConsumer<byte[], byte[]> consumer) {
    if (System.nanoTime() - listedAt < BETWEEN_LISTINGS_NANOS) {
      return;
    }
    Set<TopicPartition> all = new HashSet<>();
    Map<String, List<PartitionInfo>> topics = retrying(() -> consumer.listTopics(ANSWER));
    topics.forEach(
        (topic, partitions) -> {
          if (isOfEvents(topic)) {
            partitions.forEach(one -> all.add(new TopicPartition(topic, one.partition())));
          }
        });
    connection.seen();
    if (!all.equals(consumer.assignment())) {
      Set<TopicPartition> added = new HashSet<>(all);
      added.removeAll(next.keySet());
      Map<TopicPartition, Long> from =
          positioned
              ? retrying(() -> consumer.beginningOffsets(added, ANSWER))
              : offsetsAt(consumer, added, since());
      next.keySet().retainAll(all);
      next.putAll(from);
      consumer.assign(all);
      next.forEach(consumer::seek);
    }
    positioned = true;
    listedAt = System.nanoTime();
  }

  private long since() {
    return joining.stream().mapToLong(Joining::since).min().orElseGet(clock::millis);
  }

  private void letJoin(KafkaConsumer<byte[], byte[]> consumer) {
    for (Joining one = joining.peek(); one != null; one = joining.peek()) {
      if (one.grant()) {
        find(consumer, one);
        one.show(memory.of(one.tenant(), one.lastSeen()));
      }
      // Only now: had the search failed, it would be repeated with the next consumer.
      joining.remove();
    }
  }

  /** Sees to it that what it saw last is remembered here, or known to be forgotten. */
  private void find(KafkaConsumer<byte[], byte[]> consumer, Joining one) {
    UUID lastSeen = one.lastSeen();
    if (lastSeen == null
        || memory.remembers(one.tenant(), lastSeen)
        || forgotten.contains(one.tenant() + lastSeen)) {
      return;
    }
    if (one.tries() > MOST_TRIES || !lookBack(consumer, one.tenant(), lastSeen)) {
      forgotten.add(one.tenant() + lastSeen);
    }
  }

  private void pass(
      KafkaConsumer<byte[], byte[]> consumer, ConsumerRecords<byte[], byte[]> polled) {
    if (polled.isEmpty()) {
      return;
    }
    connection.seen();
    List<EventMessage> events = new ArrayList<>(polled.count());
    for (ConsumerRecord<byte[], byte[]> record : polled) {
      EventMessage event = read(record);
      if (event != null) {
        events.add(event);
      }
    }
    memory.pass(events);
    for (TopicPartition partition : polled.partitions()) {
      next.put(partition, consumer.position(partition));
    }
  }

  /**
   * Reads once more what lies between the event's own time and here. Found, it is remembered in
   * place of what was, with all that followed; false when it is not found, or not in time.
   */
  private boolean lookBack(KafkaConsumer<byte[], byte[]> consumer, String tenant, UUID lastSeen) {
    long happened = lastSeen.getMostSignificantBits() >>> 16;
    Map<TopicPartition, Long> from =
        offsetsAt(consumer, next.keySet(), Math.max(0, happened - BEFORE_MILLIS));
    long between =
        next.entrySet().stream().mapToLong(e -> e.getValue() - from.get(e.getKey())).sum();
    List<EventMessage> found =
        between > MOST_LOOKED_THROUGH ? List.of() : readBetween(consumer, from);
    if (found.stream().anyMatch(e -> e.id().equals(lastSeen) && e.tenant().equals(tenant))) {
      memory.recall(found);
      return true;
    }
    return false;
  }

  /**
   * The last of them, in the order of the messages' times; none when they cannot be read in time.
   * The consumer is where it was, after.
   */
  private List<EventMessage> readBetween(
      KafkaConsumer<byte[], byte[]> consumer, Map<TopicPartition, Long> from) {
    Set<TopicPartition> behind = new HashSet<>();
    Newest records = new Newest(EventMemory.REMEMBERED);
    try {
      for (TopicPartition partition : next.keySet()) {
        if (from.get(partition) < next.get(partition)) {
          behind.add(partition);
          consumer.seek(partition, from.get(partition));
        } else {
          consumer.pause(List.of(partition));
        }
      }
      long deadline = System.nanoTime() + ANSWER.toNanos();
      while (!behind.isEmpty()) {
        if (System.nanoTime() > deadline) {
          LOG.debugf("events that were published earlier cannot be read within %s", ANSWER);
          return List.of();
        }
        ConsumerRecords<byte[], byte[]> polled = poll(consumer);
        for (ConsumerRecord<byte[], byte[]> record : polled) {
          TopicPartition partition = new TopicPartition(record.topic(), record.partition());
          if (record.offset() < next.get(partition)) {
            records.add(record);
          }
        }
        behind.removeIf(partition -> consumer.position(partition) >= next.get(partition));
      }
    } finally {
      consumer.resume(consumer.paused());
      next.forEach(consumer::seek);
    }
    return records.inOrder().stream().map(EventTail::read).filter(event -> event != null).toList();
  }

  /** Where what was published from then on begins, or the end when nothing was. */
  private Map<TopicPartition, Long> offsetsAt(
      KafkaConsumer<byte[], byte[]> consumer, Collection<TopicPartition> partitions, long millis) {
    // The ends first: what is published between the two questions is then not skipped.
    Map<TopicPartition, Long> offsets =
        new HashMap<>(retrying(() -> consumer.endOffsets(partitions, ANSWER)));
    Map<TopicPartition, Long> times = new HashMap<>();
    partitions.forEach(partition -> times.put(partition, millis));
    Map<TopicPartition, OffsetAndTimestamp> at =
        retrying(() -> consumer.offsetsForTimes(times, ANSWER));
    at.forEach(
        (partition, offset) -> {
          if (offset != null) {
            offsets.merge(partition, offset.offset(), Math::min);
          }
        });
    return offsets;
  }

  private static @Nullable EventMessage read(ConsumerRecord<byte[], byte[]> record) {
    try {
      return record.value() == null ? null : CloudEvents.read(record.value());
    } catch (RuntimeException | StackOverflowError notOurs) {
      // Whatever is wrong with it: thrown on, it would be read again for ever.
      LOG.debugf("%s holds something else: %s", record.topic(), notOurs.getMessage());
      return null;
    }
  }

  private static boolean isOfEvents(String topic) {
    return topic.startsWith("scheduler.")
        && !topic.startsWith(Topics.DUE)
        && !topic.equals(RequestChannel.TOPIC)
        && !topic.equals(DeadLetters.TOPIC);
  }

  private ConsumerRecords<byte[], byte[]> poll(KafkaConsumer<byte[], byte[]> consumer) {
    if (consumer.assignment().isEmpty()) {
      rest(100);
      return ConsumerRecords.empty();
    }
    try {
      return consumer.poll(POLL);
    } catch (WakeupException somebodyJoins) {
      return ConsumerRecords.empty();
    }
  }

  /** Somebody who joins wakes whatever this thread waits for; only polls should end by that. */
  private <T> T retrying(java.util.function.Supplier<T> question) {
    while (true) {
      try {
        return question.get();
      } catch (WakeupException somebodyJoins) {
        if (ended) {
          throw somebodyJoins;
        }
      }
    }
  }

  private void wake() {
    Consumer<byte[], byte[]> open = consumer;
    if (open != null) {
      open.wakeup();
    }
  }

  private void rest(long millis) {
    try {
      ending.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException interrupted) {
      ended = true;
    }
  }

  private static void refuse(Flow.Subscriber<? super EventMessage> subscriber, Exception why) {
    io.smallrye.mutiny.Multi.createFrom().<EventMessage>failure(why).subscribe(subscriber);
  }
}
