package dev.carillon.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

class RetryPolicyProperties {

  private static final long YEAR_MILLIS = 365L * 24 * 3_600 * 1_000;

  @Property
  void neverShrinksAndNeverLeavesItsBounds(
      @ForAll @LongRange(max = YEAR_MILLIS) long initialMillis,
      @ForAll @LongRange(max = YEAR_MILLIS) long moreMillis,
      @ForAll @IntRange(min = 1, max = 1_000) int tried) {
    Duration initial = Duration.ofMillis(initialMillis);
    Duration longest = Duration.ofMillis(Math.min(YEAR_MILLIS, initialMillis + moreMillis));
    RetryPolicy policy = new RetryPolicy(1_000, Backoff.EXPONENTIAL, initial, longest);

    Duration delay = policy.delayAfter(tried);

    assertTrue(delay.compareTo(initial) >= 0, () -> delay + " is below " + initial);
    assertTrue(delay.compareTo(longest) <= 0, () -> delay + " is above " + longest);
    assertTrue(policy.delayAfter(tried + 1).compareTo(delay) >= 0);
  }

  @Property
  void neverShrinksWithoutJitterWhateverTheBackoff(
      @ForAll("growing") Backoff backoff,
      @ForAll @LongRange(max = YEAR_MILLIS) long initialMillis,
      @ForAll @LongRange(max = YEAR_MILLIS) long moreMillis,
      @ForAll @IntRange(min = 1, max = 1_000) int tried,
      @ForAll("uuids") UUID run) {
    RetryPolicy policy = policy(backoff, RetryJitter.NONE, initialMillis, moreMillis);

    Duration delay = policy.delayAfter(tried, run, 1);

    assertEquals(policy.delayAfter(tried), delay);
    assertTrue(delay.compareTo(policy.initialDelay()) >= 0);
    assertTrue(delay.compareTo(policy.maxDelay()) <= 0);
    assertTrue(policy.delayAfter(tried + 1).compareTo(delay) >= 0);
  }

  @Property
  void spreadsWithinItsBoundsAndTheSameEachTime(
      @ForAll("growing") Backoff backoff,
      @ForAll RetryJitter jitter,
      @ForAll @LongRange(max = YEAR_MILLIS) long initialMillis,
      @ForAll @LongRange(max = YEAR_MILLIS) long moreMillis,
      @ForAll @IntRange(min = 1, max = 200) int tried,
      @ForAll @IntRange(min = 1, max = 5) int generation,
      @ForAll("uuids") UUID run) {
    RetryPolicy policy = policy(backoff, jitter, initialMillis, moreMillis);
    long whole = policy.delayAfter(tried).toMillis();

    long delay = policy.delayAfter(tried, run, generation).toMillis();

    assertEquals(delay, policy.delayAfter(tried, run, generation).toMillis());
    switch (jitter) {
      case NONE -> assertEquals(whole, delay);
      case FULL -> assertBetween(0, whole, delay);
      case EQUAL -> assertBetween(whole / 2, whole, delay);
      case DECORRELATED -> {
        long before =
            tried == 1 ? initialMillis : policy.delayAfter(tried - 1, run, generation).toMillis();
        assertBetween(
            initialMillis,
            Math.max(initialMillis, Math.min(policy.maxDelay().toMillis(), before * 3)),
            delay);
      }
      default -> throw new AssertionError(jitter);
    }
  }

  /** Runs that failed together are not tried together. */
  @Property(tries = 20)
  void spreadsManyRunsEvenly(
      @ForAll @IntRange(min = 1, max = 5) int tried, @ForAll @LongRange long seed) {
    RetryPolicy policy = policy(Backoff.FIXED, RetryJitter.FULL, 1_000_000, 0);
    Random ids = new Random(seed);
    int[] tenths = new int[10];
    int runs = 5_000;

    for (int i = 0; i < runs; i++) {
      // Ids as they come: of the same millisecond, or of instants that follow each other.
      UUID run = new UUID(0x019ca9282dfb7000L + i, ids.nextLong());
      long delay = policy.delayAfter(tried, run, 1).toMillis();
      tenths[(int) Math.min(9, delay / 100_000)]++;
    }

    for (int tenth : tenths) {
      // Six standard deviations (21 each) from the mean of 500.
      assertBetween(370, 630, tenth);
    }
  }

  /** One run's tries are spread apart from each other, and anew in another generation. */
  @Property(tries = 50)
  void spreadsTheTriesOfARunApart(@ForAll("uuids") UUID run) {
    RetryPolicy policy = policy(Backoff.FIXED, RetryJitter.FULL, YEAR_MILLIS, 0);
    Set<Duration> delays = new HashSet<>();
    for (int generation = 1; generation <= 3; generation++) {
      for (int tried = 1; tried <= 20; tried++) {
        delays.add(policy.delayAfter(tried, run, generation));
      }
    }

    assertEquals(60, delays.size());
  }

  @Provide
  Arbitrary<Backoff> growing() {
    return Arbitraries.of(Backoff.FIXED, Backoff.LINEAR, Backoff.EXPONENTIAL);
  }

  @Provide
  Arbitrary<UUID> uuids() {
    return Combinators.combine(Arbitraries.longs(), Arbitraries.longs()).as(UUID::new);
  }

  private static RetryPolicy policy(
      Backoff backoff, RetryJitter jitter, long initialMillis, long moreMillis) {
    return new RetryPolicy(
        1_000,
        null,
        backoff,
        Duration.ofMillis(initialMillis),
        Duration.ofMillis(Math.min(YEAR_MILLIS, initialMillis + moreMillis)),
        jitter,
        List.of(),
        List.of(),
        List.of());
  }

  private static void assertBetween(long least, long most, long value) {
    assertTrue(
        value >= least && value <= most, () -> value + " is not in " + least + " to " + most);
  }
}
