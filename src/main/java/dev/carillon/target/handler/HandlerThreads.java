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
 * Where blocking handlers run: a virtual thread each where the JVM has them, a bounded pool where
 * it has not.
 */
public final class HandlerThreads {

  private static final Duration IDLE = Duration.ofSeconds(30);

  /** What a fork-join pool can have. */
  private static final int MOST_THREADS = 32_767;

  private HandlerThreads() {}

  /**
   * @param slots how many handlers may run at once: the pool never has fewer threads to offer
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
      return pool(slots);
    } catch (Throwable e) {
      throw new IllegalStateException("virtual threads could not be started", e);
    }
  }

  /**
   * A fork-join pool, first in first out: a handler goes to a thread that is awake, and another is
   * woken or started only while handlers wait. A pool with a queue starts a thread for each of its
   * first handlers and wakes one for each of the others: with handlers that do nothing, that alone
   * cost more than all else.
   *
   * <p>A handler that ignores its interrupt keeps its thread after its slot was freed; twice the
   * slots leaves room for those without letting them eat the machine.
   */
  static ExecutorService pool(int slots) {
    int threads = Math.min(slots * 2, MOST_THREADS);
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
