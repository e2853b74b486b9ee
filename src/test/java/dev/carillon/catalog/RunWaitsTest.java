package dev.carillon.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.run.Outcome;
import dev.carillon.testing.EngineFixture;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who waits for runs, and where runs that wait stand. */
class RunWaitsTest {

  private static final Duration LONG = Duration.ofSeconds(20);

  private EngineFixture engine;
  private Operators operators;

  @BeforeEach
  void open() {
    engine = new EngineFixture().handler("noop", run -> Outcome.success());
    operators = new Operators(engine);
  }

  @AfterEach
  void close() {
    engine.close();
  }

  @Test
  void tellsThePlaceInLine() {
    UUID job = engine.job("noop");
    UUID first = engine.run(job);
    UUID second = engine.run(job);
    UUID urgent = engine.run(job);
    engine.execute("update queue set priority = 0 where id = ?", urgent);
    UUID future = engine.run(job);
    engine.execute(
        "update queue set priority = 0, due_at = now() + interval '1 day' where id = ?", future);
    for (UUID held : List.of(first, second)) {
      assertEquals(held.equals(first) ? 2 : 3, operators.get(held, null).queuePosition());
    }
    assertEquals(1, operators.get(urgent, null).queuePosition());
    assertNull(operators.get(future, null).queuePosition());

    engine.execute(
        """
        update queue set held_by = 'key:c', held_key = 'key:c', held_due = due_at, due_at = 'infinity'
        where id in (?, ?)
        """,
        first,
        second);

    assertEquals(1, operators.get(first, null).queuePosition());
    assertEquals(2, operators.get(second, null).queuePosition());
    assertEquals("key:c", operators.get(second, null).heldBy());
  }

  @Test
  void waitsForManyRunsWithOneLook() {
    UUID job = engine.job("noop");
    List<UUID> runs = IntStream.range(0, 40).mapToObj(i -> engine.run(job)).toList();
    AtomicInteger looks = new AtomicInteger();
    engine.pg.fault(
        (sql, parameters, go) -> {
          if (sql.equals(RunLineSql.LIVING)) {
            looks.incrementAndGet();
          }
          return go;
        });
    List<CompletableFuture<Void>> ends =
        runs.stream()
            .map(run -> operators.waits.untilEnded(run, LONG).subscribeAsCompletionStage())
            .toList();
    assertEquals(40, operators.waits.count());

    engine.worker();
    ends.forEach(CompletableFuture::join);

    assertEquals(0, operators.waits.count());
    runs.forEach(run -> assertEquals("SUCCEEDED", engine.state(run)));
    assertTrue(looks.get() < 30, looks + " looks for 40 waits");
  }

  @Test
  void refusesMoreWaitsThanThereIsRoomForAndFreesTheirPlaces() {
    UUID run = engine.run(engine.job("noop"));
    List<CompletableFuture<Void>> all =
        IntStream.range(0, RunWaits.MOST)
            .mapToObj(i -> operators.waits.untilEnded(run, LONG).subscribeAsCompletionStage())
            .toList();

    CompletableFuture<Void> surplus =
        operators.waits.untilEnded(run, LONG).subscribeAsCompletionStage();

    assertTrue(surplus.isCompletedExceptionally() || surplus.handle((v, e) -> e != null).join());
    all.get(0).cancel(true);
    Awaitility.await().until(() -> operators.waits.count() == RunWaits.MOST - 1);
    operators.waits.release();
    Awaitility.await().until(() -> operators.waits.count() == 0);
  }
}
