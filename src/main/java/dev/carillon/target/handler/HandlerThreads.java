package dev.carillon.target.handler;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where blocking handlers run: a virtual thread each where the JVM has them, a bounded pool where
 * it has not.
 */
public final class HandlerThreads {

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
   * Threads come as they are needed and leave when idle. A handler that ignores its interrupt keeps
   * its thread after its slot was freed; twice the slots leaves room for those without letting them
   * eat the machine.
   */
  static ExecutorService pool(int slots) {
    AtomicInteger number = new AtomicInteger();
    ThreadFactory named =
        task -> {
          Thread thread = new Thread(task, "carillon-handler-" + number.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        };
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            slots * 2, slots * 2, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), named);
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }
}
