package dev.carillon.broker.nats;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads of one broker: all of them daemons, so that none keeps a process which wants to end;
 * jnats's own would.
 */
final class NatsThreads {

  /** For what blocks: jnats's reading and writing, dispatching. */
  final ExecutorService pool =
      new ThreadPoolExecutor(
          0, Integer.MAX_VALUE, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), named("nats"));

  /** Acknowledges: one after the other, however many batches end at once. */
  final ExecutorService acks = Executors.newSingleThreadExecutor(named("nats-ack"));

  /** For jnats's timers, which are short. */
  final ScheduledThreadPoolExecutor timers = scheduled(1, "nats-timer");

  static ScheduledThreadPoolExecutor scheduled(int threads, String name) {
    ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(threads, named(name));
    executor.setRemoveOnCancelPolicy(true);
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    return executor;
  }

  static ThreadFactory named(String name) {
    AtomicInteger number = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, "carillon-" + name + "-" + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  void shutdown() {
    timers.shutdownNow();
    acks.shutdownNow();
    pool.shutdownNow();
  }
}
