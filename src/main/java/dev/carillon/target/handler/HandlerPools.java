package dev.carillon.target.handler;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.jboss.logging.Logger;

/**
 * As many pools of threads as it takes for every handler to have a thread at once: one, as a rule.
 *
 * <p>A handler that ignores its cancellation keeps its thread after its slot was given to another.
 * A pool has more threads than there are slots; when all of them are taken, at least the difference
 * is such handlers, and another pool is opened beside. Handlers that stop at last give their
 * threads back, and threads that nobody needs end by themselves.
 */
final class HandlerPools extends AbstractExecutorService {

  private static final Logger LOG = Logger.getLogger(HandlerPools.class);

  private final int threads;
  private final IntFunction<ExecutorService> make;
  private final List<Pool> pools = new CopyOnWriteArrayList<>();
  private volatile boolean closed;

  /**
   * @param threads of each pool; more than handlers that may be at work at once
   * @param make a pool of so many threads, which starts them as they are needed
   */
  HandlerPools(int threads, IntFunction<ExecutorService> make) {
    this.threads = threads;
    this.make = make;
    pools.add(new Pool(make.apply(threads)));
  }

  @Override
  public void execute(Runnable task) {
    for (Pool pool : pools) {
      if (pool.execute(task)) {
        return;
      }
    }
    grow(task);
  }

  /** How many pools there are. */
  int size() {
    return pools.size();
  }

  private synchronized void grow(Runnable task) {
    if (closed) {
      throw new RejectedExecutionException("this worker is shutting down");
    }
    // Somebody else may have opened one meanwhile.
    if (pools.get(pools.size() - 1).execute(task)) {
      return;
    }
    LOG.warnf(
        "all %d threads for handlers are taken, many by handlers that do not stop although their attempts are over;"
            + " opening %d more. A handler that heeds its interrupt or run.cancellation() gives its thread back",
        threads * pools.size(), threads);
    Pool pool = new Pool(make.apply(threads));
    pools.add(pool);
    pool.execute(task);
  }

  @Override
  public synchronized void shutdown() {
    closed = true;
    pools.forEach(pool -> pool.executor.shutdown());
  }

  @Override
  public synchronized List<Runnable> shutdownNow() {
    closed = true;
    List<Runnable> waiting = new ArrayList<>();
    pools.forEach(pool -> waiting.addAll(pool.executor.shutdownNow()));
    return waiting;
  }

  @Override
  public boolean isShutdown() {
    return closed;
  }

  @Override
  public boolean isTerminated() {
    return pools.stream().allMatch(pool -> pool.executor.isTerminated());
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    long until = System.nanoTime() + unit.toNanos(timeout);
    for (Pool pool : pools) {
      if (!pool.executor.awaitTermination(until - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        return false;
      }
    }
    return true;
  }

  /** One pool, which takes no more tasks than it has threads. */
  private final class Pool {

    private final ExecutorService executor;
    private final AtomicInteger inside = new AtomicInteger();

    Pool(ExecutorService executor) {
      this.executor = executor;
    }

    /** Whether there was a thread for it. */
    boolean execute(Runnable task) {
      if (inside.incrementAndGet() > threads) {
        inside.decrementAndGet();
        return false;
      }
      try {
        executor.execute(() -> run(task));
      } catch (RejectedExecutionException e) {
        inside.decrementAndGet();
        throw e;
      }
      return true;
    }

    private void run(Runnable task) {
      try {
        task.run();
      } finally {
        inside.decrementAndGet();
      }
    }
  }
}
