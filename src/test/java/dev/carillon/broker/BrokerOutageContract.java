package dev.carillon.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.carillon.broker.Reader.DueReader;
import dev.carillon.broker.Reader.FeedReader;
import dev.carillon.broker.Reader.RequestReader;
import dev.carillon.broker.RequestChannel.Incoming;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * What every broker with a server does while the server is away and once it is back: processes
 * start, stay up and end all the same, and what they could not send they send again.
 */
public abstract class BrokerOutageContract extends ServerBrokerContract {

  /** How long the server is away; the full form takes a minute. */
  private static final Duration AWAY =
      Duration.ofSeconds(Integer.getInteger("dev.carillon.broker-away-seconds", 8));

  // ── what a subclass brings
  // ───────────────────────────────────────────────────────────────────────

  /** Returns when the server is gone. */
  protected abstract void stopServer();

  /** On the same address with the same data; returns when it serves. */
  protected abstract void startServer();

  // ── the server is away
  // ───────────────────────────────────────────────────────────────────────────────────────────

  @Test
  void comesUpWhileTheServerIsAwayAndWorksOnceItIsThere() {
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
    String queue = newQueue();
    String tenant = newQueue();
    Broker broker = openNew();
    DueReader reader = read(broker, queue).acknowledging();
    FeedReader feed = watch(broker, tenant, null);
    awaitReading(broker);
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
    String queue = newQueue();
    Broker broker = openNew();
    DueReader reader = read(broker, queue);
    FeedReader feed = watch(broker, "acme", null);
    awaitReading(broker);
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
  // ───────────────────────────────────────────────────────────────────────────────────────────

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
}
