package dev.carillon.event;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.broker.CloudEvents;
import dev.carillon.broker.EventMessage;
import dev.carillon.run.Outcome;
import dev.carillon.testing.EngineFixture;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Dead runs on the dead-letter channel, and events that carry everything. */
class DeadRunsTest {

  private static final Duration LONG = Duration.ofSeconds(15);

  private final List<EngineFixture.Letter> letters = new CopyOnWriteArrayList<>();
  private final AtomicBoolean refuses = new AtomicBoolean();
  private final EngineFixture engine =
      new EngineFixture()
          .handler("busy", run -> Outcome.retry("busy", Duration.ZERO))
          .handler("noop", run -> Outcome.success(Map.of("answer", 42)))
          .handler("wrong", run -> Outcome.failure("the customer is gone"))
          .letters(
              letter -> {
                if (refuses.get()) {
                  return Uni.createFrom().failure(new IllegalStateException("no letters"));
                }
                letters.add(letter);
                return Uni.createFrom().voidItem();
              });

  @AfterEach
  void close() {
    engine.close();
  }

  @Test
  void setsEveryDeadRunAsideWithItsReason() {
    engine.ticker();
    engine.worker();
    engine.relay();

    UUID dead = engine.run(engine.job("busy"));
    engine.run(engine.job("wrong"));
    engine.run(engine.job("noop"));

    await().atMost(LONG).until(() -> letters.size() == 1);
    EngineFixture.Letter letter = letters.get(0);
    assertEquals("scheduler.run.dead", letter.message().topic());
    assertEquals(dead + "/3", letter.message().position());
    assertEquals(CloudEvents.CONTENT_TYPE, letter.message().headers().get("content-type"));
    assertEquals("DEAD: HandlerError", letter.reason());
    EventMessage body = CloudEvents.read(letter.message().body());
    assertEquals("runs/" + dead, body.subject());
    assertEquals("DEAD", body.data().getString("state"));
    await().atMost(LONG).until(() -> engine.count("select count(*) from dead_letters") == 0);
  }

  @Test
  void namesWhatTookItsWorkersWithIt() {
    UUID run = engine.run(engine.job("noop"));
    engine.execute(
        """
        with a as (
          insert into attempts (run_id, generation, attempt, tenant_id, worker_id, outcome, final_state, started_at,
                                finished_at, error)
          select id, 1, 3, tenant_id, gen_random_uuid(), 'LOST', 'DEAD', now(), now(),
                 '{"class":"POISON","message":"m","retryable":false}'
          from queue where id = ? returning run_id, attempt)
        insert into outbox (at, kind, runs, attempts) select now(), 'ENDED', array[run_id], array[attempt] from a
        """,
        run);
    engine.execute("delete from queue");

    engine.relay();

    await().atMost(LONG).until(() -> letters.size() == 1);
    assertEquals("POISON", letters.get(0).reason());
    EventMessage failed = engine.events.get(0);
    assertEquals("scheduler.run.failed", failed.type());
    assertEquals(false, failed.data().getBoolean("willRetry"));
  }

  /** Its budget would have let it go on; only its age did not. */
  @Test
  void doesNotCallPoisonWhatWasLostAndIsTooOld() {
    UUID run = engine.run(engine.job("noop"));
    engine.execute(
        """
        with a as (
          insert into attempts (run_id, generation, attempt, tenant_id, worker_id, outcome, final_state, started_at,
                                finished_at, error)
          select id, 1, 1, tenant_id, gen_random_uuid(), 'LOST', 'DEAD', now(), now(),
                 '{"class":"Lost","message":"m","retryable":true}'
          from queue where id = ? returning run_id, attempt)
        insert into outbox (at, kind, runs, attempts) select now(), 'ENDED', array[run_id], array[attempt] from a
        """,
        run);

    engine.relay();

    await().atMost(LONG).until(() -> letters.size() == 1);
    assertEquals("DEAD: Lost", letters.get(0).reason());
  }

