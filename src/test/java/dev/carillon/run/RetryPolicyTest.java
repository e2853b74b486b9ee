package dev.carillon.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryPolicyTest {

  @Test
  void doublesFromAMinuteUnlessTheJobSaysOtherwise() {
    assertEquals(List.of(60L, 120L, 240L, 480L, 960L), seconds(RetryPolicy.DEFAULT, 5));
  }

  @Test
  void growsNoFurtherThanTheLongestDelay() {
    RetryPolicy policy =
        new RetryPolicy(
            10, Backoff.EXPONENTIAL, Duration.ofSeconds(60), Duration.ofMillis(300_000));

    assertEquals(List.of(60L, 120L, 240L, 300L, 300L), seconds(policy, 5));
  }

  @Test
  void keepsAFixedDelay() {
    RetryPolicy policy =
        new RetryPolicy(10, Backoff.FIXED, Duration.ofSeconds(7), Duration.ofHours(1));

    assertEquals(List.of(7L, 7L, 7L), seconds(policy, 3));
  }

  @Test
  void triesAgainAtOnceWhenTheInitialDelayIsZero() {
    RetryPolicy policy =
        new RetryPolicy(10, Backoff.EXPONENTIAL, Duration.ZERO, Duration.ofHours(1));

    assertEquals(List.of(0L, 0L), seconds(policy, 2));
  }

  @Test
  void staysAtTheCapHoweverManyTriesThereWere() {
    assertEquals(Duration.ofHours(1), RetryPolicy.DEFAULT.delayAfter(1_000));
    assertEquals(
        RetryPolicy.LONGEST_DELAY,
        new RetryPolicy(
                1_000, Backoff.EXPONENTIAL, RetryPolicy.LONGEST_DELAY, RetryPolicy.LONGEST_DELAY)
            .delayAfter(1_000));
  }

  @Test
  void allowsAsManyTriesAsItSays() {
    assertTrue(RetryPolicy.DEFAULT.allowsAnotherAfter(4));
    assertEquals(false, RetryPolicy.DEFAULT.allowsAnotherAfter(5));
  }

  @ParameterizedTest
  @CsvSource({
    "0, PT1S, PT1S",
    "1001, PT1S, PT1S",
    "1, PT-1S, PT1S",
    "1, PT2S, PT1S",
    "1, PT8761H, PT8761H",
    "1, PT1S, PT8761H"
  })
  void refusesWhatMakesNoSense(int attempts, Duration initial, Duration longest) {
    assertThrows(
        IllegalArgumentException.class,
        () -> new RetryPolicy(attempts, Backoff.FIXED, initial, longest));
  }

  private static List<Long> seconds(RetryPolicy policy, int tries) {
    return IntStream.rangeClosed(1, tries)
        .mapToObj(tried -> policy.delayAfter(tried).toSeconds())
        .toList();
  }
}
