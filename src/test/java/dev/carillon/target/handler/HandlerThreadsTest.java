package dev.carillon.target.handler;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.JobHandler;
import dev.carillon.RunContext;
import dev.carillon.run.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
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

  @Test
  void leaveRoomInThePoolForHandlersThatDoNotStop() throws Exception {
    ExecutorService pool = HandlerThreads.pool(4);
    CountDownLatch never = new CountDownLatch(1);
    for (int i = 0; i < 4; i++) {
      pool.execute(
          () -> {
            try {
              never.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          });
    }

    assertTrue(pool.submit(Thread::currentThread).get(5, SECONDS).isDaemon());
    pool.shutdownNow();
  }

  @Test
  void givesEveryHandlerAThreadHoweverManyBlock() throws Exception {
    int slots = 200;
    ExecutorService pool = HandlerThreads.pool(slots);
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
