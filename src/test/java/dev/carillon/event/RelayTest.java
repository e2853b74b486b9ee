package dev.carillon.event;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.broker.CloudEvents;
import dev.carillon.broker.EventMessage;
import dev.carillon.run.Outcome;
import dev.carillon.testing.EngineFixture;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RelayTest {

  private static final Duration LONG = Duration.ofSeconds(10);

  private EngineFixture engine;

  @BeforeEach
  void open() {
    engine =
        new EngineFixture()
            .handler("noop", run -> Outcome.success(Map.of("secret", "output")))
            .handler("busy", run -> Outcome.retry("busy", Duration.ZERO))
            .handler("wrong", run -> Outcome.failure("wrong"));
  }

  @AfterEach
  void close() {
    engine.close();
  }

  @Test
  void tellsOfEveryRunThatItStartedAndThenThatItSucceededOnceEach() {
    UUID job = engine.job("noop");
    engine.ticker();
    engine.worker();
    engine.relay();

    List<UUID> runs = engine.runs(job, 2_000, EngineFixture.REAL.instant());

    await().atMost(Duration.ofSeconds(30)).until(() -> engine.events.size() >= 4_000);
    engine.awaitEmptyQueue(LONG);
    await().until(() -> engine.count("select count(*) from outbox") == 0);
    Map<String, List<EventMessage>> bySubject = new LinkedHashMap<>();
    engine.events.forEach(
        event -> bySubject.computeIfAbsent(event.subject(), s -> new ArrayList<>()).add(event));
    assertEquals(2_000, bySubject.size());
    Map<UUID, String> tenants = new LinkedHashMap<>();
    engine
        .rows("select id, tenant_id from runs")
        .forEach(row -> tenants.put((UUID) row.get("id"), row.get("tenant_id").toString()));
    for (UUID run : runs) {
      List<EventMessage> told = bySubject.get("runs/" + run);
      assertEquals(
          List.of("scheduler.run.started", "scheduler.run.succeeded"),
          told.stream().map(EventMessage::type).toList());
      assertTrue(told.get(0).sequence() < told.get(1).sequence());
      told.forEach(event -> assertEquals(tenants.get(run), event.tenant()));
    }
    assertEquals(4_000, engine.events.stream().map(EventMessage::id).distinct().count());
  }

  @Test
  void tellsOfEachFailureWhetherAnotherTryFollowsAndOfTheEnd() {
    engine.ticker();
    engine.worker();
    engine.relay();
    UUID dead = engine.run(engine.job("busy"));
    UUID failed = engine.run(engine.job("wrong"));

    await()
        .atMost(LONG)
        .until(
            () ->
                types(dead).contains("scheduler.run.dead")
                    && types(failed).contains("scheduler.run.failed"));

    assertEquals(
        List.of(
            "scheduler.run.started",
            "scheduler.run.failed",
            "scheduler.run.started",
            "scheduler.run.failed",
            "scheduler.run.started",
            "scheduler.run.failed",
            "scheduler.run.dead"),
        types(dead));
    List<EventMessage> told = told(dead);
    assertEquals(
        List.of(true, true, false),
        told.stream()
            .filter(event -> event.type().endsWith("failed"))
            .map(event -> event.data().getBoolean("willRetry"))
            .toList());
    for (int i = 1; i < told.size(); i++) {
      assertTrue(told.get(i - 1).sequence() < told.get(i).sequence());
    }
    EventMessage last = told(failed).get(1);
    assertEquals(false, last.data().getBoolean("willRetry"));
    assertEquals("FAILED", last.data().getString("state"));
    JsonObject error = last.data().getJsonObject("error");
    assertEquals(Set.of("class", "retryable"), error.fieldNames());
    assertEquals(2, told(failed).size());
  }

  @Test
  void rendersCloudEventsAsTheWireSaysWithoutParametersAndOutput() {
    UUID job = engine.job("noop");
    engine.worker();
    engine.relay();
    UUID run = engine.run(job, "{\"password\":\"hidden\"}");
    engine.execute(
        "update runs set trace = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', scope = '{\"invoice\":\"4711\"}'");

    await().atMost(LONG).until(() -> told(run).size() == 2);

    JsonObject event = CloudEvents.structured(told(run).get(1), "/carillon/test");
    assertEquals("1.0", event.getString("specversion"));
    assertEquals("scheduler.run.succeeded", event.getString("type"));
    assertEquals("runs/" + run, event.getString("subject"));
    assertEquals("/carillon/test", event.getString("source"));
    assertEquals(7, UUID.fromString(event.getString("id")).version());
    assertEquals("default", event.getString("tenant"));
    assertEquals("0000000016", event.getString("sequence"));
    assertEquals(run.toString(), event.getString("partitionkey"));
    assertTrue(event.getString("traceparent").startsWith("00-4bf92f3577b34da6a3ce929d0e0e4736-"));
    Instant.parse(event.getString("time"));
    JsonObject data = event.getJsonObject("data");
    assertEquals(run.toString(), data.getString("id"));
    assertEquals("noop", data.getString("jobKey"));
    assertEquals("SUCCEEDED", data.getString("state"));
    assertEquals(1, data.getInteger("attempt"));
    assertEquals("4711", data.getJsonObject("scope").getString("invoice"));
    assertTrue(data.getLong("durationMs") >= 0);
    assertFalse(event.encode().contains("hidden"));
    assertFalse(event.encode().contains("secret"));
  }

  /** Rule 10: select, publish, delete after the acknowledgement; a repeat is recognisable. */
  @Test
  void repeatsWithTheSameIdsWhatABrokerDidNotAcknowledge() {
    UUID job = engine.job("noop");
    UUID run = engine.run(job);
    List<List<EventMessage>> published = new CopyOnWriteArrayList<>();
    Relay first = relay(published, new AtomicBoolean(false), new AtomicLong());
    engine.worker();

    await().atMost(LONG).until(() -> published.stream().anyMatch(batch -> batch.size() == 2));
    assertEquals(2, engine.count("select count(*) from outbox"));
    first.stop();
    engine.execute("delete from leases");
    List<List<EventMessage>> again = new CopyOnWriteArrayList<>();
    Relay second = relay(again, new AtomicBoolean(true), new AtomicLong());

    await().atMost(LONG).until(() -> engine.count("select count(*) from outbox") == 0);
    Set<UUID> before = ids(published);
    assertEquals(before, ids(again));
    assertEquals(
        List.of("runs/" + run, "runs/" + run),
        again.stream().flatMap(List::stream).map(EventMessage::subject).toList());
    second.stop();
  }

  @Test
  void givesItsLeaseBackThoughItsLastRoundFails() throws Exception {
    UUID job = engine.job("noop");
    Relay relay =
        new Relay(
            engine.vertx,
            engine.pg,
            EngineFixture.REAL,
            EngineFixture.only(
                events -> Uni.createFrom().failure(new IllegalStateException("away"))),
            Duration.ofSeconds(30));
    relay.start();
    await().atMost(LONG).until(relay::isLeading);
    engine.worker();
    engine.run(job);
    await().atMost(LONG).until(() -> engine.count("select count(*) from outbox") == 2);

    CompletableFuture<Void> stopped = relay.stop().toCompletableFuture();

    assertThrows(ExecutionException.class, () -> stopped.get(10, TimeUnit.SECONDS));
    assertEquals(
        0, engine.count("select count(*) from leases where name = 'relay' and holder is not null"));
    assertEquals(2, engine.count("select count(*) from outbox"));
  }

  /** Ids are given before commits: a row may appear below one that was published already. */
  @Test
  void publishesALatecomerBelowTheFloor() {
    List<List<EventMessage>> published = new CopyOnWriteArrayList<>();
    AtomicLong nanos = new AtomicLong(System.nanoTime());
    Relay relay = relay(published, new AtomicBoolean(true), nanos);
    // Given rows that were published more than half a minute ago
    change(1_000, "jobs/a");
    await().atMost(LONG).until(() -> ids(published).size() == 1);
    nanos.addAndGet(Duration.ofSeconds(31).toNanos());
    change(1_001, "jobs/b");
    await().atMost(LONG).until(() -> ids(published).size() == 2);

    // When one appears below them
    change(5, "jobs/latecomer");

    // Then the next look at everything finds it
    nanos.addAndGet(Duration.ofSeconds(11).toNanos());
    await().atMost(LONG).until(() -> ids(published).size() == 3);
    assertEquals("jobs/latecomer", published.get(published.size() - 1).get(0).subject());
    relay.stop();
  }

  private void change(long id, String subject) {
    engine.execute(
        """
        insert into outbox (id, at, kind, tenant_id, payload) overriding system value
        values (?, now(), 'CHANGED', 'default', ?::jsonb)
        """,
        id,
        OutboxRows.payload("scheduler.job.created", subject, 1, null, new JsonObject()).encode());
  }

  private Relay relay(
      List<List<EventMessage>> published, AtomicBoolean acknowledges, AtomicLong nanos) {
    Relay relay =
        new Relay(
            engine.vertx,
            engine.pg,
            EngineFixture.REAL,
            EngineFixture.only(
                events -> {
                  published.add(List.copyOf(events));
                  return acknowledges.get()
                      ? Uni.createFrom().voidItem()
                      : Uni.createFrom().failure(new IllegalStateException("not acknowledged"));
                }),
            LONG,
            nanos::get);
    relay.start();
    return relay;
  }

  private static Set<UUID> ids(List<List<EventMessage>> published) {
    Set<UUID> ids = new HashSet<>();
    published.forEach(batch -> batch.forEach(event -> ids.add(event.id())));
    return ids;
  }

  private List<EventMessage> told(UUID run) {
    return engine.events.stream().filter(event -> event.subject().equals("runs/" + run)).toList();
  }

  private List<String> types(UUID run) {
    return told(run).stream().map(EventMessage::type).toList();
  }
}
