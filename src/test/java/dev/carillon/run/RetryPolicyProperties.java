package dev.carillon.run;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
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
}
