package dev.carillon.broker.nats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.broker.DeadLetters;
import dev.carillon.broker.EventMessage;
import dev.carillon.broker.JobDue;
import dev.carillon.broker.Message;
import dev.carillon.testing.TestNats;
import io.nats.client.Connection;
import io.nats.client.api.MessageInfo;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** What is NATS's own in messages and connections; what every broker does is in the contract. */
class NatsBrokerIT extends NatsBrokerFixture {

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
  // ──────────────────────────────────────────────────────────────────────────────────────────────

  private static void setAside(NatsBroker broker, Message message) {
    broker.deadLetters().setAside(message, "r".repeat(1_000), null).await().atMost(SOON);
  }

  private MessageInfo letter(long sequence) throws Exception {
    try (Connection client = client()) {
      return client.jetStreamManagement().getMessage(Streams.DEAD_LETTERS, sequence);
    }
  }
}
