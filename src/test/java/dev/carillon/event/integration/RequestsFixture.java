package dev.carillon.event.integration;

import static org.awaitility.Awaitility.await;

import dev.carillon.broker.DeadLetters;
import dev.carillon.broker.Message;
import dev.carillon.catalog.TestCatalog;
import dev.carillon.tenancy.TenantTransactions;
import dev.carillon.tenancy.TestTenancy;
import dev.carillon.testing.EngineFixture;
import io.smallrye.mutiny.Uni;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;

/** Requests on a channel that the test feeds, runs in a database of its own. */
final class RequestsFixture implements AutoCloseable {

  static final Duration GRACE = Duration.ofSeconds(1);
  static final Duration LONG = Duration.ofSeconds(20);

  final EngineFixture engine = new EngineFixture();
  final FedChannel channel = new FedChannel();
  final Deque<SetAside> setAside = new ConcurrentLinkedDeque<>();
  final AtomicInteger deadLettersAway = new AtomicInteger();
  final Map<RequestMeters.Result, AtomicLong> counted = new EnumMap<>(RequestMeters.Result.class);
  private final AtomicLong positions = new AtomicLong();
  private final List<Requests> started = new ArrayList<>();

  record SetAside(Message message, String reason) {}

  RequestsFixture() {
    for (RequestMeters.Result result : RequestMeters.Result.values()) {
      counted.put(result, new AtomicLong());
    }
    engine.job("send-invoices");
  }

  Requests start() {
    return start(true);
  }

  Requests start(boolean localMode) {
    return start(localMode, channel);
  }

  Requests start(boolean localMode, FedChannel from) {
    return start(localMode, from, LONG);
  }

  Requests start(boolean localMode, FedChannel from, Duration patience) {
    TenantTransactions transactions = TestTenancy.transactions(engine.pg);
    Requests requests =
        new Requests(
            new Requests.Surroundings(
                engine.vertx, EngineFixture.REAL, transactions, from, deadLetters()),
            TestCatalog.requests(transactions, engine.vertx, engine.notices, EngineFixture.REAL),
            localMode,
            new Counted(),
            patience);
    requests.start();
    started.add(requests);
    return requests;
  }

  private DeadLetters deadLetters() {
    return (message, reason, rule) -> {
      if (deadLettersAway.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
        return Uni.createFrom().failure(new IllegalStateException("the broker is away"));
      }
      setAside.add(new SetAside(message, reason));
      return Uni.createFrom().voidItem();
    };
  }

  /** Structured, of the tenant {@code default}. */
  Message event(String source, String id, String data) {
    return structured(
        """
        {"specversion":"1.0","id":"%s","source":"%s","type":"scheduler.run.requested",
         "tenant":"default","data":%s}
        """
            .formatted(id, source, data));
  }

  Message structured(String body) {
    return message(
        "scheduler.run.requested", Map.of("content-type", "application/cloudevents+json"), body);
  }

  Message message(String topic, Map<String, String> headers, String body) {
    return new Message(
        topic, "0/" + positions.getAndIncrement(), headers, body.getBytes(StandardCharsets.UTF_8));
  }

  void feed(Message message) {
    channel.feed(message);
  }

  void feedAndAwait(Message message) {
    feed(message);
    awaitAcknowledged();
  }

  void awaitAcknowledged() {
    await("everything is acknowledged")
        .pollInterval(Duration.ofMillis(5))
        .atMost(LONG)
        .until(() -> channel.unacknowledged() == 0);
  }

  /** What became of the only message that was set aside. */
  String reason() {
    return setAside.getLast().reason();
  }

  long runs() {
    return engine.count("select count(*) from runs");
  }

  void stop(Requests requests) throws Exception {
    CompletableFuture<Void> stopped = requests.stop(GRACE).toCompletableFuture();
    stopped.get(5, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    engine.pg.transactionFault(null);
    started.forEach(requests -> requests.stop(Duration.ofMillis(100)).toCompletableFuture().join());
    engine.close();
  }

  private final class Counted implements RequestMeters {

    @Override
    public void watchRequests(IntSupplier inHand) {}

    @Override
    public void requested(Result result) {
      counted.get(result).incrementAndGet();
    }
  }
}
