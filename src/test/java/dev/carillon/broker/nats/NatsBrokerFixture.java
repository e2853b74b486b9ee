package dev.carillon.broker.nats;

import static org.awaitility.Awaitility.await;

import dev.carillon.broker.EventMessage;
import dev.carillon.broker.JobDue;
import dev.carillon.testing.TestNats;
import io.nats.client.Connection;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.api.StreamInfo;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A NATS server for each case, and what cases do on it. */
abstract class NatsBrokerFixture {

  static final Duration SOON = Duration.ofSeconds(20);

  final List<AutoCloseable> opened = new ArrayList<>();
  TestNats nats;

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

  TestNats started(TestNats server) {
    opened.add(server);
    return server;
  }

  NatsBroker open(String url) {
    return open(url, Duration.ofSeconds(30));
  }

  NatsBroker open(String url, Duration redeliverAfter) {
    NatsBroker broker = NatsBroker.open(settings(url, redeliverAfter), InstantSource.system());
    opened.add(0, broker);
    return broker;
  }

  static NatsSettings settings(String url, Duration redeliverAfter) {
    return new NatsSettings(url, null, 1, Map.of(), "/carillon/test", redeliverAfter);
  }

  static NatsBroker connected(NatsBroker broker) {
    await().atMost(SOON).until(() -> "connected".equals(broker.tell().get("brokerState")));
    return broker;
  }

  void cancelled(Cancellable subscription) {
    opened.add(0, subscription::cancel);
  }

  List<UUID> read(NatsBroker broker, String... queues) {
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

  List<UUID> watch(NatsBroker broker) {
    List<UUID> shown = new CopyOnWriteArrayList<>();
    cancelled(broker.feed().of("acme", null).subscribe().with(event -> shown.add(event.id())));
    return shown;
  }

  /** Something new goes in, and comes out: repeated as the ticker and the relay repeat it. */
  static void passes(NatsBroker broker, List<UUID> arrived, List<UUID> shown) {
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

  static List<JobDue> due(String queue) {
    return List.of(new JobDue(UUID.randomUUID(), Instant.now(), 2, "acme", queue));
  }

  static UUID run(List<JobDue> due) {
    return due.get(0).run();
  }

  static void publish(NatsBroker broker, List<JobDue> due) {
    broker.due().publish(due).await().atMost(SOON);
  }

  static void publish(NatsBroker broker, EventMessage... events) {
    broker.events().publish(List.of(events)).await().atMost(SOON);
  }

  StreamInfo stream(String name) throws Exception {
    try (Connection client = client()) {
      return client.jetStreamManagement().getStreamInfo(name);
    }
  }

  Connection client() throws Exception {
    return Nats.connect(Options.builder().server(nats.url()).noReconnect().build());
  }

  record Succeeded(UUID id, String tenant, UUID run, long sequence, Instant time)
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
