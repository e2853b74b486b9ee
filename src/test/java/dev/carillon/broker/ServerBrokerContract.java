package dev.carillon.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.broker.Reader.DueReader;
import dev.carillon.broker.Reader.FeedReader;
import dev.carillon.broker.Reader.RequestReader;
import dev.carillon.broker.RequestChannel.Incoming;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * What every broker does that has a server: several processes share it, others see there what we
 * send and send there themselves, and what was not acknowledged comes again. (In-process, a due
 * event that was not acknowledged does not: its run is found in the table.) A subclass brings the
 * server, which all its cases share, and a plain client of it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class ServerBrokerContract extends BrokerContract {

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

  /** Sends something to where the due events of a queue go, as a stranger would. */
  protected abstract void sendDue(String queue, byte[] body);

  /** Sends a request as another service would. */
  protected abstract void sendRequest(Map<String, String> headers, byte[] body);

  /** All that a plain client finds there now, from the beginning; empty when there is nothing. */
  protected abstract List<Found> find(String address);

  /** The topic or subject that an event is on. */
  protected abstract String addressOf(EventMessage event);

  /** Whether the broker keeps a key beside the message. */
  protected abstract boolean hasKeys();

  // ── due events
  // ───────────────────────────────────────────────────────────────────────────────────────────

  @Test
  void othersSeeDueEventsByQueueAndRun() {
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
  void whatALeavingConsumerDidNotAcknowledgeGoesToAnother() {
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
  // ───────────────────────────────────────────────────────────────────────────────────────────

  @Test
  void othersSeeEventsAsCloudEvents() {
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

  // ── the feed
  // ───────────────────────────────────────────────────────────────────────────────────────────

  @Test
  void theFeedShowsWhatAnotherProcessPublishes() {
    String tenant = newQueue();
    FeedReader reader = watch(openNew(), tenant, null);

    List<ToldEvent> events = events(tenant, 20);
    publishEvents(openNew(), events.toArray(EventMessage[]::new));

    reader.awaitIds(ids(events));
  }

  @Test
  void theFeedOfAnotherProcessGoesOnAfterTheEventThatWasSeenLast() {
    String tenant = newQueue();
    UUID run = UUID.randomUUID();
    List<ToldEvent> events =
        IntStream.range(0, 10).mapToObj(i -> ToldEvent.of(tenant, run, i)).toList();
    publishEvents(openNew(), events.toArray(EventMessage[]::new));

    FeedReader reader = watch(openNew(), tenant, events.get(3).id());

    reader.awaitIds(ids(events.subList(4, 10)));
    assertThat(reader.ids()).doesNotContain(events.get(3).id());
  }

  // ── requests and dead letters
  // ───────────────────────────────────────────────────────────────────────────────────────────

  @Test
  void requestsOfOthersComeUntilTheyAreAcknowledged() {
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
    String mark = UUID.randomUUID().toString();
    sendRequest(Map.of(), bytes("early " + mark));

    RequestReader reader = readRequests(openNew(), Long.MAX_VALUE);

    reader.awaitAtLeast(1, mark);
    reader.received.forEach(Incoming::acknowledge);
  }

  @Test
  void requestsComeNoFasterThanRequested() {
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

  // ── how
  // ───────────────────────────────────────────────────────────────────────────────────────────

  /** A consumer that joins takes a moment. */
  @Override
  protected final void awaitReading(Broker broker) {
    await().atMost(SOON).until(() -> isConnected(broker));
  }

  static boolean isConnected(Broker broker) {
    return "connected".equals(broker.tell().get("brokerState"));
  }

  RequestReader readRequests(Broker broker, long requests) {
    return reading(broker.requests().consume(), new RequestReader(requests));
  }

  private List<Found> awaitFound(String address, int atLeast) {
    return await().atMost(SOON).until(() -> find(address), found -> found.size() >= atLeast);
  }

  List<Found> awaitEvents(UUID run, String address, int atLeast) {
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

  private static Found one(List<Found> found, Predicate<Found> which) {
    List<Found> matching = found.stream().filter(which).toList();
    assertThat(matching).hasSize(1);
    return matching.get(0);
  }

  /** Both brokers take a megabyte unless they are told otherwise; Kafka's own bytes count too. */
  private static byte[] longest(String mark) {
    return Arrays.copyOf(bytes(mark), 1024 * 1024 - 128);
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
