package dev.carillon.broker.nats;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.carillon.broker.DeadLetters;
import dev.carillon.broker.EventMessage;
import dev.carillon.broker.JobDue;
import dev.carillon.broker.Message;
import dev.carillon.testing.TestNats;
import io.nats.client.Connection;
import io.nats.client.JetStreamManagement;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.Subscription;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.api.DiscardPolicy;
import io.nats.client.api.MessageInfo;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.api.StreamInfo;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is NATS's own; what every broker does is in the contract. */
class NatsBrokerIT {

  private static final Duration SOON = Duration.ofSeconds(20);

  private final List<AutoCloseable> opened = new ArrayList<>();
  private TestNats nats;

  @BeforeEach
  void start() {
    nats = started(TestNats.start());
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable one : opened) {
      one.close();
    }
  }

  // ── streams and consumers
  // ──────────────────────────────────────────────────────────────────────────────────────

  @Test
  void makesTheStreamsThatAreMissing() throws Exception {
    NatsBroker broker = connected(open(nats.url()));

    StreamConfiguration due = stream(Streams.DUE).getConfiguration();
    assertThat(due.getSubjects()).containsExactly("scheduler.job.due.*");
    assertThat(due.getMaxAge()).isEqualTo(Duration.ofHours(1));
    assertThat(due.getMaxBytes()).isPositive();
    assertThat(stream(Streams.EVENTS).getConfiguration().getSubjects())
        .contains("scheduler.run.succeeded.*", "scheduler.schedule.>")
        .doesNotContain("scheduler.run.requested.*");
    assertThat(stream(Streams.REQUESTS).getConfiguration().getSubjects())
        .containsExactlyInAnyOrder("scheduler.run.requested", "scheduler.run.requested.*");
    assertThat(stream(Streams.REQUESTS).getConfiguration().getMaxAge())
        .isEqualTo(Duration.ofDays(6));
    assertThat(stream(Streams.DEAD_LETTERS).getConfiguration().getSubjects())
        .containsExactly("scheduler.dead-letter");
    assertThat(broker.tell()).containsEntry("broker", "nats");
  }

  @Test
  void leavesAStreamAsItIsButForSubjectsThatItLacks() throws Exception {
    try (Connection client = client()) {
      client
          .jetStreamManagement()
          .addStream(
              StreamConfiguration.builder()
                  .name(Streams.EVENTS)
                  .subjects("scheduler.run.succeeded.*", "scheduler.job.created.>", "our.own")
                  .maxAge(Duration.ofDays(400))
                  .build());
    }

    connected(open(nats.url()));

    StreamConfiguration events = stream(Streams.EVENTS).getConfiguration();
    assertThat(events.getMaxAge()).isEqualTo(Duration.ofDays(400));
    assertThat(events.getSubjects())
        .contains("our.own", "scheduler.job.created.>", "scheduler.run.dead.*")
        .doesNotContain("scheduler.job.created.*");
  }

  @Test
  void streamsThatAreDeletedAreMadeAgain() throws Exception {
    NatsBroker broker = connected(open(nats.url()));
    List<UUID> arrived = read(broker, "default");
    List<UUID> shown = watch(broker);
    passes(broker, arrived, shown);

    try (Connection client = client()) {
      JetStreamManagement streams = client.jetStreamManagement();
      streams.deleteStream(Streams.DUE);
      streams.deleteStream(Streams.EVENTS);
    }

    passes(broker, arrived, shown);
  }

  @Test
  void aServerThatLostItsDataIsSetUpAgain() {
    NatsBroker broker = connected(open(nats.url()));
    List<UUID> arrived = read(broker, "default");
    List<UUID> shown = watch(broker);
    passes(broker, arrived, shown);

    nats.kill();
    nats.forget();
    nats.again();

    passes(broker, arrived, shown);
    connected(broker);
  }

  @Test
  void aServerThatHangsIsAwayUntilItGoesOn() {
    NatsBroker broker = connected(open(nats.url()));
    List<UUID> arrived = read(broker, "default");
    List<UUID> shown = watch(broker);
    passes(broker, arrived, shown);

    nats.pause();
    try {
      broker.due().publish(due("default")).subscribe().with(done -> {}, failed -> {});
      await().atMost(SOON).until(() -> broker.tell().get("brokerState").startsWith("away since "));
    } finally {
      nats.resume();
    }

    passes(broker, arrived, shown);
    connected(broker);
  }

  @Test
  void isAwayWhileItsStreamsTakeNothingAlthoughTheyAreThere() throws Exception {
    try (Connection client = client()) {
      JetStreamManagement streams = client.jetStreamManagement();
      streams.addStream(
          StreamConfiguration.builder()
              .name(Streams.EVENTS)
              .subjects("scheduler.run.succeeded.*")
              .discardPolicy(DiscardPolicy.New)
              .maxMessages(1)
              .build());
      NatsBroker broker = connected(open(nats.url()));
      publish(broker, Succeeded.of("acme", UUID.randomUUID(), 1));
      streams.deleteStream(Streams.REQUESTS);

      assertThatThrownBy(() -> publish(broker, Succeeded.of("acme", UUID.randomUUID(), 1)))
          .hasMessageContaining("maximum messages exceeded");

      // Made again by the look after the streams, which finds them all well.
      await().atMost(SOON).until(() -> streams.getStreamNames().contains(Streams.REQUESTS));
      publish(broker, due("default"));
      assertThat(broker.tell().get("brokerState"))
          .startsWith("away since ")
          .contains("maximum messages exceeded");
      streams.purgeStream(Streams.EVENTS);
      publish(broker, Succeeded.of("acme", UUID.randomUUID(), 2));
      connected(broker);
    }
  }

  /** 512 of them, which is the server's default: a large fleet has as many. */
  @Test
  void waitsItsTurnWhereTooManyRequestsWaitAtAConsumer() throws Exception {
    NatsBroker broker = connected(open(nats.url()));
    Connection client = client();
    opened.add(0, client);
    client
        .jetStreamManagement()
        .addOrUpdateConsumer(
            Streams.DUE,
            ConsumerConfiguration.builder()
                .durable("carillon-due-default")
                .filterSubject("scheduler.job.due.default")
                .build());
    String next = "$JS.API.CONSUMER.MSG.NEXT." + Streams.DUE + ".carillon-due-default";
    AtomicInteger asked = count(client, next);
    AtomicInteger made = count(client, "$JS.API.CONSUMER.CREATE." + Streams.DUE + ".>");
    Subscription others = client.subscribe("others");
    byte[] oneWithinAMinute = "{\"batch\":1,\"expires\":60000000000}".getBytes(US_ASCII);
    for (int i = 0; i < 512; i++) {
      client.publish(next, "others", oneWithinAMinute);
    }
    await().atMost(SOON).until(() -> asked.get() == 512);

    List<UUID> arrived = read(broker, "default");

    await().atMost(SOON).until(() -> asked.get() >= 512 + 3);
    assertThat(made).hasValue(1);
    others.unsubscribe();
    client.flush(SOON);
    List<JobDue> due = due("default");
    publish(broker, due);
    await().atMost(SOON).until(() -> arrived.contains(run(due)));
  }

  // ── messages
  // ──────────────────────────────────────────────────────────────────────────────────────

  @Test
  void anEventThatIsPublishedAgainIsThereOnce() throws Exception {
    NatsBroker broker = open(nats.url());
    Succeeded event = Succeeded.of("acme", UUID.randomUUID(), 1);

    publish(broker, event);
    publish(broker, event, Succeeded.of("acme", event.run(), 2));

    assertThat(stream(Streams.EVENTS).getStreamState().getMsgCount()).isEqualTo(2);
  }

  @Test
  void aDueEventThatIsAnnouncedAgainArrivesAgain() {
    NatsBroker broker = open(nats.url());
    List<UUID> arrived = read(broker, "default");
    List<JobDue> due = due("default");

    publish(broker, due);
    publish(broker, due);

    await().atMost(SOON).until(() -> arrived.equals(List.of(run(due), run(due))));
  }

  @Test
  void whatAWorkerKeepsTooLongIsGivenToAnother() {
    Duration redeliverAfter = Duration.ofSeconds(1);
    NatsBroker stuck = open(nats.url(), redeliverAfter);
    List<UUID> inHand = new CopyOnWriteArrayList<>();
    stuck
        .due()
        .consume(Set.of("default"))
        .subscribe()
        .with(batch -> batch.due().forEach(due -> inHand.add(due.run())));
    List<JobDue> due = due("default");
    publish(stuck, due);
    await().atMost(SOON).until(() -> inHand.contains(run(due)));

    List<UUID> arrived = read(open(nats.url(), redeliverAfter), "default");

    await().atMost(SOON).until(() -> arrived.contains(run(due)));
  }

  @Test
  void cutsShortWhatTheServerWouldNotTakeWithItsReason() throws Exception {
    NatsBroker broker = connected(open(nats.url()));
    byte[] body = new byte[1024 * 1024 - 100];
    Arrays.fill(body, (byte) 'x');

    setAside(broker, new Message("scheduler.run.requested", "7", Map.of("ce-id", "e-7"), body));

    MessageInfo letter = letter(1);
    assertThat(letter.getHeaders().getFirst(DeadLetters.REASON)).isEqualTo("r".repeat(1_000));
    assertThat(letter.getHeaders().getFirst(DeadLetters.TRUNCATED))
        .isEqualTo(Integer.toString(body.length));
    assertThat(letter.getHeaders().getFirst("ce-id")).isEqualTo("e-7");
    assertThat(letter.getData()).isEqualTo(Arrays.copyOf(body, DeadLetters.KEPT));
  }

  @Test
  void leavesOutHeadersThatLeaveNoRoomForTheReason() throws Exception {
    NatsBroker broker = connected(open(nats.url()));
    Map<String, String> headers = Map.of("ce-data", "y".repeat(65_000));

    setAside(broker, new Message("scheduler.run.requested", "8", headers, new byte[] {1, 2}));

    MessageInfo letter = letter(1);
    assertThat(letter.getHeaders().getFirst(DeadLetters.REASON)).isEqualTo("r".repeat(1_000));
    assertThat(letter.getHeaders().getFirst(DeadLetters.TRUNCATED)).isEqualTo("2");
    assertThat(letter.getHeaders().getFirst("ce-data")).isNull();
    assertThat(letter.getData()).containsExactly(1, 2);
  }

  @Test
  void eventsOfAThousandRunsArriveInOrder() {
    NatsBroker broker = open(nats.url());
    List<EventMessage> shown = new CopyOnWriteArrayList<>();
    cancelled(broker.feed().of("acme", null).subscribe().with(shown::add));
    List<EventMessage> events = new ArrayList<>();
    List<UUID> runs = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      runs.add(UUID.randomUUID());
    }
    for (int sequence = 0; sequence < 3; sequence++) {
      for (UUID run : runs) {
        events.add(Succeeded.of("acme", run, sequence));
      }
    }

    publish(broker, events.toArray(EventMessage[]::new));

    await().atMost(SOON).until(() -> shown.size() == events.size());
    assertThat(shown.stream().map(EventMessage::id))
        .containsExactlyElementsOf(events.stream().map(EventMessage::id).toList());
  }

  @Test
  void theFeedRemembersTheLastTenThousandOfTheStream() {
    NatsBroker broker = open(nats.url());
    UUID run = UUID.randomUUID();
    List<EventMessage> events = new ArrayList<>();
    for (int i = 0; i < NatsEventFeed.REMEMBERED + 10; i++) {
      events.add(Succeeded.of("acme", run, i));
    }
    publish(broker, events.toArray(EventMessage[]::new));
    NatsBroker later = open(nats.url());

    List<Throwable> failures = new CopyOnWriteArrayList<>();
    List<EventMessage> shown = new CopyOnWriteArrayList<>();
    cancelled(later.feed().of("acme", events.get(8).id()).subscribe().with(e -> {}, failures::add));
    cancelled(
        later
            .feed()
            .of("acme", events.get(events.size() - 10).id())
            .subscribe()
            .with(shown::add, failures::add));

    await().atMost(SOON).until(() -> shown.size() == 9);
    assertThat(failures).hasSize(1);
    assertThat(failures.get(0)).hasMessageContaining(events.get(8).id().toString());
  }

  // ── who we are
  // ──────────────────────────────────────────────────────────────────────────────────────

  @Test
  void takesUserAndPasswordFromTheUrlAndTellsNobody() {
    TestNats guarded = started(TestNats.start("--user", "bob", "--pass", "s3cret"));
    String address = "127.0.0.1:" + guarded.port();

    connected(open("nats://bob:s3cret@" + address));
    NatsBroker wrong = open("nats://bob:wr0ng@" + address + ",nats://bob:wr0ng@" + address);

    await()
        .atMost(SOON)
        .until(() -> wrong.tell().get("brokerState").contains("Authorization Violation"));
    assertThat(wrong.tell().toString()).doesNotContain("wr0ng").doesNotContain("bob");
    assertThat(settings("nats://bob:wr0ng@" + address, SOON).toString()).doesNotContain("wr0ng");
  }

  @Test
  void takesATokenFromTheClientsOwnSettings() {
    TestNats guarded = started(TestNats.start("--auth", "t0ken"));
    NatsSettings settings =
        new NatsSettings(guarded.url(), null, 1, Map.of("token", "t0ken"), "/carillon/test");

    NatsBroker broker = NatsBroker.open(settings, InstantSource.system());
    opened.add(0, broker);

    connected(broker);
  }

  @Test
  void endsItsThreads() {
    NatsBroker broker = connected(open(nats.url()));
    passes(broker, read(broker, "default"), watch(broker));

    broker.close();

    await()
        .atMost(SOON)
        .until(
            () ->
                Thread.getAllStackTraces().keySet().stream()
                    .noneMatch(thread -> thread.getName().startsWith("carillon-nats")));
  }

  // ── how
  // ──────────────────────────────────────────────────────────────────────────────────────

  private TestNats started(TestNats server) {
    opened.add(server);
    return server;
  }

  private NatsBroker open(String url) {
    return open(url, Duration.ofSeconds(30));
  }

  private NatsBroker open(String url, Duration redeliverAfter) {
    NatsBroker broker = NatsBroker.open(settings(url, redeliverAfter), InstantSource.system());
    opened.add(0, broker);
    return broker;
  }

  private static NatsSettings settings(String url, Duration redeliverAfter) {
    return new NatsSettings(url, null, 1, Map.of(), "/carillon/test", redeliverAfter);
  }

  private static NatsBroker connected(NatsBroker broker) {
    await().atMost(SOON).until(() -> "connected".equals(broker.tell().get("brokerState")));
    return broker;
  }

  private void cancelled(Cancellable subscription) {
    opened.add(0, subscription::cancel);
  }

  private List<UUID> read(NatsBroker broker, String... queues) {
    List<UUID> arrived = new CopyOnWriteArrayList<>();
    cancelled(
        broker
            .due()
            .consume(Set.of(queues))
            .subscribe()
            .with(
                batch -> {
                  batch.due().forEach(due -> arrived.add(due.run()));
                  batch.acknowledge();
                }));
    return arrived;
  }

  private List<UUID> watch(NatsBroker broker) {
    List<UUID> shown = new CopyOnWriteArrayList<>();
    cancelled(broker.feed().of("acme", null).subscribe().with(event -> shown.add(event.id())));
    return shown;
  }

  /** Something new goes in, and comes out: repeated as the ticker and the relay repeat it. */
  private static void passes(NatsBroker broker, List<UUID> arrived, List<UUID> shown) {
    List<JobDue> due = due("default");
    Succeeded event = Succeeded.of("acme", UUID.randomUUID(), 1);
    untilPublished(() -> publish(broker, due));
    untilPublished(() -> publish(broker, event));
    await().atMost(SOON).until(() -> arrived.contains(run(due)));
    await().atMost(SOON).until(() -> shown.contains(event.id()));
  }

  private static void untilPublished(Runnable publish) {
    await()
        .atMost(SOON)
        .ignoreExceptions()
        .until(
            () -> {
              publish.run();
              return true;
            });
  }

  private static List<JobDue> due(String queue) {
    return List.of(new JobDue(UUID.randomUUID(), Instant.now(), 2, "acme", queue));
  }

  private static UUID run(List<JobDue> due) {
    return due.get(0).run();
  }

  private static void publish(NatsBroker broker, List<JobDue> due) {
    broker.due().publish(due).await().atMost(SOON);
  }

  private static void publish(NatsBroker broker, EventMessage... events) {
    broker.events().publish(List.of(events)).await().atMost(SOON);
  }

  private static AtomicInteger count(Connection client, String subject) {
    AtomicInteger count = new AtomicInteger();
    client.createDispatcher(message -> count.incrementAndGet()).subscribe(subject);
    return count;
  }

  private static void setAside(NatsBroker broker, Message message) {
    broker.deadLetters().setAside(message, "r".repeat(1_000), null).await().atMost(SOON);
  }

  private MessageInfo letter(long sequence) throws Exception {
    try (Connection client = client()) {
      return client.jetStreamManagement().getMessage(Streams.DEAD_LETTERS, sequence);
    }
  }

  private StreamInfo stream(String name) throws Exception {
    try (Connection client = client()) {
      return client.jetStreamManagement().getStreamInfo(name);
    }
  }

  private Connection client() throws Exception {
    return Nats.connect(Options.builder().server(nats.url()).noReconnect().build());
  }

  private record Succeeded(UUID id, String tenant, UUID run, long sequence, Instant time)
      implements EventMessage {

    static Succeeded of(String tenant, UUID run, long sequence) {
      return new Succeeded(UUID.randomUUID(), tenant, run, sequence, Instant.now());
    }

    @Override
    public String type() {
      return "scheduler.run.succeeded";
    }

    @Override
    public String subject() {
      return "runs/" + run;
    }

    @Override
    public @Nullable String traceparent() {
      return null;
    }

    @Override
    public JsonObject data() {
      return new JsonObject().put("id", run.toString());
    }
  }
}
