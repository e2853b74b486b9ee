package dev.carillon.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.carillon.broker.Reader.DueReader;
import dev.carillon.broker.Reader.FeedReader;
import dev.carillon.broker.Reader.RequestReader;
import dev.carillon.broker.RequestChannel.Incoming;
import io.smallrye.mutiny.Multi;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * What every broker does, whichever it is. A subclass brings the broker and a plain client of it;
 * cases share one server and keep out of each other's way by queues, runs and tenants of their own.
 *
 * <p>The in-process broker has no server: it cannot be away, nobody else can look at it or send to
 * it, and a hint that was not acknowledged does not come again, since its run is found in the
 * table. Cases that need one of these begin with {@link #needsAServer}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class BrokerContract {

  static final Duration SOON = Duration.ofSeconds(20);

  /** How long the server is away; the full form takes a minute. */
  private static final Duration AWAY =
      Duration.ofSeconds(Integer.getInteger("dev.carillon.broker-away-seconds", 8));

  private final List<AutoCloseable> opened = new ArrayList<>();
  private final String queue = "q" + UUID.randomUUID().toString().substring(0, 8);
  private int queues;
  private @Nullable Broker only;

  /**
   * What a client that is not ours finds: a message as it lies there.
   *
   * @param key Kafka's key; null where the broker has none
   */
  public record Found(@Nullable String key, Map<String, String> headers, byte[] body) {

    public JsonObject json() {
      return new JsonObject(new String(body, StandardCharsets.UTF_8));
    }
  }

  // ── what a subclass brings
  // ───────────────────────────────────────────────────────────────────────

  /** A broker of a new process, on the server if there is one. The contract closes it. */
  protected abstract Broker open();

  /** Whether there is a server that others can reach and that can be away. */
  protected boolean hasServer() {
    return true;
  }

  /** Returns when the server is gone. */
  protected void stopServer() {
    throw new UnsupportedOperationException();
  }

  /** On the same address with the same data; returns when it serves. */
  protected void startServer() {
    throw new UnsupportedOperationException();
  }

  /** Sends something to where the due events of a queue go, as a stranger would. */
  protected void sendDue(String queue, byte[] body) {
    throw new UnsupportedOperationException();
  }

  /** Sends a request as another service would. */
  protected void sendRequest(Map<String, String> headers, byte[] body) {
    throw new UnsupportedOperationException();
  }

  /** All that a plain client finds there now, from the beginning; empty when there is nothing. */
  protected List<Found> find(String address) {
    throw new UnsupportedOperationException();
  }

  /** The topic or subject that an event is on. */
  protected String addressOf(EventMessage event) {
    throw new UnsupportedOperationException();
  }

  /** Whether the broker keeps a key beside the message. */
  protected boolean hasKeys() {
    return true;
  }

  // ── due events
  // ───────────────────────────────────────────────────────────────────────────────────

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
  void othersSeeDueEventsByQueueAndRun() {
    needsAServer();
    String queue = newQueue();
    JobDue named =
        new JobDue(
            UUID.randomUUID(),
            Instant.parse("2026-03-29T01:00:00.123Z"),
            3,
            "acme",
            queue,
            "nightly \"report\"",
            ToldEvent.TRACEPARENT);
    JobDue bare =
        new JobDue(UUID.randomUUID(), Instant.parse("2026-03-29T01:00:00Z"), 0, "b", queue);

    publish(openNew(), List.of(named, bare));

    List<Found> found = awaitFound("scheduler.job.due." + queue, 2);
    Found first =
        one(found, message -> message.json().getString("run").equals(named.run().toString()));
    assertThat(first.json().getMap())
        .isEqualTo(
            Map.of(
                "run", named.run().toString(),
                "due", "2026-03-29T01:00:00.123Z",
                "priority", 3,
                "tenant", "acme",
                "job", "nightly \"report\""));
    assertThat(first.headers()).containsEntry("traceparent", ToldEvent.TRACEPARENT);
    Found second =
        one(found, message -> message.json().getString("run").equals(bare.run().toString()));
    assertThat(second.json().fieldNames()).doesNotContain("job");
    assertThat(second.headers()).doesNotContainKey("traceparent");
    if (hasKeys()) {
      assertThat(first.key()).isEqualTo(named.run().toString());
    }
    DueReader reader = read(openNew(), queue);
    awaitRuns(List.of(named, bare), reader);
    assertThat(reader.due).containsExactlyInAnyOrder(named, bare);
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

  @Test
  void whatALeavingConsumerDidNotAcknowledgeGoesToAnother() {
    needsAServer();
    String queue = newQueue();
    DueReader leaving = read(openNew(), queue);
    Broker ticker = openTicker(leaving);
    List<JobDue> acknowledged = due(50, queue);
    publish(ticker, acknowledged);
    awaitRuns(acknowledged, leaving);
    leaving.acknowledgeAll();
    List<JobDue> inHand = due(50, queue);
    publish(ticker, inHand);
    awaitRuns(inHand, leaving);

    leaving.cancel();
    DueReader heir = read(openNew(), queue).acknowledging();

    awaitRuns(inHand, heir);
    assertThat(heir.runs()).doesNotContainAnyElementsOf(runs(acknowledged));
  }

  @Test
  void whatAClosedProcessDidNotAcknowledgeGoesToAnother() throws Exception {
    needsAServer();
    String queue = newQueue();
    Broker closing = openNew();
    DueReader leaving = read(closing, queue);
    List<JobDue> inHand = due(50, queue);
    publish(openTicker(leaving), inHand);
    awaitRuns(inHand, leaving);

    closing.close();
    DueReader heir = read(openNew(), queue).acknowledging();

    awaitRuns(inHand, heir);
  }

  @Test
  void nothingIsLostWhenAConsumerJoinsWhileAnotherHasRunsInHand() {
    needsAServer();
    String queue = newQueue();
    DueReader first = read(openNew(), queue);
    Broker ticker = openTicker(first);
    List<JobDue> before = due(300, queue);
    publish(ticker, before);
    awaitRuns(before, first);

    DueReader second = read(openNew(), queue).acknowledging();
    List<JobDue> during = due(300, queue);
    publish(ticker, during);
    first.acknowledgeAll();
    first.acknowledging();
    // The share of the second is its own only once both take part.
    await()
        .atMost(SOON)
        .until(
            () -> {
              List<JobDue> more = due(20, queue);
              publish(ticker, more);
              awaitRuns(more, first, second);
              return !second.due.isEmpty();
            });

    awaitRuns(before, first, second);
    awaitRuns(during, first, second);
    assertThat(first.failure).isNull();
    assertThat(second.failure).isNull();
  }

  @Test
  void aDueEventThatCannotBeReadIsSetAsideAndTheOthersGoOn() {
    needsAServer();
    String queue = newQueue();
    DueReader reader = read(openNew(), queue).acknowledging();
    Broker ticker = openTicker(reader);
    publish(ticker, due(10, queue));

    String mark = UUID.randomUUID().toString();
    sendDue(queue, bytes("no JSON " + mark));
    sendDue(queue, bytes("{\"run\":\"" + mark + "!\",\"due\":\"2026-01-01T00:00:00Z\"}"));
    sendDue(queue, bytes("{\"mark\":\"" + mark + "\"}"));
    sendDue(queue, new byte[0]);
    List<JobDue> after = due(10, queue);
    publish(ticker, after);

    awaitRuns(after, reader);
    List<Found> aside = awaitSetAside(mark, 3);
    assertThat(aside)
        .allSatisfy(
            one -> {
              assertThat(one.headers().get(DeadLetters.REASON)).isNotBlank();
              assertThat(one.headers())
                  .containsEntry(DeadLetters.ORIGINAL_TOPIC, "scheduler.job.due." + queue)
                  .containsKey(DeadLetters.ORIGINAL_OFFSET);
            });
  }

  @Test
  void whatIsTooLongToBeSetAsideWholeIsSetAsideInPart() {
    needsAServer();
    String queue = newQueue();
    DueReader reader = read(openNew(), queue).acknowledging();
    Broker ticker = openTicker(reader);
    publish(ticker, due(10, queue));
    String mark = UUID.randomUUID().toString();
    byte[] longest = longest(mark);

    sendDue(queue, longest);
    List<JobDue> after = due(10, queue);
    publish(ticker, after);

    awaitRuns(after, reader);
    Found aside = awaitSetAside(mark, 1).get(0);
    assertThat(aside.headers())
        .containsEntry(DeadLetters.TRUNCATED, Integer.toString(longest.length))
        .containsEntry(DeadLetters.ORIGINAL_TOPIC, "scheduler.job.due." + queue)
        .containsKeys(DeadLetters.REASON, DeadLetters.ORIGINAL_OFFSET);
    assertThat(aside.body()).isEqualTo(Arrays.copyOf(longest, DeadLetters.KEPT));
  }

  @Test
  void aRequestThatIsTooLongToBeSetAsideWholeKeepsItsHeaders() {
    needsAServer();
    String mark = UUID.randomUUID().toString();
    byte[] longest = longest(mark);
    Message message = new Message(RequestChannel.TOPIC, "3/43", Map.of("x-mark", mark), longest);

    openNew().deadLetters().setAside(message, "r".repeat(500), null).await().atMost(SOON);

    Found aside = awaitSetAside(mark, 1).get(0);
    assertThat(aside.headers())
        .containsEntry("x-mark", mark)
        .containsEntry(DeadLetters.REASON, "r".repeat(500))
        .containsEntry(DeadLetters.TRUNCATED, Integer.toString(longest.length));
    assertThat(aside.body()).isEqualTo(Arrays.copyOf(longest, DeadLetters.KEPT));
  }

  // ── events
  // ───────────────────────────────────────────────────────────────────────────────────────

  @Test
  void othersSeeEventsAsCloudEvents() {
    needsAServer();
    ToldEvent event = ToldEvent.of("acme", UUID.randomUUID(), 16);

    publishEvents(openNew(), event);

    Found found = awaitEvents(event.run(), addressOf(event), 1).get(0);
    JsonObject body = found.json();
    assertThat(body.getString("specversion")).isEqualTo("1.0");
    assertThat(body.getString("id")).isEqualTo(event.id().toString());
    assertThat(body.getString("source")).isEqualTo("/carillon/test");
    assertThat(body.getString("type")).isEqualTo(event.type());
    assertThat(body.getString("subject")).isEqualTo(event.subject());
    assertThat(body.getString("time")).isEqualTo(event.time().toString());
    assertThat(body.getString("tenant")).isEqualTo("acme");
    assertThat(body.getString("sequence")).isEqualTo("0000000016");
    assertThat(body.getString("partitionkey")).isEqualTo(event.run().toString());
    assertThat(body.getString("traceparent")).isEqualTo(ToldEvent.TRACEPARENT);
    assertThat(body.getJsonObject("data")).isEqualTo(event.data());
    assertThat(found.headers())
        .containsEntry("content-type", "application/cloudevents+json; charset=UTF-8")
        .containsEntry("traceparent", ToldEvent.TRACEPARENT);
    if (hasKeys()) {
      assertThat(found.key()).isEqualTo(event.run().toString());
    }
  }

  @Test
  void eventsOfOneSubjectKeepTheirOrder() {
    needsAServer();
    Broker broker = openNew();
    UUID run = UUID.randomUUID();
    UUID other = UUID.randomUUID();

    for (int batch = 0; batch < 10; batch++) {
      int from = batch * 20;
      publishEvents(
          broker,
          IntStream.range(from, from + 20)
              .boxed()
              .flatMap(i -> Stream.of(ToldEvent.of("acme", run, i), ToldEvent.of("acme", other, i)))
              .toArray(EventMessage[]::new));
    }

    List<Found> found = awaitEvents(run, addressOf(ToldEvent.of("acme", run, 0)), 200);
    assertThat(found.stream().map(one -> Integer.parseInt(one.json().getString("sequence"))))
        .containsExactlyElementsOf(IntStream.range(0, 200).boxed().toList());
  }

  @Test
  void anEventThatIsPublishedAgainHasTheSameId() {
    needsAServer();
    ToldEvent event = ToldEvent.of("acme", UUID.randomUUID(), 16);

    publishEvents(openNew(), event);
    publishEvents(openNew(), event, ToldEvent.of("acme", event.run(), 17));

    List<Found> found =
        await()
            .atMost(SOON)
            .until(
                () -> ofRun(find(addressOf(event)), event.run()),
                list -> list.stream().anyMatch(f -> f.json().getString("sequence").endsWith("17")));
    // A broker may remove the repetition; it must not make two of one.
    assertThat(found.stream().map(one -> one.json().getString("id")).distinct()).hasSize(2);
  }

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
  // ─────────────────────────────────────────────────────────────────────────────────────

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
  void theFeedShowsWhatAnotherProcessPublishes() {
    needsAServer();
    String tenant = newQueue();
    FeedReader reader = watch(openNew(), tenant, null);

    List<ToldEvent> events = events(tenant, 20);
    publishEvents(openNew(), events.toArray(EventMessage[]::new));

    reader.awaitIds(ids(events));
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
  void theFeedOfAnotherProcessGoesOnAfterTheEventThatWasSeenLast() {
    needsAServer();
    String tenant = newQueue();
    UUID run = UUID.randomUUID();
    List<ToldEvent> events =
        IntStream.range(0, 10).mapToObj(i -> ToldEvent.of(tenant, run, i)).toList();
    publishEvents(openNew(), events.toArray(EventMessage[]::new));

    FeedReader reader = watch(openNew(), tenant, events.get(3).id());

    reader.awaitIds(ids(events.subList(4, 10)));
    assertThat(reader.ids()).doesNotContain(events.get(3).id());
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

  // ── requests and dead letters
  // ────────────────────────────────────────────────────────────────────

  @Test
  void requestsOfOthersComeUntilTheyAreAcknowledged() {
    needsAServer();
    String mark = UUID.randomUUID().toString();
    RequestReader first = readRequests(openNew(), Long.MAX_VALUE);
    sendRequest(Map.of("content-type", "application/json", "x-mark", mark), bytes("1 " + mark));
    sendRequest(Map.of(), bytes("2 " + mark));
    first.awaitAtLeast(2, mark);
    Message message = first.of(mark).get(0).message();
    assertThat(message.topic()).startsWith(RequestChannel.TOPIC);
    assertThat(message.position()).isNotBlank();
    assertThat(message.headers()).containsEntry("x-mark", mark);
    assertThat(new String(message.body(), StandardCharsets.UTF_8)).isEqualTo("1 " + mark);

    first.of(mark).get(0).acknowledge();
    first.cancel();
    RequestReader second = readRequests(openNew(), Long.MAX_VALUE);

    second.awaitAtLeast(1, mark);
    assertThat(
            second.of(mark).stream()
                .map(one -> new String(one.message().body(), StandardCharsets.UTF_8)))
        .contains("2 " + mark);
    second.received.forEach(Incoming::acknowledge);
  }

  @Test
  void requestsThatWereMadeWhileNobodyReadAreRead() {
    needsAServer();
    String mark = UUID.randomUUID().toString();
    sendRequest(Map.of(), bytes("early " + mark));

    RequestReader reader = readRequests(openNew(), Long.MAX_VALUE);

    reader.awaitAtLeast(1, mark);
    reader.received.forEach(Incoming::acknowledge);
  }

  @Test
  void requestsComeNoFasterThanRequested() {
    needsAServer();
    String mark = UUID.randomUUID().toString();
    IntStream.range(0, 20).forEach(i -> sendRequest(Map.of(), bytes(i + " " + mark)));
    RequestReader reader = readRequests(openNew(), 3);

    await().atMost(SOON).until(() -> reader.received.size() == 3);
    reader.received.forEach(Incoming::acknowledge);
    reader.request(1);
    await().atMost(SOON).until(() -> reader.received.size() == 4);

    reader.request(Long.MAX_VALUE);
    reader.awaitAtLeast(20, mark);
    reader.received.subList(3, reader.received.size()).forEach(Incoming::acknowledge);
  }

  @Test
  void whatIsSetAsideKeepsBodyAndHeadersAndSaysWhy() {
    needsAServer();
    String mark = UUID.randomUUID().toString();
    Message message =
        new Message(
            RequestChannel.TOPIC,
            "3/42",
            Map.of("x-mark", mark, "traceparent", ToldEvent.TRACEPARENT),
            bytes(mark));

    openNew()
        .deadLetters()
        .setAside(message, "jobKey is missing; „so“", "my-rule")
        .await()
        .atMost(SOON);

    Found aside = awaitSetAside(mark, 1).get(0);
    assertThat(aside.headers())
        .containsEntry("x-mark", mark)
        .containsEntry("traceparent", ToldEvent.TRACEPARENT)
        .containsEntry(DeadLetters.RULE, "my-rule")
        .containsEntry(DeadLetters.ORIGINAL_TOPIC, RequestChannel.TOPIC)
        .containsEntry(DeadLetters.ORIGINAL_OFFSET, "3/42");
    assertThat(aside.headers().get(DeadLetters.REASON)).startsWith("jobKey is missing");
    assertThat(new String(aside.body(), StandardCharsets.UTF_8)).isEqualTo(mark);
  }

  // ── the server is away
  // ───────────────────────────────────────────────────────────────────────────

  @Test
  void comesUpWhileTheServerIsAwayAndWorksOnceItIsThere() {
    needsAServer();
    String queue = newQueue();
    stopServer();
    try {
      Broker broker = openNew();
      DueReader reader = read(broker, queue).acknowledging();
      RequestReader requests = readRequests(broker, Long.MAX_VALUE);
      ToldEvent event = ToldEvent.of("acme", UUID.randomUUID(), 1);
      assertThatThrownBy(() -> publishEvents(broker, event)).isNotInstanceOf(AssertionError.class);
      await().atMost(SOON).until(() -> isAway(broker));

      startServer();

      List<JobDue> due = due(20, queue);
      untilItIsPublished(() -> publish(broker, due));
      untilItIsPublished(() -> publishEvents(broker, event));
      awaitRuns(due, reader);
      awaitEvents(event.run(), addressOf(event), 1);
      String mark = UUID.randomUUID().toString();
      sendRequest(Map.of(), bytes(mark));
      requests.awaitAtLeast(1, mark);
      requests.received.forEach(Incoming::acknowledge);
      await().atMost(SOON).until(() -> isConnected(broker));
    } finally {
      startServer();
    }
  }

  @Test
  void staysUpWhileTheServerIsAwayAndLosesNothing() throws Exception {
    needsAServer();
    String queue = newQueue();
    String tenant = newQueue();
    Broker broker = openNew();
    DueReader reader = read(broker, queue).acknowledging();
    FeedReader feed = watch(broker, tenant, null);
    awaitReading(reader);
    List<ToldEvent> before = events(tenant, 50);
    publishEvents(broker, before.toArray(EventMessage[]::new));
    await().atMost(SOON).until(() -> isConnected(broker));

    stopServer();
    List<ToldEvent> during = events(tenant, 50);
    List<JobDue> due = due(50, queue);
    try {
      long stopped = System.nanoTime();
      CompletableFuture<Void> repeated =
          CompletableFuture.runAsync(
              () -> {
                untilItIsPublished(
                    () -> publishEvents(broker, during.toArray(EventMessage[]::new)));
                untilItIsPublished(() -> publish(broker, due));
              });
      await().atMost(AWAY.plus(SOON)).until(() -> isAway(broker));
      await().atMost(AWAY.plus(SOON)).until(() -> System.nanoTime() - stopped > AWAY.toNanos());
      assertThat(repeated).isNotDone();

      startServer();

      repeated.get(60, TimeUnit.SECONDS);
    } finally {
      startServer();
    }
    await().atMost(SOON).until(() -> isConnected(broker));
    awaitRuns(due, reader);
    feed.awaitIds(ids(during));
    String address = addressOf(before.get(0));
    Set<UUID> all = new HashSet<>(ids(before));
    all.addAll(ids(during));
    await()
        .atMost(SOON)
        .until(
            () ->
                find(address).stream()
                    .map(found -> UUID.fromString(found.json().getString("id")))
                    .toList()
                    .containsAll(all));
    assertThat(reader.failure).isNull();
  }

  @Test
  void closesSoonEvenWhileTheServerIsAway() {
    needsAServer();
    String queue = newQueue();
    Broker broker = openNew();
    DueReader reader = read(broker, queue);
    FeedReader feed = watch(broker, "acme", null);
    awaitReading(reader);
    stopServer();
    try {
      broker
          .events()
          .publish(List.of(ToldEvent.of("acme", UUID.randomUUID(), 1)))
          .subscribe()
          .with(done -> {}, failed -> {});

      long began = System.nanoTime();
      broker.close();

      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(8));
      assertThat(feed.failure).isNull();
    } finally {
      startServer();
    }
  }

  // ── how
  // ──────────────────────────────────────────────────────────────────────────────────────────

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable one : opened) {
      one.close();
    }
    opened.clear();
    only = null;
  }

  private void needsAServer() {
    assumeTrue(hasServer(), "the in-process broker has no server");
  }

  /** Another process; without a server there is only this one. */
  private Broker openNew() {
    if (!hasServer() && only != null) {
      return only;
    }
    Broker broker = open();
    only = broker;
    opened.add(0, broker);
    return broker;
  }

  /** The process that publishes: another, where there can be another. */
  private Broker openTicker(DueReader... consumers) {
    for (DueReader consumer : consumers) {
      awaitReading(consumer);
    }
    return openNew();
  }

  /** A consumer that joins takes a moment; what is published until then is not what is tested. */
  private void awaitReading(DueReader consumer) {
    if (hasServer()) {
      await().atMost(SOON).until(() -> isConnected(consumer.broker));
    }
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

  private String newQueue() {
    return queue + "-" + queues++;
  }

  private DueReader read(Broker broker, String... queues) {
    return read(Long.MAX_VALUE, broker, queues);
  }

  private DueReader read(long requests, Broker broker, String... queues) {
    DueReader reader = new DueReader(broker, requests);
    broker.due().consume(Set.of(queues)).subscribe().withSubscriber(reader);
    opened.add(0, reader::cancel);
    return reader;
  }

  private FeedReader watch(Broker broker, String tenant, @Nullable UUID lastSeen) {
    FeedReader reader = new FeedReader();
    broker.feed().of(tenant, lastSeen).subscribe().withSubscriber(reader);
    opened.add(0, reader::cancel);
    reader.awaitSubscription();
    return reader;
  }

  private RequestReader readRequests(Broker broker, long requests) {
    RequestReader reader = new RequestReader(requests);
    Multi<Incoming> incoming = broker.requests().consume();
    incoming.subscribe().withSubscriber(reader);
    opened.add(0, reader::cancel);
    return reader;
  }

  private static void publish(Broker broker, List<JobDue> due) {
    broker.due().publish(due).await().atMost(SOON);
  }

  private static void publishEvents(Broker broker, EventMessage... events) {
    broker.events().publish(List.of(events)).await().atMost(SOON);
  }

  private static void untilItIsPublished(Runnable publish) {
    await()
        .atMost(AWAY.plusSeconds(60))
        .pollInterval(Duration.ofMillis(100))
        .until(
            () -> {
              try {
                publish.run();
                return true;
              } catch (RuntimeException stillAway) {
                return false;
              }
            });
  }

  private static boolean isAway(Broker broker) {
    return broker.tell().getOrDefault("brokerState", "").startsWith("away since ");
  }

  private static boolean isConnected(Broker broker) {
    return "connected".equals(broker.tell().get("brokerState"));
  }

  private List<JobDue> due(int count, String queue) {
    Instant now = Instant.now();
    return IntStream.range(0, count)
        .mapToObj(i -> new JobDue(UUID.randomUUID(), now, i % 5, "default", queue))
        .toList();
  }

  private static List<ToldEvent> events(String tenant, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> ToldEvent.of(tenant, UUID.randomUUID(), i))
        .toList();
  }

  private static Set<UUID> ids(Collection<ToldEvent> events) {
    return events.stream().map(ToldEvent::id).collect(java.util.stream.Collectors.toSet());
  }

  static Set<UUID> runs(Collection<JobDue> due) {
    return due.stream().map(JobDue::run).collect(java.util.stream.Collectors.toSet());
  }

  private static void awaitRuns(Collection<JobDue> due, DueReader... readers) {
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

  private List<Found> awaitFound(String address, int atLeast) {
    return await().atMost(SOON).until(() -> find(address), found -> found.size() >= atLeast);
  }

  private List<Found> awaitEvents(UUID run, String address, int atLeast) {
    return await()
        .atMost(SOON)
        .until(() -> ofRun(find(address), run), found -> found.size() >= atLeast);
  }

  private List<Found> awaitSetAside(String mark, int atLeast) {
    return await()
        .atMost(SOON)
        .until(
            () ->
                find(DeadLetters.TOPIC).stream()
                    .filter(
                        found -> new String(found.body(), StandardCharsets.UTF_8).contains(mark))
                    .toList(),
            found -> found.size() >= atLeast);
  }

  private static List<Found> ofRun(List<Found> found, UUID run) {
    return found.stream()
        .filter(one -> one.json().getString("subject").equals("runs/" + run))
        .toList();
  }

  private static Found one(List<Found> found, java.util.function.Predicate<Found> which) {
    List<Found> matching = found.stream().filter(which).toList();
    assertThat(matching).hasSize(1);
    return matching.get(0);
  }

  /** Both brokers take a megabyte unless they are told otherwise; Kafka's own bytes count too. */
  private static byte[] longest(String mark) {
    return Arrays.copyOf(bytes(mark), 1024 * 1024 - 128);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
