package dev.carillon.event.integration;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.carillon.broker.Message;
import dev.carillon.event.integration.RequestMeters.Result;
import dev.carillon.run.Outcome;
import dev.carillon.testing.EngineFixture;
import io.smallrye.mutiny.Uni;
import java.net.ConnectException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A request makes one run, however often it comes and whatever fails on the way. */
class RequestsTest {

  private static final String TRACEPARENT =
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  private static final String INVOICE = "{\"jobKey\":\"send-invoices\",\"params\":{\"no\":4711}}";

  private final RequestsFixture fixture = new RequestsFixture();
  private final EngineFixture engine = fixture.engine;

  @AfterEach
  void close() {
    fixture.close();
  }

  // ── once
  // ─────────────────────────────────────────────────────────────────────────────────────────

  @Test
  void makesOneRunOfTheSameEventTenTimesAtOnce() throws Exception {
    fixture.start();
    CountDownLatch go = new CountDownLatch(1);
    ExecutorService senders = Executors.newFixedThreadPool(10);

    for (int i = 0; i < 10; i++) {
      Message same = fixture.event("/shop", "e-1", INVOICE);
      senders.execute(
          () -> {
            awaitQuietly(go);
            fixture.feed(same);
          });
    }
    go.countDown();
    senders.shutdown();
    await().until(senders::isTerminated);
    fixture.awaitAcknowledged();

    assertEquals(10, fixture.channel.acknowledged.size());
    assertEquals(1, fixture.runs());
    assertEquals(1, engine.count("select count(*) from queue"));
    await().until(() -> fixture.counted.get(Result.REPEATED).get() == 9);
    assertEquals(1, fixture.counted.get(Result.CREATED).get());
    assertEquals(
        engine.row("select id from runs").get("id"),
        engine.row("select run_id as id from inbox").get("id"));
  }

  /** Kafka and NATS at once, or two processes: each reads for itself, the primary key decides. */
  @Test
  void makesOneRunOfTheSameEventInTwoProcesses() {
    FedChannel other = new FedChannel();
    fixture.start();
    fixture.start(true, other);

    for (int i = 0; i < 200; i++) {
      fixture.feed(fixture.event("/shop", "e-" + i, INVOICE));
      other.feed(fixture.event("/shop", "e-" + i, INVOICE));
    }
    fixture.awaitAcknowledged();
    await().until(() -> other.unacknowledged() == 0);

    assertEquals(200, fixture.runs());
    assertEquals(200, engine.count("select count(distinct run_id) from inbox"));
  }

  @Test
  void tellsEventsApartBySourceAndByTenant() {
    fixture.start();
    engine.execute(
        """
        insert into jobs (id, tenant_id, key, target, retry, timeout_ms, created_at, updated_at)
        select gen_random_uuid(), 'acme', key, target, retry, timeout_ms, created_at, updated_at from jobs
        """);

    fixture.feed(fixture.event("/shop", "e-1", INVOICE));
    fixture.feed(fixture.event("/till", "e-1", INVOICE));
    fixture.feed(
        fixture.message(
            "scheduler.run.requested.acme",
            Map.of(
                "Ce-Specversion", "1.0",
                "Ce-Id", "e-1",
                "Ce-Source", "/shop",
                "Ce-Type", "scheduler.run.requested"),
            INVOICE));
    fixture.awaitAcknowledged();

    assertEquals(List.of(), List.copyOf(fixture.setAside));
    assertEquals(3, fixture.runs());
    assertEquals(1, engine.count("select count(*) from runs where tenant_id = 'acme'"));
  }

  @Test
  void givesWhatItsDedupeKeyHadMadeBefore() {
    fixture.start();
    String once = "{\"jobKey\":\"send-invoices\",\"dedupeKey\":\"invoice-4711\"}";

    fixture.feedAndAwait(fixture.event("/shop", "e-1", once));
    fixture.feedAndAwait(fixture.event("/shop", "e-2", once));

    assertEquals(1, fixture.runs());
    assertEquals(2, engine.count("select count(*) from inbox i join runs r on r.id = i.run_id"));
    assertEquals(1, fixture.counted.get(Result.REPEATED).get());
  }