  /** 120 runs in one row, with a quarter of a megabyte each, and a broker that fails in between. */
  @Test
  void tellsOneRowThatCarriesTooMuchInPartsAndCountsItOnce() {
    UUID full = engine.job("full", "{\"type\":\"HANDLER\",\"name\":\"noop\"}", LONG, 1);
    UUID schedule =
        engine.schedule(
            full,
            "s",
            "{\"type\":\"FIXED_DELAY\",\"delay\":\"PT1H\"}",
            "UTC",
            EngineFixture.REAL.instant().plusSeconds(3600));
    engine.execute("update jobs set event_payload = 'FULL' where id = ?", full);
    engine.runs(full, 120, EngineFixture.REAL.instant());
    engine.execute(
        "update runs set schedule_id = ?, tenant_id = 'default',"
            + " params = jsonb_build_object('p', repeat('x', 256 * 1024))",
        schedule);
    engine.execute(
        """
        with a as (
          insert into attempts (run_id, generation, attempt, tenant_id, outcome, final_state, started_at, finished_at, output)
          select id, 1, 1, 'default', 'SUCCEEDED', 'SUCCEEDED', now(), now(), '{"answer":42}' from queue
          returning run_id, attempt)
        insert into outbox (at, kind, runs, attempts)
        select now(), 'ENDED', array_agg(run_id order by run_id), array_agg(attempt) from a
        """);
    engine.execute("delete from queue");
    engine.execute(
        """
        insert into outbox (at, kind, tenant_id, payload)
        values (now(), 'CHANGED', 'default', ?::jsonb)
        """,
        OutboxRows.payload("scheduler.job.created", "jobs/a", 1, null, new JsonObject()).encode());
    List<List<String>> published = new CopyOnWriteArrayList<>();
    AtomicInteger tries = new AtomicInteger();
    Relay relay =
        new Relay(
            engine.vertx,
            engine.pg,
            EngineFixture.REAL,
            EngineFixture.only(
                events -> {
                  if (tries.incrementAndGet() == 2) {
                    return Uni.createFrom().failure(new IllegalStateException("away"));
                  }
                  published.add(events.stream().map(EventMessage::subject).toList());
                  return Uni.createFrom().voidItem();
                }),
            LONG);
    relay.start();

    await().atMost(LONG).until(() -> engine.count("select count(*) from outbox") == 0);
    relay.stop().toCompletableFuture().join();
    List<String> all = published.stream().flatMap(List::stream).toList();
    assertEquals(121, all.size());
    assertEquals(121, all.stream().distinct().count());
    assertEquals("jobs/a", all.get(120));
    // 320 KiB each, with what an output may be.
    published.forEach(part -> assertTrue(part.size() <= 52, part.size() + " at once"));
    assertEquals(120L, engine.row("select succeeded from schedule_counts").get("succeeded"));
  }

  @Test
  void losesNoneWhileTheBrokerRefusesAndHoldsNobodyElseUp() {
    refuses.set(true);
    engine.ticker();
    engine.worker();
    engine.relay();
    UUID job = engine.job("busy");
    List<UUID> dead = List.of(engine.run(job), engine.run(job), engine.run(job));
    dead.forEach(run -> engine.awaitState(run, "DEAD"));

    UUID other = engine.run(engine.job("noop"));
    await().atMost(LONG).until(() -> told(other).contains("scheduler.run.succeeded"));
    await().atMost(LONG).until(() -> engine.count("select count(*) from outbox") == 0);
    assertEquals(3, engine.count("select count(*) from dead_letters"));
    assertEquals(0, letters.size());

    refuses.set(false);
    await().atMost(LONG).until(() -> letters.size() == 3);
    await().atMost(LONG).until(() -> engine.count("select count(*) from dead_letters") == 0);
    // The events themselves went out once.
    dead.forEach(
        run ->
            assertEquals(
                1, told(run).stream().filter(type -> type.equals("scheduler.run.dead")).count()));
  }

