package dev.carillon.worker;

import dev.carillon.run.AttemptOutcome;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** Port: what is measured of workers and of the attempts they are at. From any thread. */
public interface WorkerMeters {

  /** Nobody measures. */
  WorkerMeters NONE =
      new WorkerMeters() {
        @Override
        public void watch(
            IntSupplier slotsTaken,
            IntSupplier slots,
            IntSupplier stuck,
            BooleanSupplier blocked) {}

        @Override
        public void started(Duration late) {}

        @Override
        public void ended(
            @Nullable String job, AttemptOutcome outcome, boolean again, Duration took) {}

        @Override
        public void abandoned(@Nullable String job) {}
      };

  /**
   * @param stuck handlers that are still at it although their attempts are over
   * @param blocked whether there are so many of those that nothing more is taken
   */
  void watch(IntSupplier slotsTaken, IntSupplier slots, IntSupplier stuck, BooleanSupplier blocked);

  /**
   * @param late from the due instant to the claim
   */
  void started(Duration late);

  /**
   * Once for each attempt, by whoever says what it came to: its worker, or the process that took
   * its run back.
   *
   * @param job key; null for a run without a job
   * @param again whether another attempt follows
   */
  void ended(@Nullable String job, AttemptOutcome outcome, boolean again, Duration took);

  /**
   * A handler did not stop when asked: its attempt was recorded without its word.
   *
   * @param job key; null for a run without a job
   */
  void abandoned(@Nullable String job);
}
