package dev.carillon.loop;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class LoopTest {

  private static final Duration FOR_EVER = Duration.ofHours(1);
  private static Vertx vertx;

  @BeforeAll
  static void open() {
    vertx = Vertx.vertx();
  }

  @AfterAll
  static void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  @Test
  void neverStepsTwiceAtOnceHoweverOftenItIsWoken() {
    AtomicInteger inStep = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    AtomicInteger steps = new AtomicInteger();
    Loop loop =
        loop(
            () -> {
              most.accumulateAndGet(inStep.incrementAndGet(), Math::max);
              steps.incrementAndGet();
              return later(inStep::decrementAndGet);
            });

    loop.start();
    // Wake-ups from before the first step are served by it: nothing would owe a second one.
    await().until(() -> steps.get() == 1);
    List<CompletableFuture<Void>> wakers =
        List.of(waker(loop, 500), waker(loop, 500), waker(loop, 500));
    wakers.forEach(CompletableFuture::join);

    await().until(() -> steps.get() > 1);
    assertEquals(1, most.get());
    loop.stop().toCompletableFuture().join();
  }

  @Test
  void stepsAgainWhenItWasWokenWhileStepping() throws Exception {
    CopyOnWriteArrayList<UniEmitter<? super Duration>> steps = new CopyOnWriteArrayList<>();
    Loop loop = loop(() -> Uni.createFrom().emitter(steps::add));
    loop.start();
    await().until(() -> steps.size() == 1);

    loop.wake();
    steps.get(0).complete(FOR_EVER);

    await().until(() -> steps.size() == 2);
    steps.get(1).complete(FOR_EVER);
    loop.stop().toCompletableFuture().get(10, SECONDS);
  }

  @Test
  void goesOnAfterAnErrorHoweverItComes() {
    AtomicInteger steps = new AtomicInteger();
    Loop loop =
        loop(
            () ->
                switch (steps.incrementAndGet()) {
                  case 1 -> throw new StackOverflowError("thrown");
                  case 2 ->
                      Uni.createFrom()
                          .item(1)
                          .map(
                              one -> {
                                throw new NoClassDefFoundError("in a stage");
                              });
                  default -> Uni.createFrom().item(FOR_EVER);
                });

    loop.start();

    await().until(() -> steps.get() == 3);
    loop.stop().toCompletableFuture().join();
  }

  @Test
  void isNotDrivenThroughAnOutageByWakeUps() {
    AtomicInteger steps = new AtomicInteger();
    Loop loop =
        loop(
            () -> {
              steps.incrementAndGet();
              return Uni.createFrom().failure(new IllegalStateException("away"));
            });
    loop.start();
    long begun = System.nanoTime();
    await().until(() -> steps.get() >= 1);

    // Pauses of 100, 200, 400 ms: four failures take 700 ms, however often somebody wakes it.
    CompletableFuture<Void> stop = new CompletableFuture<>();
    CompletableFuture<Void> waking =
        CompletableFuture.runAsync(
            () -> {
              while (!stop.isDone()) {
                loop.wake();
                Thread.onSpinWait();
              }
            });
    await().until(() -> steps.get() >= 4);
    Duration taken = Duration.ofNanos(System.nanoTime() - begun);
    stop.complete(null);
    waking.join();

    assertTrue(taken.toMillis() >= 699, () -> "four failures within " + taken);
    loop.stop().toCompletableFuture().join();
  }

  @Test
  void waitsForTheStepInHandWhenItIsStopped() throws Exception {
    CopyOnWriteArrayList<UniEmitter<? super Duration>> steps = new CopyOnWriteArrayList<>();
    Loop loop = loop(() -> Uni.createFrom().emitter(steps::add));
    loop.start();
    await().until(() -> steps.size() == 1);

    CompletableFuture<Void> stopped = loop.stop().toCompletableFuture();
    onContext();
    assertFalse(stopped.isDone());
    steps.get(0).complete(Duration.ZERO);

    stopped.get(10, SECONDS);
    loop.wake();
    onContext();
    assertEquals(1, steps.size());
  }

  @Test
  void restsAsLongAsTheStepSays() {
    CopyOnWriteArrayList<Long> at = new CopyOnWriteArrayList<>();
    Loop loop =
        loop(
            () -> {
              at.add(System.nanoTime());
              return Uni.createFrom().item(Duration.ofMillis(50));
            });

    loop.start();

    await().until(() -> at.size() >= 4);
    assertTrue(at.get(3) - at.get(0) >= Duration.ofMillis(149).toNanos());
    loop.stop().toCompletableFuture().join();
  }

  private final io.vertx.core.Context context = vertx.getOrCreateContext();

  private Loop loop(Supplier<Uni<Duration>> step) {
    return new Loop("test", vertx, context, step);
  }

  private Uni<Duration> later(Runnable then) {
    return Uni.createFrom()
        .emitter(
            emitter ->
                vertx.setTimer(
                    1,
                    id -> {
                      then.run();
                      emitter.complete(FOR_EVER);
                    }));
  }

  private static CompletableFuture<Void> waker(Loop loop, int times) {
    return CompletableFuture.runAsync(
        () -> {
          for (int i = 0; i < times; i++) {
            loop.wake();
          }
        });
  }

  /** Until what was put on the context so far is done. */
  private void onContext() throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    context.runOnContext(ignored -> done.countDown());
    assertTrue(done.await(10, SECONDS));
  }
}
