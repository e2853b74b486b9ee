package dev.carillon.worker;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/**
 * How many runs this worker may have in execution at once. A claim never takes more than are free.
 *
 * <p>A handler that does not stop although its attempt is over gives its slot to another run, but
 * keeps its thread and whatever else it holds. Beyond a bound of such handlers no slot is free: a
 * job whose handlers all hang would else take thread after thread until the process dies, and with
 * it the runs of all others.
 */
final class Slots {

  private static final Logger LOG = Logger.getLogger(Slots.class);

  /** Enough for some bad days, even of a worker with few slots. */
  private static final int LEAST_STUCK = 64;

  private static final int STUCK_PER_SLOT = 4;

  private final int size;
  private final int mostStuck;
  private final AtomicInteger taken = new AtomicInteger();
  private final AtomicInteger stuck = new AtomicInteger();
  private volatile Runnable unblocked = () -> {};
  private final AtomicBoolean told = new AtomicBoolean();

  Slots(int size) {
    this.size = size;
    this.mostStuck =
        (int) Math.min(Integer.MAX_VALUE, Math.max(LEAST_STUCK, (long) size * STUCK_PER_SLOT));
  }

  /** From any thread, when runs may be taken again. */
  void onUnblocked(Runnable told) {
    unblocked = told;
  }

  int size() {
    return size;
  }

  int free() {
    return isBlocked() ? 0 : Math.max(0, size - taken.get());
  }

  int taken() {
    return taken.get();
  }

  void take(int count) {
    taken.addAndGet(count);
  }

  void release() {
    taken.decrementAndGet();
  }

  /** How many handlers are still at it although their attempts are over. */
  int stuck() {
    return stuck.get();
  }

  /** Whether nothing is taken until some of those handlers have stopped. */
  boolean isBlocked() {
    return stuck.get() >= mostStuck;
  }

  /** A handler does not stop; its attempt is over. */
  void leaveBehind() {
    if (stuck.incrementAndGet() >= mostStuck && told.compareAndSet(false, true)) {
      LOG.errorf(
          "%d handlers do not stop although their attempts are over: this worker takes no more runs until some of them"
              + " do, or it is started anew; what it has in hand goes on. A handler must heed its interrupt or"
              + " run.cancellation()",
          mostStuck);
    }
  }

  /** Such a handler has stopped at last. */
  void cameBack() {
    int left = stuck.decrementAndGet();
    if (left < mostStuck && told.compareAndSet(true, false)) {
      LOG.info("handlers that had not stopped have done so: this worker takes runs again");
    }
    if (left == mostStuck - 1) {
      unblocked.run();
    }
  }
}
