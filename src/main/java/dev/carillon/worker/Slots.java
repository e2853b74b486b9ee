package dev.carillon.worker;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many runs this worker may have in execution at once. A claim never takes more than are free.
 */
final class Slots {

  private final int size;
  private final AtomicInteger taken = new AtomicInteger();

  Slots(int size) {
    this.size = size;
  }

  int size() {
    return size;
  }

  int free() {
    return Math.max(0, size - taken.get());
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
}
