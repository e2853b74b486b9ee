package dev.carillon.broker.nats;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.carillon.broker.JobDue;
import io.nats.client.Connection;
import io.nats.client.JetStreamManagement;
import io.nats.client.Subscription;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.api.DiscardPolicy;
import io.nats.client.api.StreamConfiguration;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The streams and consumers that a broker makes, and what it does when they fail or are gone. */
class NatsStreamsIT extends NatsBrokerFixture {

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

  private static AtomicInteger count(Connection client, String subject) {
    AtomicInteger count = new AtomicInteger();
    client.createDispatcher(message -> count.incrementAndGet()).subscribe(subject);
    return count;
  }
}