  /** An answer to the same event stays the same, also when its job has been archived since. */
  @Test
  void knowsAnEventWhoseJobIsArchivedMeanwhile() {
    fixture.start();
    fixture.feedAndAwait(fixture.event("/shop", "e-1", INVOICE));
    engine.execute("update jobs set status = 'ARCHIVED'");

    fixture.feedAndAwait(fixture.event("/shop", "e-1", INVOICE));
    fixture.feedAndAwait(fixture.event("/shop", "e-2", INVOICE));

    assertEquals(1, fixture.runs());
    assertEquals(1, fixture.setAside.size());
    assertEquals("the job send-invoices is archived", fixture.reason());
  }

  @Test
  void takesACorrectedRequestWithTheSameId() {
    fixture.start();
    fixture.feedAndAwait(fixture.event("/shop", "e-1", "{\"jobKey\":\"send-invoice\"}"));
    assertEquals(0, engine.count("select count(*) from inbox"));

    fixture.feedAndAwait(fixture.event("/shop", "e-1", INVOICE));

    assertEquals(1, fixture.runs());
  }

  // ── what the run is
  // ──────────────────────────────────────────────────────────────────────────────────

  @Test
  void keepsWhatWasAskedForAndTheTrace() {
    fixture.start();

    fixture.feedAndAwait(
        fixture.structured(
            """
            {"specversion":"1.0","id":"e-1","source":"/shop","type":"scheduler.run.requested",
             "traceparent":"%s","subject":"invoices/4711","time":"2026-01-01T00:00:00Z",
             "data":{"jobKey":"send-invoices","params":{"amount":1.10,"no":4711},"priority":0,
                     "scope":{"customer":"7"},"dueAt":"2126-01-01T00:00:00Z"}}
            """
                .formatted(TRACEPARENT)));

    Map<String, Object> run =
        engine.row(
            """
            select r.tenant_id, r.trace, r.params::text as params, r.scope ->> 'customer' as customer,
                   r.priority, q.due_at = '2126-01-01T00:00:00Z' as due, j.status
            from runs r join queue q on q.id = r.id join jobs j on j.id = r.job_id
            """);
    assertEquals(TRACEPARENT, run.get("trace"));
    assertEquals("{\"no\": 4711, \"amount\": 1.10}", run.get("params"));
    assertEquals("7", run.get("customer"));
    assertEquals(0, run.get("priority"));
    assertEquals(true, run.get("due"));
    assertEquals("ACTIVE", run.get("status"));
  }

  @Test
  void runsWhatWasAskedForAtOnce() {
    engine.handler("send-invoices", run -> Outcome.success());
    engine.ticker();
    engine.worker();
    fixture.start();

    fixture.feedAndAwait(fixture.event("/shop", "e-1", INVOICE));

    engine.awaitState((UUID) engine.row("select id from runs").get("id"), "SUCCEEDED");
  }

  @Test
  void readsBinaryModeWithItsTraceAsKafkaHasIt() {
    fixture.start();

    fixture.feedAndAwait(
        fixture.message(
            "scheduler.run.requested",
            Map.of(
                "ce_specversion", "1.0",
                "ce_id", "e-1",
                "ce_source", "/shop",
                "ce_type", "scheduler.run.requested",
                "ce_tenant", "default",
                "traceparent", TRACEPARENT,
                "content-type", "application/json; charset=utf-8"),
            INVOICE));

    assertEquals(TRACEPARENT, engine.row("select trace from runs").get("trace"));
    assertEquals("/shop", engine.row("select source from inbox").get("source"));
  }

