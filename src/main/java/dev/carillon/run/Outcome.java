package dev.carillon.run;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A handler's word on one attempt: it says whether to try again, the engine sees to it (D4).
 *
 * <ul>
 *   <li>{@link #success()}: done;
 *   <li>{@link #retry}: try again, whatever kinds of error the job's policy names, as long as its
 *       attempts and its age allow;
 *   <li>{@link #failure}: do not, whatever the policy;
 *   <li>{@link #problem}: what went wrong, by a name; the policy says whether it is tried again, as
 *       it does for what a handler throws.
 * </ul>
 */
public sealed interface Outcome
    permits Outcome.Success, Outcome.Retry, Outcome.Failure, Outcome.Problem {

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

  /**
   * Failed; whether it is tried again is for the job's {@code retryOn} and {@code noRetryOn} to
   * say.
   *
   * @param errorClass a name that those lists can have, for example {@code CardDeclined}
   */
  static Outcome problem(String errorClass, String message) {
    return new Problem(RunError.of(errorClass, message, true), List.of(errorClass), null);
  }

  /** The exit code of what was executed; null: none was, or nobody said. */
  @Nullable Integer exitCode();

  /** The same, with the exit code of a program that the handler has run; kept with the attempt. */
  Outcome withExitCode(int code);

  record Success(@Nullable Object output, @Nullable Integer exitCode) implements Outcome {
    public Success(@Nullable Object output) {
      this(output, null);
    }

    @Override
    public Outcome withExitCode(int code) {
      return new Success(output, code);
    }
  }

  /** {@code after} null means the policy's own delay; zero means at once. */
  record Retry(RunError error, @Nullable Duration after, @Nullable Integer exitCode)
      implements Outcome {
    public Retry {
      Objects.requireNonNull(error, "error");
      requireNoNegative(after);
    }

    public Retry(RunError error, @Nullable Duration after) {
      this(error, after, null);
    }

    @Override
    public Outcome withExitCode(int code) {
      return new Retry(error, after, code);
    }
  }

  record Failure(RunError error, @Nullable Integer exitCode) implements Outcome {
    public Failure {
      Objects.requireNonNull(error, "error");
    }

    public Failure(RunError error) {
      this(error, null);
    }

    @Override
    public Outcome withExitCode(int code) {
      return new Failure(error, code);
    }
  }

  /**
   * @param classes all names that the error goes by, see {@link ErrorClasses}; at least one
   * @param after when it is tried again, if it is; null means the policy's own delay
   */
  record Problem(
      RunError error, List<String> classes, @Nullable Duration after, @Nullable Integer exitCode)
      implements Outcome {
    public Problem {
      Objects.requireNonNull(error, "error");
      classes = List.copyOf(classes);
      if (classes.isEmpty()) {
        throw new IllegalArgumentException("a problem needs a class, so that policies can name it");
      }
      requireNoNegative(after);
    }

    public Problem(RunError error, List<String> classes, @Nullable Duration after) {
      this(error, classes, after, null);
    }

    /** What a handler threw. */
    public static Problem thrown(Throwable thrown) {
      return new Problem(RunError.thrown(thrown), ErrorClasses.of(thrown), null);
    }

    @Override
    public Outcome withExitCode(int code) {
      return new Problem(error, classes, after, code);
    }
  }

  private static void requireNoNegative(@Nullable Duration after) {
    if (after != null && after.isNegative()) {
      throw new IllegalArgumentException(
          "retry after " + after + ": the delay must not be negative");
    }
  }
}
