package dev.carillon.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
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
  void growsByTheInitialDelayWhenLinear() {
    RetryPolicy policy =
        new RetryPolicy(10, Backoff.LINEAR, Duration.ofSeconds(20), Duration.ofSeconds(70));

    assertEquals(List.of(20L, 40L, 60L, 70L, 70L), seconds(policy, 5));
  }

  @Test
  void goesThroughAListAndStaysAtItsEnd() {
    RetryPolicy policy = listed(RetryJitter.NONE, "PT1S", "PT2H", "PT5S");

    assertEquals(List.of(1L, 7_200L, 5L, 5L), seconds(policy, 4));
  }

  @Test
  void refusesAListWithoutDelaysDelaysWithoutAListAndNoAge() {
    assertThrows(IllegalArgumentException.class, () -> listed(RetryJitter.NONE));
    assertThrows(IllegalArgumentException.class, () -> listed(RetryJitter.NONE, "PT-1S"));
    assertThrows(IllegalArgumentException.class, () -> listed(RetryJitter.NONE, "PT8761H"));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new RetryPolicy(
                5,
                Duration.ZERO,
                Backoff.FIXED,
                Duration.ZERO,
                Duration.ZERO,
                RetryJitter.NONE,
                List.of(),
                List.of(),
                List.of()));
  }

  @Test
  void takesTheFirstAndTheLongestOfAListWhenDecorrelated() {
    RetryPolicy policy = listed(RetryJitter.DECORRELATED, "PT10S", "PT50S", "PT20S");

    for (int tried = 1; tried <= 50; tried++) {
      long seconds = policy.delayAfter(tried, new UUID(3, 4), 1).toSeconds();
      assertTrue(seconds >= 10 && seconds <= 50, "after " + tried + ": " + seconds);
    }
  }

  private static RetryPolicy listed(RetryJitter jitter, String... delays) {
    return new RetryPolicy(
        10,
        null,
        Backoff.LIST,
        Duration.ofMinutes(1),
        Duration.ofHours(1),
        jitter,
        Stream.of(delays).map(Duration::parse).toList(),
        List.of(),
        List.of());
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
