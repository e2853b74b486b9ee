package dev.carillon.run;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * When a failed attempt is tried again.
 *
 * @param maxAttempts tries in all, the first one included; 1 or more
 * @param maxAge no try begins later than this after the run was due; null: at any age
 * @param backoff how the delay grows
 * @param initialDelay before the second try; zero or more
 * @param maxDelay the longest delay that the backoff grows to; not below {@code initialDelay}
 * @param jitter how the delay is spread
 * @param delays of {@link Backoff#LIST}, one a try; empty with any other
 * @param retryOn which classes of error are tried again; empty: all
 * @param noRetryOn which are not, whatever {@code retryOn} says
 */
public record RetryPolicy(
    int maxAttempts,
    @Nullable Duration maxAge,
    Backoff backoff,
    Duration initialDelay,
    Duration maxDelay,
    RetryJitter jitter,
    List<Duration> delays,
    List<String> retryOn,
    List<String> noRetryOn) {

  /** Most tries a job may ask for. */
  public static final int MOST_ATTEMPTS = 1_000;

  /** Longest delay a job may ask for. */
  public static final Duration LONGEST_DELAY = Duration.ofDays(365);

  /** Five tries, 60 s, 120 s, 240 s, 480 s apart (D4). */
  public static final RetryPolicy DEFAULT =
      new RetryPolicy(5, Backoff.EXPONENTIAL, Duration.ofMinutes(1), Duration.ofHours(1));

  /** Without a limit of age, jitter, list or classes of error. */
  public RetryPolicy(int maxAttempts, Backoff backoff, Duration initialDelay, Duration maxDelay) {
    this(
        maxAttempts,
        null,
        backoff,
        initialDelay,
        maxDelay,
        RetryJitter.NONE,
        List.of(),
        List.of(),
        List.of());
  }

  public RetryPolicy {
    Objects.requireNonNull(backoff, "backoff");
    if (maxAttempts < 1 || maxAttempts > MOST_ATTEMPTS) {
      throw new IllegalArgumentException("maxAttempts must be between 1 and " + MOST_ATTEMPTS);
    }
    if (initialDelay.isNegative() || initialDelay.compareTo(LONGEST_DELAY) > 0) {
      throw new IllegalArgumentException("initialDelay must be between PT0S and " + LONGEST_DELAY);
    }
    Objects.requireNonNull(jitter, "jitter");
    delays = List.copyOf(delays);
    retryOn = List.copyOf(retryOn);
    noRetryOn = List.copyOf(noRetryOn);
    if ((backoff == Backoff.LIST) == delays.isEmpty()) {
      throw new IllegalArgumentException("delays belong to the backoff LIST, and it needs some");
    }
    if (maxDelay.compareTo(initialDelay) < 0 || maxDelay.compareTo(LONGEST_DELAY) > 0) {
      throw new IllegalArgumentException(
          "maxDelay must be between initialDelay and " + LONGEST_DELAY);
    }
  }

  /** Whether another try is left after {@code tried} of them. */
  public boolean allowsAnotherAfter(int tried) {
    return tried < maxAttempts;
  }

  /** The pause after the given number of failed tries, 1 or more. */
  public Duration delayAfter(int tried) {
    if (backoff == Backoff.FIXED || initialDelay.isZero()) {
      return initialDelay;
    }
    // 2^30 times the smallest delay is beyond every cap, and the shift stays in range.
    int doublings = Math.min(Math.max(tried - 1, 0), 30);
    long maxMillis = maxDelay.toMillis();
    long millis = initialDelay.toMillis();
    long grown = millis > maxMillis >> doublings ? maxMillis : millis << doublings;
    return Duration.ofMillis(Math.min(Math.max(grown, millis), maxMillis));
  }
}
