package dev.carillon.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.broker.Reader.DueReader;
import dev.carillon.broker.Reader.FeedReader;
import io.smallrye.mutiny.Multi;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What every broker does, whichever it is, also one that nobody but its own process can reach.
 * Cases keep out of each other's way by queues, runs and tenants of their own.
 */
public abstract class BrokerContract {

  protected static final Duration SOON = Duration.ofSeconds(20);

  private final List<AutoCloseable> opened = new ArrayList<>();
  private final String queue = "q" + UUID.randomUUID().toString().substring(0, 8);
  private int queues;

  // ── what a subclass brings
  // ───────────────────────────────────────────────────────────────────────

  /** A broker of a new process, where there can be more than one. The contract closes it. */
  protected abstract Broker open();

  /**
   * Returns when the consumers of this process get their share of what is published from now on.
   */
  protected abstract void awaitReading(Broker broker);

  // ── due events
  // ───────────────────────────────────────────────────────────────────────────────────────────

  @Test
  void eachDueEventReachesOneConsumerOfItsQueue() {
    String mail = newQueue();
    String other = newQueue();
    DueReader first = read(openNew(), mail).acknowledging();
    DueReader second = read(openNew(), mail).acknowledging();
    DueReader apart = read(openNew(), other).acknowledging();
    Broker ticker = openTicker(first, second, apart);

    List<JobDue> ofMail = due(200, mail);
    List<JobDue> ofOther = due(100, other);
    publish(ticker, ofMail);
    publish(ticker, ofOther);

    awaitRuns(ofMail, first, second);
    awaitRuns(ofOther, apart);
    // How they share is the broker's matter; that they do not both have one is ours.
    assertThat(Collections.disjoint(first.runs(), second.runs())).isTrue();
    assertThat(Stream.of(first, second).flatMap(reader -> reader.due.stream()))
        .allMatch(one -> one.queue().equals(mail));
    assertThat(apart.due).containsExactlyInAnyOrderElementsOf(ofOther);
  }

  @Test
  void aConsumerOfAllQueuesFindsThoseThatAppearLater() {
    Broker broker = openNew();
    DueReader all = read(broker).acknowledging();
    String later = newQueue();

    List<JobDue> due = due(20, later);
    publish(openTicker(all), due);

    awaitRuns(due, all);
  }

  @Test
  void deliversNoFasterThanRequested() {
    String queue = newQueue();
    DueReader slow = read(0, openNew(), queue);
    Broker ticker = openTicker(slow);
    List<JobDue> due = due(1_200, queue);
    publish(ticker, due);
    DueReader witness = witness(ticker);

    slow.request(1);
    await().atMost(SOON).until(() -> slow.received.size() == 1);
    // Something else arrives meanwhile: the channel lives, and still gives no more than was asked.
    assertThat(witness.runs()).isNotEmpty();
    assertThat(slow.received).hasSize(1);
    assertThat(slow.due.size()).isBetween(1, 500);

    slow.acknowledging().request(Long.MAX_VALUE);
    awaitRuns(due, slow);
  }

  // ── events
  // ───────────────────────────────────────────────────────────────────────────────────────────

