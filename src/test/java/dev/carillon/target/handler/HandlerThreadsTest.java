package dev.carillon.target.handler;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.JobHandler;
import dev.carillon.RunContext;
import dev.carillon.run.Outcome;
import dev.carillon.testing.LogLines;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class HandlerThreadsTest {

  @Test
  void areVirtualWhereTheJvmHasThemAndDaemonsInAnyCase() throws Exception {
    ExecutorService threads = HandlerThreads.open(4);

    Thread thread = threads.submit(Thread::currentThread).get(5, SECONDS);

    assertTrue(thread.isDaemon());
    assertEquals(
        Runtime.version().feature() >= 21, thread.getClass().getName().contains("Virtual"));
    threads.shutdownNow();
  }

  /** However many never stop, a slot that is free has a thread for its next handler at once. */
  @Test
  void areMadeAnewForThoseThatNeverStopAndGivenBackWhenTheyDo() throws Exception {
    int slots = 4;
    HandlerPools pools = HandlerThreads.pools(slots);
    CountDownLatch atLast = new CountDownLatch(1);
    CountDownLatch stuck = new CountDownLatch(50);
    try (LogLines lines = LogLines.of(HandlerPools.class.getName())) {
      for (int i = 0; i < 50; i++) {
        pools.execute(
            () -> {
              stuck.countDown();
              awaitUninterruptibly(atLast);
            });
      }

      assertTrue(stuck.await(5, SECONDS), "all of them have a thread");
      assertTrue(pools.submit(Thread::currentThread).get(5, SECONDS).isDaemon());
      int grown = pools.size();
      assertEquals(grown - 1, lines.with("do not stop").size());
      // Twelve threads each for four slots.
      assertEquals(5, grown);

      atLast.countDown();
      await().until(() -> pools.submit(() -> 1).get() == 1 && pools.size() == grown);
      for (int i = 0; i < 100; i++) {
        pools.submit(() -> 1).get(5, SECONDS);
      }
      assertEquals(grown, pools.size(), "threads that were given back are used again");
    }
    pools.shutdownNow();
    assertTrue(pools.awaitTermination(5, SECONDS));
    assertThrows(RejectedExecutionException.class, () -> pools.execute(() -> {}));
  }

  @Test
  void areNotMadeAnewForHandlersThatAreOnlyMany() throws Exception {
    HandlerPools pools = HandlerThreads.pools(1);
    for (int i = 0; i < 2_000; i++) {
      pools.submit(() -> 1).get(5, SECONDS);
    }

    assertEquals(1, pools.size());
    pools.shutdownNow();
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    while (true) {
      try {
        latch.await();
        return;
      } catch (InterruptedException e) {
        // It ignores what it is asked.
      }
    }
  }

  @Test
  void givesEveryHandlerAThreadHoweverManyBlock() throws Exception {
    int slots = 200;
    ExecutorService pool = HandlerThreads.pools(slots);
    CyclicBarrier all = new CyclicBarrier(slots);
    List<Future<Integer>> arrived = new ArrayList<>();

    for (int i = 0; i < slots; i++) {
      arrived.add(pool.submit(() -> all.await(20, SECONDS)));
    }

    for (Future<Integer> one : arrived) {
      one.get(20, SECONDS);
    }
    pool.shutdownNow();
  }

  @Test
  void showHandlersTheClassesOfTheApplication() throws Exception {
    ExecutorService pool = HandlerThreads.pool(1);

    ClassLoader seen =
        pool.submit(() -> Thread.currentThread().getContextClassLoader()).get(5, SECONDS);

    assertEquals(HandlerThreads.class.getClassLoader(), seen);
    pool.shutdownNow();
  }

  @Test
  void refusesTwoHandlersOfOneName() {
    JobHandler one = new Named();
    JobHandler other = new Named();

    IllegalStateException refused =
        assertThrows(
            IllegalStateException.class,
            () -> new HandlerCaller(List.of(one, other), List.of(), Runnable::run));

    assertTrue(refused.getMessage().contains(Named.class.getName()), refused.getMessage());
  }

  private static final class Named implements JobHandler {

    @Override
    public String name() {
      return "twin";
    }

    @Override
    public Outcome handle(RunContext run) {
      return Outcome.success();
    }
  }
}
