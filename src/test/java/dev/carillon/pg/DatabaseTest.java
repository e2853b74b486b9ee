package dev.carillon.pg;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.testing.EngineFixture;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DatabaseTest {

  private EngineFixture engine;

  @BeforeEach
  void open() {
    engine = new EngineFixture();
  }

  @AfterEach
  void close() {
    engine.close();
  }

  @Test
  void theClockDoesNotTrustATimeThatJumpedUntilItIsMeasuredAgain() {
    DatabaseClock clock = engine.pg.clock();
    assertTrue(clock.isSteady());
    var before = clock.instant();

    engine.pg.fault(
        (sql, parameters, go) ->
            engine.pg.faultless("select clock_timestamp() + interval '1 hour'"));
    engine.pg.measure(clock);
    assertFalse(clock.isSteady());
    engine.pg.measure(clock);

    assertTrue(clock.isSteady());
    assertTrue(Duration.between(before, clock.instant()).toMinutes() >= 59);
    assertEquals(0, clock.instant().getNano() % 1_000);
  }

  @Test
  void theClockDoubtsItselfWhenThisMachinesClocksMoveApart() {
    for (boolean monotonic : new boolean[] {true, false}) {
      AtomicLong jump = new AtomicLong();
      AtomicInteger doubts = new AtomicInteger();
      DatabaseClock clock =
          engine.pg.clock(
              () -> System.nanoTime() + (monotonic ? jump.get() * 1_000_000 : 0),
              () -> System.currentTimeMillis() + (monotonic ? 0 : jump.get()));
      clock.onDoubt(doubts::incrementAndGet);
      clock.instant();
      assertTrue(clock.isSteady());

      jump.set(Duration.ofHours(1).toMillis());
      clock.instant();

      assertFalse(clock.isSteady());
      clock.instant();
      assertEquals(1, doubts.get());
      // The first measurement corrects it, the second agrees.
      engine.pg.measure(clock);
      engine.pg.measure(clock);
      assertTrue(clock.isSteady());
      assertTrue(Duration.between(Instant.now(), clock.instant()).abs().toSeconds() < 5);
    }
  }

  @Test
  void theClockTellsNoTimeBeforeItIsMeasured() {
    assertThrows(
        IllegalStateException.class,
        () -> new DatabaseClock(engine.pg, System::nanoTime, System::currentTimeMillis).instant());
  }

  /** Rule 2, and what keeps a former leader's statement from outliving its lease. */
  @Test
  void theEnginesConnectionsPlanAnewAreTimedAndActAsTheEngine() {
    Row row =
        engine
            .pg
            .rows(
                """
                select current_setting('plan_cache_mode'), current_setting('statement_timeout'),
                       current_user::text
                """)
            .get(0);

    assertEquals("force_custom_plan", row.getString(0));
    assertEquals("8s", row.getString(1));
    assertEquals("carillon_engine", row.getString(2));
  }

  @Test
  void aRequestSeesItsTenantAndNoOther() {
    engine.job("mine");
    engine.execute("update jobs set tenant_id = 'a'");
    engine.job("other");
    engine.execute("update jobs set tenant_id = 'b' where key = 'other'");

    assertEquals(List.of("mine"), keys("a"));
    assertEquals(List.of("other"), keys("b"));
    assertEquals(List.of(), keys("nobody"));
  }

  @Test
  void noticesArriveAgainAfterTheConnectionWasCut() {
    List<String> heard = new CopyOnWriteArrayList<>();
    AtomicInteger reconnected = new AtomicInteger();
    engine.notices.listen(Notices.Channel.CANCEL, heard::add);
    engine.notices.onReconnect(reconnected::incrementAndGet);
    engine.notices.send(Notices.Channel.CANCEL, "before");
    await().until(() -> heard.contains("before"));

    engine.execute(
        """
        select pg_terminate_backend(pid) from pg_stat_activity
        where query like 'LISTEN%' and datname = current_database()
        """);

    await().until(() -> reconnected.get() > 0);
    await().until(engine.notices::isListening);
    await()
        .until(
            () -> {
              engine.notices.send(Notices.Channel.CANCEL, "after");
              return heard.contains("after");
            });
  }

  private List<String> keys(String tenant) {
    return engine
        .pg
        .asTenant(
            tenant,
            connection -> Pg.query(connection, "select key from jobs order by key", Tuple.tuple()))
        .subscribeAsCompletionStage()
        .toCompletableFuture()
        .join()
        .stream()
        .map(row -> row.getString(0))
        .toList();
  }
}
