package dev.carillon.target.handler;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.TimeUnit;

/**
 * Where blocking handlers run: a virtual thread each where the JVM has them, a pool where it has
 * not, which grows while there are handlers that do not stop.
 */
public final class HandlerThreads {

  private static final Duration IDLE = Duration.ofSeconds(30);

  /** A thread is given back a moment after its slot is. */
  private static final int AT_LEAST_BEYOND = 8;

  /** What a fork-join pool can have. */
  private static final int MOST_THREADS = 32_767;

  private HandlerThreads() {}

  /**
   * @param slots how many handlers may be at work at once: each has a thread at once, whatever
   *     others that were given up still do
   */
  public static ExecutorService open(int slots) {
    try {
      MethodHandle factory =
          MethodHandles.publicLookup()
              .findStatic(
                  Executors.class,
                  "newVirtualThreadPerTaskExecutor",
                  MethodType.methodType(ExecutorService.class));
      return (ExecutorService) factory.invoke();
    } catch (NoSuchMethodException e) {
      return pools(slots);
    } catch (Throwable e) {
      throw new IllegalStateException("virtual threads could not be started", e);
    }
  }

  /**
   * With twice as many threads as slots in each: a handler that ignores its interrupt keeps its
   * thread after its slot was freed, and a few of those are nothing to make much of.
   */
  static HandlerPools pools(int slots) {
    int threads = Math.min(Math.max(slots * 2, slots + AT_LEAST_BEYOND), MOST_THREADS);
    return new HandlerPools(threads, HandlerThreads::pool);
  }

  /**
   * A fork-join pool, first in first out: a handler goes to a thread that is awake, and another is
   * woken or started only while handlers wait. A pool with a queue starts a thread for each of its
   * first handlers and wakes one for each of the others: with handlers that do nothing, that alone
   * cost more than all else.
   */
  static ExecutorService pool(int threads) {
    return new ForkJoinPool(
        threads,
        HandlerThread::new,
        null,
        true,
        0,
        threads,
        1,
        null,
        IDLE.toMillis(),
        TimeUnit.MILLISECONDS);
  }

  private static final class HandlerThread extends ForkJoinWorkerThread {

    HandlerThread(ForkJoinPool pool) {
      super(pool);
      setName("carillon-handler-" + getPoolIndex());
      // Such a thread would have the system's class loader, in which an application's classes are
      // not.
      setContextClassLoader(HandlerThreads.class.getClassLoader());
    }
  }
}
