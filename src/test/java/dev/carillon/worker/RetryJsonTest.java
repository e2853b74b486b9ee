package dev.carillon.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.carillon.run.Backoff;
import dev.carillon.run.RetryJitter;
import dev.carillon.run.RetryPolicy;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetryJsonTest {

  private static final String WHOLE =
      """
      {"maxAttempts":7,"maxAge":"P1D","backoff":"LIST","initialDelay":"PT2S","maxDelay":"PT1M","jitter":"FULL",
       "delays":["PT1S","PT3S"],"retryOn":["java.io.*"],"noRetryOn":["Http4xx","Timeout"]}
      """;

  @Test
  void readsEveryField() {
    assertEquals(
        new RetryPolicy(
            7,
            Duration.ofDays(1),
            Backoff.LIST,
            Duration.ofSeconds(2),
            Duration.ofMinutes(1),
            RetryJitter.FULL,
            List.of(Duration.ofSeconds(1), Duration.ofSeconds(3)),
            List.of("java.io.*"),
            List.of("Http4xx", "Timeout")),
        RetryJson.read(WHOLE));
  }

  @Test
  void takesTheDefaultOfWhatIsNotSaid() {
    assertEquals(RetryPolicy.DEFAULT, RetryJson.read(null, null));
    assertEquals(RetryPolicy.DEFAULT, RetryJson.read("{}", "{}"));
  }

  @Test
  void laysTheRunsFieldsOverTheJobs() {
    RetryPolicy policy = RetryJson.read(WHOLE, "{\"maxAttempts\":2,\"noRetryOn\":[]}");

    assertEquals(2, policy.maxAttempts());
    assertEquals(List.of(), policy.noRetryOn());
    assertEquals(Duration.ofDays(1), policy.maxAge());
    assertEquals(List.of(Duration.ofSeconds(1), Duration.ofSeconds(3)), policy.delays());
  }

  @Test
  void givesAFieldThatIsSaidToBeNullItsDefaultAgain() {
    RetryPolicy policy =
        RetryJson.read(
            WHOLE, "{\"maxAge\":null,\"jitter\":null,\"retryOn\":null,\"maxAttempts\":null}");

    assertEquals(null, policy.maxAge());
    assertEquals(RetryJitter.NONE, policy.jitter());
    assertEquals(List.of(), policy.retryOn());
    assertEquals(5, policy.maxAttempts());
  }

  @Test
  void takesDelaysForAListAndDropsThemWithAnotherBackoff() {
    assertEquals(Backoff.LIST, RetryJson.read("{}", "{\"delays\":[\"PT9S\"]}").backoff());
    assertEquals(List.of(), RetryJson.read(WHOLE, "{\"backoff\":\"FIXED\"}").delays());
  }

  @Test
  void raisesTheLongestDelayToAFirstOneThatIsLonger() {
    RetryPolicy policy = RetryJson.read("{\"maxDelay\":\"PT1M\"}", "{\"initialDelay\":\"PT5M\"}");

    assertEquals(Duration.ofMinutes(5), policy.maxDelay());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "not json",
        "[]",
        "{\"backoff\":\"SIDEWAYS\"}",
        "{\"maxAttempts\":\"many\"}",
        "{\"maxAge\":\"tomorrow\"}",
        "{\"backoff\":\"LIST\"}",
        "{\"delays\":[7]}",
        "{\"retryOn\":\"java.io.IOException\"}",
        "{\"jitter\":5}"
      })
  void leavesWhatIsBeneathWhereItCannotBeRead(String broken) {
    RetryPolicy job = RetryJson.read("{\"maxAttempts\":9}");

    assertEquals(9, RetryJson.read("{\"maxAttempts\":9}", broken).maxAttempts());
    assertEquals(job, RetryJson.read("{\"maxAttempts\":9}", broken));
    assertEquals(RetryPolicy.DEFAULT, RetryJson.read(broken));
  }
}
