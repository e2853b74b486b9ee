package dev.carillon.worker;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.run.Outcome;
import dev.carillon.testing.EngineFixture;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class DrainTest {

  @Test
  void finishesWhatIsShortAndHandsBackWhatIsLong() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    CountDownLatch soon = new CountDownLatch(1);
    AtomicInteger started = new AtomicInteger();
    try (EngineFixture engine =
        new EngineFixture()
            .handler(
                "short",
                run -> {
                  started.incrementAndGet();
                  soon.await();
                  return Outcome.success();
                })
            .handler(
                "long",
                run -> {
                  started.incrementAndGet();
                  never.await();
                  return Outcome.success();
                })
            .handler("idle", run -> Outcome.success())
            .drain(Duration.ofMillis(5_300))) {
      // Given two runs in hand
      UUID brief = engine.run(engine.job("short"));
      UUID endless = engine.run(engine.job("long"));
      UUID idle = engine.job("idle");
      Worker worker = engine.worker();
      await().until(() -> started.get() == 2);

      // When the worker is to stop
      var drained = worker.drain().toCompletableFuture();
      soon.countDown();
      engine.awaitState(brief, "SUCCEEDED");
      UUID late = engine.run(idle);
      drained.get(10, SECONDS);

      // Then the long one is another's, at once and without having used a try
      assertEquals("DRAINED", engine.attempts(endless));
      assertEquals("QUEUED", engine.state(endless));
      assertEquals(0, engine.count("select tried + lost from queue where id = ?", endless));
      // and nothing was taken any more
      assertEquals("QUEUED", engine.state(late));
      assertEquals(1, engine.count("select count(*) from workers where retired_at is not null"));
      assertTrue(worker.inHand() == 0);
    }
  }

  @Test
  void isGoneAtOnceWhenThereIsNothingInHand() throws Exception {
    try (EngineFixture engine = new EngineFixture()) {
      Worker worker = engine.worker();
      await().until(() -> worker.worker() != null);

      worker.drain().toCompletableFuture().get(2, SECONDS);

      assertEquals(1, engine.count("select count(*) from workers where retired_at is not null"));
    }
  }
}
