package dev.carillon.ticker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.loop.Loop;
import dev.carillon.pg.DatabaseClock;
import dev.carillon.run.Outcome;
import dev.carillon.testing.EngineFixture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two nodes on one database, and the clock of the one that leads jumps. */
class ClockJumpTest {

  private static final Duration LEASE = Duration.ofSeconds(2);
  private static final int SCHEDULES = 10;
  private static final String EVERY_SECOND = "{\"type\":\"CRON\",\"expression\":\"* * * * * *\"}";

  private final EngineFixture engine =
      new EngineFixture().handler("noop", run -> Outcome.success());
  private final AtomicLong jumpMillis = new AtomicLong();
  private final List<Loop> loops = new ArrayList<>();

  @AfterEach
  void close() {
    loops.forEach(loop -> loop.stop().toCompletableFuture().join());
    engine.close();
  }

  @Test
  void everyFireHappensOnceAndInTimeThoughTheLeadersClockJumps() {
    // Given schedules of every second, and two nodes of which the first leads and works
    UUID job = engine.job("noop");
    for (int i = 0; i < SCHEDULES; i++) {
      engine.schedule(job, "every-second-" + i, EVERY_SECOND, "UTC", null);
    }
    engine.execute("update clock set next_fire_at = date_trunc('second', now()) + interval '2 s'");
    DatabaseClock jumping = node(jumpMillis);
    Ticker leader = engine.clock(jumping).ticker(LEASE);
    engine.worker();
    await().until(leader::isLeading);
    engine.clock(node(new AtomicLong())).ticker(LEASE);
    engine.worker();
    awaitFires(3);

    // When its monotonic clock jumps ahead by an hour, then back by two, while runs lie in wait
    UUID later = engine.runs(job, 1, EngineFixture.REAL.instant().plusSeconds(3_000)).get(0);
    for (long jump : List.of(3_600_000L, -3_600_000L, 0L)) {
      long before = fires();
      jumpMillis.set(jump);
      await().atMost(Duration.ofSeconds(20)).until(() -> fires() > before + 3 * SCHEDULES);
    }

    // Then each schedule has fired at every second, once, and nothing was done before its time
    assertThat(
            engine.rows(
                """
                select schedule_id from runs where schedule_id is not null
                group by schedule_id
                having count(*) <> extract(epoch from max(fire_at) - min(fire_at)) + 1
                """))
        .isEmpty();
    assertThat(engine.count("select count(*) from attempts where outcome <> 'SUCCEEDED'")).isZero();
    assertThat(
            engine.count(
                """
                select count(*) from attempts a join runs r on r.id = a.run_id
                where a.started_at < r.due_at
                """))
        .isZero();
    assertThat(engine.count("select count(*) from runs where fire_at > now() + interval '7 s'"))
        .isZero();
    assertThat(engine.state(later)).isEqualTo("SCHEDULED");
  }

  /** A node's clock, and what measures it, as in a process of Carillon. */
  private DatabaseClock node(AtomicLong jump) {
    DatabaseClock clock =
        engine.pg.clock(
            () -> System.nanoTime() + jump.get() * 1_000_000, System::currentTimeMillis);
    Loop measuring =
        new Loop(
            "measure the database's clock",
            engine.vertx,
            engine.vertx.getOrCreateContext(),
            () -> clock.measure().map(done -> Duration.ofMillis(clock.isSteady() ? 30_000 : 100)));
    clock.onDoubt(measuring::wake);
    measuring.start();
    loops.add(measuring);
    return clock;
  }

  private void awaitFires(int each) {
    await().atMost(Duration.ofSeconds(20)).until(() -> fires() >= each * SCHEDULES);
  }

  private long fires() {
    return engine.count(
        "select count(*) from attempts a join runs r on r.id = a.run_id where r.fire_at is not null");
  }
}
