package dev.carillon.testing;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Does something beside the test, on a thread that sees the classes which the test sees. The common
 * pool's threads need not: they may have been started while another class loader was in charge.
 */
public final class Background {

  private Background() {}

  public static <T> CompletableFuture<T> supply(Supplier<T> task) {
    return CompletableFuture.supplyAsync(task, Background::start);
  }

  public static CompletableFuture<Void> run(Runnable task) {
    return CompletableFuture.runAsync(task, Background::start);
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task, "background");
    thread.setDaemon(true);
    // A new thread takes over its parent's context class loader; said once more, since it matters.
    thread.setContextClassLoader(Thread.currentThread().getContextClassLoader());
    thread.start();
  }
}
