package dev.carillon.worker;

import java.time.Duration;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** Port: what a worker measures. */
public interface WorkerMeters {

  void watch(IntSupplier slotsTaken, IntSupplier slots);

  /**
   * @param late from the due instant to the claim
   */
  void started(Duration late);

  /**
   * @param job key; null for a run without a job
   * @param handedBack neither success nor failure: another worker goes on
   */
  void ended(@Nullable String job, boolean succeeded, boolean handedBack, Duration took);

  /** A handler did not stop when asked, and still has its thread. */
  void abandoned();
}