  @Test
  void makesARunWithoutATraceWhereTheTraceCannotBeRead() {
    fixture.start();

    fixture.feedAndAwait(
        fixture.structured(
            """
            {"specversion":"1.0","id":"e-1","source":"/shop","type":"scheduler.run.requested",
             "traceparent":"garbage","data":%s}
            """
                .formatted(INVOICE)));

    assertNull(engine.row("select trace from runs").get("trace"));
  }

  // ── faults that are not the request's
  // ──────────────────────────────────────────────────────────────────

  @Test
  void triesAgainUntilTheDatabaseIsBack() {
    AtomicBoolean away = new AtomicBoolean(true);
    AtomicInteger tries = new AtomicInteger();
    engine.pg.transactionFault(
        (tenant, go) -> {
          tries.incrementAndGet();
          return away.get() ? broken() : go;
        });
    Requests requests = fixture.start();
    for (int i = 0; i < 300; i++) {
      fixture.feed(fixture.event("/shop", "e-" + i, INVOICE));
    }

    await().atMost(RequestsFixture.LONG).until(() -> tries.get() > 3 * Requests.PLACES);
    assertNotNull(requests.retryingSince());
    assertEquals(Requests.PLACES, requests.inHand());
    assertEquals(List.of(), List.copyOf(fixture.channel.acknowledged));
    away.set(false);

    fixture.awaitAcknowledged();
    assertEquals(300, fixture.runs());
    assertEquals(List.of(), List.copyOf(fixture.setAside));
    assertEquals(Requests.PLACES, fixture.channel.mostInHand.get());
    await().until(() -> requests.inHand() == 0);
    assertNull(requests.retryingSince());
  }

  @Test
  void makesNoSecondRunWhenTheAnswerToACommitIsLost() {
    AtomicInteger lost = new AtomicInteger();
    engine.pg.transactionFault(
        (tenant, go) -> lost.getAndIncrement() < 10 ? go.chain(committed -> broken()) : go);
    fixture.start();

    for (int i = 0; i < 10; i++) {
      fixture.feed(fixture.event("/shop", "e-" + i, INVOICE));
    }
    fixture.awaitAcknowledged();

    assertEquals(10, fixture.runs());
    assertEquals(10, fixture.channel.acknowledged.size());
  }

  @Test
  void losesAndDoublesNothingWhenItsConnectionsAreCut() {
    fixture.start();
    for (int i = 0; i < 1_000; i++) {
      fixture.feed(fixture.event("/shop", "e-" + i, INVOICE));
    }

    for (int cut = 1; cut <= 3; cut++) {
      int so = cut * 150;
      await()
          .pollInterval(Duration.ofMillis(1))
          .atMost(RequestsFixture.LONG)
          .until(() -> fixture.channel.acknowledged.size() >= so);
      engine.execute(
          """
          select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid()
          """);
    }
    fixture.awaitAcknowledged();

    assertEquals(1_000, fixture.runs());
    assertEquals(1_000, engine.count("select count(*) from inbox"));
    assertEquals(1_000, engine.count("select count(*) from queue"));
    assertEquals(List.of(), List.copyOf(fixture.setAside));
  }

  @Test
  void acknowledgesNothingBeforeTheDeadLettersHaveIt() {
    fixture.deadLettersAway.set(Integer.MAX_VALUE);
    Requests requests = fixture.start();

    fixture.feed(fixture.structured("{"));
    await().until(() -> requests.retryingSince() != null);
    assertEquals(0, fixture.channel.acknowledged.size());
    fixture.deadLettersAway.set(0);

    fixture.awaitAcknowledged();
    assertEquals(1, fixture.setAside.size());
  }

  @Test
  void readsOnAfterTheChannelBroke() {
    fixture.start();
    fixture.feedAndAwait(fixture.event("/shop", "e-1", INVOICE));

    fixture.channel.breakOff();
    fixture.feed(fixture.event("/shop", "e-2", INVOICE));

    fixture.awaitAcknowledged();
    assertEquals(2, fixture.channel.readers.get());
    assertEquals(2, fixture.runs());
  }