  @Test
  void saysWhatARunBelongsTo() {
    UUID cause = UUID.randomUUID();
    UUID job = engine.job("noop");
    UUID run = engine.run(job);
    engine.execute(
        "update runs set caused_by = ?, group_id = ?, labels = '{\"team\":\"billing\"}' where id = ?",
        cause,
        cause,
        run);
    UUID alone = engine.run(job);
    engine.ticker();
    engine.worker();
    engine.relay();

    for (UUID one : List.of(run, alone)) {
      await().atMost(LONG).until(() -> told(one).size() == 2);
    }

    for (EventMessage event : of(run)) {
      assertEquals(cause.toString(), event.data().getString("causedBy"));
      assertEquals(cause.toString(), event.data().getString("groupId"));
      assertEquals("billing", event.data().getJsonObject("labels").getString("team"));
    }
    for (EventMessage event : of(alone)) {
      for (String absent : List.of("causedBy", "groupId", "labels")) {
        assertFalse(event.data().containsKey(absent));
      }
    }
  }

  @Test
  void carriesEverythingOnlyWhereTheJobSaysSo() {
    UUID full = engine.job("full", "{\"type\":\"HANDLER\",\"name\":\"noop\"}", LONG, 1);
    UUID wrong = engine.job("fullWrong", "{\"type\":\"HANDLER\",\"name\":\"wrong\"}", LONG, 1);
    engine.execute("update jobs set event_payload = 'FULL' where id in (?, ?)", full, wrong);
    engine.ticker();
    engine.worker();
    engine.relay();

    UUID loud = engine.run(full, "{\"customer\":\"4711\"}");
    UUID failing = engine.run(wrong, "{\"customer\":\"4712\"}");
    UUID quiet = engine.run(engine.job("wrong"), "{\"customer\":\"4713\"}");
    for (UUID run : List.of(loud, failing, quiet)) {
      await().atMost(LONG).until(() -> told(run).size() == 2);
    }

    for (EventMessage event : of(loud)) {
      assertEquals("4711", event.data().getJsonObject("params").getString("customer"));
    }
    assertNull(of(loud).get(0).data().getValue("output"));
    assertEquals(42, of(loud).get(1).data().getJsonObject("output").getInteger("answer"));
    JsonObject error = of(failing).get(1).data().getJsonObject("error");
    assertEquals("the customer is gone", error.getString("message"));
    of(quiet)
        .forEach(
            event -> {
              assertFalse(event.data().containsKey("params"));
              assertFalse(event.data().containsKey("output"));
            });
    assertFalse(of(quiet).get(1).data().getJsonObject("error").containsKey("message"));
    assertTrue(of(quiet).get(1).data().getJsonObject("error").containsKey("class"));
  }

  @Test
  void tellsOfManyThatCarryEverythingInSeveralRounds() {
    UUID full = engine.job("full", "{\"type\":\"HANDLER\",\"name\":\"noop\"}", LONG, 1);
    engine.execute("update jobs set event_payload = 'FULL' where id = ?", full);
    List<UUID> runs = engine.runs(full, 1_000, EngineFixture.REAL.instant());
    engine.execute("update runs set params = '{\"n\":1}'");
    engine.ticker();
    engine.worker();
    engine.awaitEmptyQueue(LONG);

    engine.relay();

    await().atMost(LONG).until(() -> engine.events.size() == 2_000);
    await().atMost(LONG).until(() -> engine.count("select count(*) from outbox") == 0);
    assertEquals(2_000, engine.events.size());
    for (EventMessage event : engine.events) {
      assertEquals(1, event.data().getJsonObject("params").getInteger("n"));
    }
    assertEquals(
        runs.size(),
        engine.events.stream().filter(event -> event.data().containsKey("output")).count());
  }

  private List<EventMessage> of(UUID run) {
    return engine.events.stream().filter(event -> event.subject().equals("runs/" + run)).toList();
  }

  private List<String> told(UUID run) {
    return of(run).stream().map(EventMessage::type).toList();
  }
}
