package dev.carillon.run;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A handler's word on one attempt: it says whether to try again, the engine sees to it (D4). */
public sealed interface Outcome permits Outcome.Success, Outcome.Retry, Outcome.Failure {

  static Outcome success() {
    return new Success(null);
  }

  /** Done. {@code output} is kept with the attempt as JSON and cut at 64 KiB; null for none. */
  static Outcome success(@Nullable Object output) {
    return new Success(output);
  }

  /** Failed; try again when the job's policy says, as long as attempts are left. */
  static Outcome retry(String message) {
    return new Retry(RunError.of(message), null);
  }

  /** Failed; try again after the given delay, as long as attempts are left. */
  static Outcome retry(String message, Duration after) {
    return new Retry(RunError.of(message), after);
  }

  /** Failed for good: no retry, whatever the policy. */
  static Outcome failure(String message) {
    return new Failure(RunError.of(message));
  }

  record Success(@Nullable Object output) implements Outcome {}

  /** {@code after} null means the policy's own delay; zero means at once. */
  record Retry(RunError error, @Nullable Duration after) implements Outcome {
    public Retry {
      Objects.requireNonNull(error, "error");
      if (after != null && after.isNegative()) {
        throw new IllegalArgumentException(
            "retry after " + after + ": the delay must not be negative");
      }
    }
  }

  record Failure(RunError error) implements Outcome {
    public Failure {
      Objects.requireNonNull(error, "error");
    }
  }
}
