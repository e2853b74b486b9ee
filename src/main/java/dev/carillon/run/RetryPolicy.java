package dev.carillon.run;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * When a failed attempt is tried again. It keeps no state: the same run gets the same pauses
 * whoever computes them, also with jitter.
 *
 * @param maxAttempts tries in all, the first one included; 1 or more
 * @param maxAge no further try begins later than this after the run was due, or after an operator
 *     tried it again; positive; null: at any age
 * @param backoff how the delay grows
 * @param initialDelay before the second try; zero or more
 * @param maxDelay the longest delay that the backoff grows to; not below {@code initialDelay}
 * @param jitter how the delay is spread
 * @param delays of {@link Backoff#LIST}, one a try, the last one again and again; empty with any
 *     other. {@code initialDelay} and {@code maxDelay} mean nothing beside them
 * @param retryOn which classes of error are tried again, as {@link ErrorClasses} says; empty: all
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
    for (Duration delay : delays) {
      if (delay.isNegative() || delay.compareTo(LONGEST_DELAY) > 0) {
        throw new IllegalArgumentException("delays must be between PT0S and " + LONGEST_DELAY);
      }
    }
    if (maxAge != null && (maxAge.isNegative() || maxAge.isZero())) {
      throw new IllegalArgumentException("maxAge must be positive");
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

  /**
   * Whether an error of these classes is tried again, as far as the lists say.
   *
   * @param classes all names that it goes by
   */
  public boolean triesAgain(List<String> classes) {
    return !ErrorClasses.areNamedBy(noRetryOn, classes)
        && (retryOn.isEmpty() || ErrorClasses.areNamedBy(retryOn, classes));
  }

  /** Whether {@code noRetryOn} names any of these classes. */
  boolean refuses(List<String> classes) {
    return ErrorClasses.areNamedBy(noRetryOn, classes);
  }

  /** The pause after the given number of failed tries, 1 or more, before it is spread. */
  public Duration delayAfter(int tried) {
    int before = Math.max(tried - 1, 0);
    return switch (backoff) {
      case FIXED -> initialDelay;
      case LINEAR -> linear(before + 1);
      case EXPONENTIAL -> doubled(before);
      case LIST -> delays.get(Math.min(before, delays.size() - 1));
    };
  }

  /**
   * The pause after the given number of failed tries, spread by {@code jitter}. The same for the
   * same run, generation and number of tries.
   */
  public Duration delayAfter(int tried, UUID run, int generation) {
    if (jitter == RetryJitter.NONE) {
      return delayAfter(tried);
    }
    if (jitter == RetryJitter.DECORRELATED) {
      return decorrelated(tried, run, generation);
    }
    long whole = delayAfter(tried).toMillis();
    long least = jitter == RetryJitter.EQUAL ? whole / 2 : 0;
    return Duration.ofMillis(between(least, whole, chance(run, generation, tried)));
  }

  private Duration linear(int times) {
    long millis = Math.min(initialDelay.toMillis(), LONGEST_DELAY.toMillis());
    // At most a thousand times a year: far from the end of a long.
    return Duration.ofMillis(Math.min(millis * times, maxDelay.toMillis()));
  }

  private Duration doubled(int times) {
    if (initialDelay.isZero()) {
      return Duration.ZERO;
    }
    // 2^30 times the smallest delay is beyond every cap, and the shift stays in range.
    int doublings = Math.min(times, 30);
    long maxMillis = maxDelay.toMillis();
    long millis = initialDelay.toMillis();
    long grown = millis > maxMillis >> doublings ? maxMillis : millis << doublings;
    return Duration.ofMillis(Math.min(Math.max(grown, millis), maxMillis));
  }

  /**
   * Each pause from the one before, which is computed again from the first: nothing is stored. A
   * list gives its first delay and its longest.
   */
  private Duration decorrelated(int tried, UUID run, int generation) {
    long least = delayAfter(1).toMillis();
    long most = longest().toMillis();
    long pause = least;
    for (int i = 1; i <= tried; i++) {
      pause = between(least, Math.min(most, pause * 3), chance(run, generation, i));
    }
    return Duration.ofMillis(pause);
  }

  private Duration longest() {
    return backoff == Backoff.LIST ? Collections.max(delays) : maxDelay;
  }

  private static long between(long least, long most, double chance) {
    return most <= least ? least : least + (long) (chance * (most - least + 1));
  }

  /** From 0 to below 1, the same for the same try of a run, and as good as random over many. */
  private static double chance(UUID run, int generation, int tried) {
    long mixed =
        mix(run.getMostSignificantBits() + 0x9E3779B97F4A7C15L * tried)
            ^ mix(run.getLeastSignificantBits() + 0xC2B2AE3D27D4EB4FL * generation);
    return (mix(mixed) >>> 11) * 0x1.0p-53;
  }

  /** The bijective mix of SplitMix64. */
  private static long mix(long bits) {
    long mixed = (bits ^ bits >>> 30) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ mixed >>> 27) * 0x94D049BB133111EBL;
    return mixed ^ mixed >>> 31;
  }
}
