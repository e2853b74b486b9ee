package dev.carillon.worker;

import dev.carillon.RunContext;
import dev.carillon.run.Verdict;
import org.jspecify.annotations.Nullable;

/**
 * Port: follows each attempt from claim to verdict, for whoever traces them. Called on any thread;
 * never throws.
 */
public interface AttemptSpans {

  /** Nobody traces. */
  AttemptSpans OFF =
      new AttemptSpans() {
        @Override
        public @Nullable String began(RunContext attempt, @Nullable String requested) {
          return null;
        }

        @Override
        public void ended(RunContext attempt, Verdict verdict) {}

        @Override
        public void abandoned(RunContext attempt) {}
      };

  /**
   * @param requested the W3C trace context that the run was requested in; null: none
   * @return the W3C trace context of the attempt's span; null: it has none
   */
  @Nullable String began(RunContext attempt, @Nullable String requested);

  /** Once for each attempt that began, unless it was abandoned. */
  void ended(RunContext attempt, Verdict verdict);

  /** Its worker lost its lease: whoever takes the run back tells how the attempt ended. */
  void abandoned(RunContext attempt);
}
