package dev.carillon.rest;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Does the same at the same time. */
final class Racers {

  private Racers() {}

  static <T> List<T> race(int racers, Callable<T> run) {
    ExecutorService threads = Executors.newFixedThreadPool(racers);
    try {
      CyclicBarrier start = new CyclicBarrier(racers);
      List<Future<T>> running = new ArrayList<>();
      for (int i = 0; i < racers; i++) {
        running.add(
            threads.submit(
                () -> {
                  start.await();
                  return run.call();
                }));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> one : running) {
        results.add(one.get());
      }
      return results;
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    } finally {
      threads.shutdownNow();
    }
  }
}