  @Test
  void answersOnTheContextThatAsked() throws Exception {
    Broker broker = openNew();
    Vertx vertx = Vertx.vertx();
    try {
      CompletableFuture<Boolean> same = new CompletableFuture<>();
      io.vertx.core.Context context = vertx.getOrCreateContext();
      context.runOnContext(
          ignored ->
              broker
                  .events()
                  .publish(List.of(ToldEvent.of("acme", UUID.randomUUID(), 1)))
                  .subscribe()
                  .with(
                      done -> same.complete(Vertx.currentContext() == context),
                      same::completeExceptionally));

      assertThat(same.get(20, TimeUnit.SECONDS)).isTrue();
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
  }

  // ── the feed
  // ───────────────────────────────────────────────────────────────────────────────────────────

  @Test
  void theFeedShowsATenantItsOwnEventsFromNowOn() {
    String tenant = newQueue();
    Broker broker = openNew();
    ToldEvent before = ToldEvent.of(tenant, UUID.randomUUID(), 1);
    publishEvents(broker, before);

    FeedReader reader = watch(broker, tenant, null);
    List<ToldEvent> own = events(tenant, 5);
    publishEvents(broker, own.get(0), ToldEvent.of("another", UUID.randomUUID(), 1));
    publishEvents(broker, own.subList(1, 5).toArray(EventMessage[]::new));

    reader.awaitIds(ids(own));
    assertThat(reader.received).allMatch(event -> event.tenant().equals(tenant));
    assertThat(reader.ids()).doesNotContain(before.id());
    EventMessage shown = reader.received.get(0);
    ToldEvent told = own.get(own.stream().map(ToldEvent::id).toList().indexOf(shown.id()));
    assertThat(shown.type()).isEqualTo(told.type());
    assertThat(shown.subject()).isEqualTo(told.subject());
    assertThat(shown.sequence()).isEqualTo(told.sequence());
    assertThat(shown.time()).isEqualTo(told.time());
    assertThat(shown.traceparent()).isEqualTo(told.traceparent());
    assertThat(shown.data()).isEqualTo(told.data());
  }

  @Test
  void theFeedGoesOnAfterTheEventThatWasSeenLast() {
    String tenant = newQueue();
    Broker broker = openNew();
    FeedReader first = watch(broker, tenant, null);
    UUID run = UUID.randomUUID();
    List<ToldEvent> events =
        IntStream.range(0, 10).mapToObj(i -> ToldEvent.of(tenant, run, i)).toList();
    publishEvents(broker, events.toArray(EventMessage[]::new));
    first.awaitIds(ids(events));
    first.cancel();

    FeedReader second = watch(broker, tenant, events.get(3).id());
    ToldEvent later = ToldEvent.of(tenant, run, 10);
    publishEvents(broker, later);

    second.awaitIds(Set.of(later.id()));
    assertThat(second.ids())
        .containsExactlyElementsOf(
            Stream.concat(events.subList(4, 10).stream(), Stream.of(later))
                .map(ToldEvent::id)
                .toList());
  }

  @Test
  void theFeedSaysSoWhenTheEventThatWasSeenLastIsNotThereOrAnothers() {
    String tenant = newQueue();
    Broker broker = openNew();
    ToldEvent anothers = ToldEvent.of("another", UUID.randomUUID(), 1);
    publishEvents(broker, anothers, ToldEvent.of(tenant, UUID.randomUUID(), 1));

    ToldEvent never = ToldEvent.of(tenant, UUID.randomUUID(), 1);
    UUID ancient =
        new UUID(Instant.parse("2020-01-01T00:00:00Z").toEpochMilli() << 16 | 0x7000, 1L << 63);
    for (UUID unknown : List.of(anothers.id(), never.id(), ancient)) {
      FeedReader reader = watch(broker, tenant, unknown);

      await().atMost(SOON).until(() -> reader.failure != null);
      assertThat(reader.failure).isInstanceOf(EventsForgottenException.class);
    }
  }

  // ── how
  // ───────────────────────────────────────────────────────────────────────────────────────────

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable one : opened) {
      one.close();
    }
    opened.clear();
  }

  /** Another process, where there can be another. */
  Broker openNew() {
    Broker broker = open();
    opened.add(0, broker);
    return broker;
  }

  /** The process that publishes, once those that consume take part. */
  Broker openTicker(DueReader... consumers) {
    for (DueReader consumer : consumers) {
      awaitReading(consumer.broker);
    }
    return openNew();
  }

  /** A queue and a consumer of its own, which shows that the broker is alive. */
  private DueReader witness(Broker ticker) {
    String queue = newQueue();
    DueReader witness = read(openNew(), queue).acknowledging();
    List<JobDue> due = due(1, queue);
    publish(ticker, due);
    awaitRuns(due, witness);
    return witness;
  }

  String newQueue() {
    return queue + "-" + queues++;
  }

  DueReader read(Broker broker, String... queues) {
    return read(Long.MAX_VALUE, broker, queues);
  }

  private DueReader read(long requests, Broker broker, String... queues) {
    return reading(broker.due().consume(Set.of(queues)), new DueReader(broker, requests));
  }

  FeedReader watch(Broker broker, String tenant, @Nullable UUID lastSeen) {
    FeedReader reader = reading(broker.feed().of(tenant, lastSeen), new FeedReader());
    reader.awaitSubscription();
    return reader;
  }

  /** Reads until the case ends. */
  <T, R extends Reader<T>> R reading(Multi<T> channel, R reader) {
    channel.subscribe().withSubscriber(reader);
    opened.add(0, reader::cancel);
    return reader;
  }

  static void publish(Broker broker, List<JobDue> due) {
    broker.due().publish(due).await().atMost(SOON);
  }

  static void publishEvents(Broker broker, EventMessage... events) {
    broker.events().publish(List.of(events)).await().atMost(SOON);
  }

  List<JobDue> due(int count, String queue) {
    Instant now = Instant.now();
    return IntStream.range(0, count)
        .mapToObj(i -> new JobDue(UUID.randomUUID(), now, i % 5, "default", queue))
        .toList();
  }

  static List<ToldEvent> events(String tenant, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> ToldEvent.of(tenant, UUID.randomUUID(), i))
        .toList();
  }

  static Set<UUID> ids(Collection<ToldEvent> events) {
    return events.stream().map(ToldEvent::id).collect(Collectors.toSet());
  }

  static Set<UUID> runs(Collection<JobDue> due) {
    return due.stream().map(JobDue::run).collect(Collectors.toSet());
  }

  static void awaitRuns(Collection<JobDue> due, DueReader... readers) {
    Set<UUID> expected = runs(due);
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> {
              Set<UUID> missing = new HashSet<>(expected);
              for (DueReader reader : readers) {
                missing.removeAll(reader.runs());
              }
              assertThat(missing).isEmpty();
            });
  }
}