  /** The inbox makes it safe to try again what may have been stored. */
  @Test
  void triesAgainWhatNothingIsHeardOf() {
    AtomicInteger tries = new AtomicInteger();
    engine.pg.transactionFault(
        (tenant, go) ->
            tries.getAndIncrement() == 0 ? go.chain(committed -> Uni.createFrom().nothing()) : go);
    fixture.start(true, fixture.channel, Duration.ofMillis(200));

    fixture.feedAndAwait(fixture.event("/shop", "e-1", INVOICE));

    assertEquals(2, tries.get());
    assertEquals(1, fixture.runs());
    assertEquals(1, fixture.counted.get(Result.REPEATED).get());
  }

  // ── stopping
  // ────────────────────────────────────────────────────────────────────────────────────────

  @Test
  void leavesToOthersWhatItCannotStoreBeforeItStops() throws Exception {
    engine.pg.transactionFault((tenant, go) -> broken());
    Requests first = fixture.start();
    for (int i = 0; i < 100; i++) {
      fixture.feed(fixture.event("/shop", "e-" + i, INVOICE));
    }
    await().until(() -> first.retryingSince() != null);

    fixture.stop(first);
    engine.pg.transactionFault(null);
    assertEquals(0, fixture.channel.acknowledged.size());
    fixture.start();

    fixture.awaitAcknowledged();
    assertEquals(100, fixture.runs());
  }

  @Test
  void finishesWhatIsBeingStoredAndTakesNothingMore() throws Exception {
    CompletableFuture<Void> gate = new CompletableFuture<>();
    engine.pg.transactionFault(
        (tenant, go) -> Uni.createFrom().completionStage(gate).chain(() -> go));
    Requests requests = fixture.start();
    for (int i = 0; i < 500; i++) {
      fixture.feed(fixture.event("/shop", "e-" + i, INVOICE));
    }
    await().until(() -> requests.inHand() == Requests.PLACES);

    CompletableFuture<Void> stopped = requests.stop(RequestsFixture.LONG).toCompletableFuture();
    gate.complete(null);
    stopped.get(10, TimeUnit.SECONDS);

    assertEquals(0, requests.inHand());
    assertEquals(Requests.PLACES, fixture.channel.acknowledged.size());
    assertEquals(Requests.PLACES, fixture.runs());
  }

  @Test
  void stopsInTimeAlsoWhenADatabaseDoesNotAnswer() throws Exception {
    engine.pg.transactionFault((tenant, go) -> Uni.createFrom().nothing());
    Requests requests = fixture.start();
    fixture.feed(fixture.event("/shop", "e-1", INVOICE));
    await().until(() -> requests.inHand() == 1);

    fixture.stop(requests);

    assertEquals(0, fixture.channel.acknowledged.size());
  }

  // ── housekeeping
  // ───────────────────────────────────────────────────────────────────────────────────

  @Test
  void forgetsAnEventAfterEightDays() {
    engine.execute(
        """
        insert into inbox (tenant_id, source, event_id, run_id, received_at)
        select 'default', '/shop', 'old-' || n, gen_random_uuid(), now() - interval '8 days 1 minute'
        from generate_series(1, 5001) as n
        union all
        select 'default', '/shop', 'young', gen_random_uuid(), now() - interval '7 days 23 hours'
        """);

    engine.maintenance(Duration.ofSeconds(30));

    await()
        .atMost(RequestsFixture.LONG)
        .until(() -> engine.count("select count(*) from inbox") == 1);
    assertEquals("young", engine.row("select event_id as id from inbox").get("id"));
  }

  private static Uni<?> broken() {
    return Uni.createFrom().failure(new ConnectException("connection reset"));
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
