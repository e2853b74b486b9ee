package dev.carillon.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunErrorTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "401 for Bearer planted-secret",
        "cannot reach https://user:planted-secret@example.org/x",
        "GET /hook?api_key=planted-secret&x=1 failed",
        "{\"access_token\": \"planted-secret\"}",
        "password=planted-secret",
        "X-Signature: planted-secret",
      })
  void masksWhatLooksLikeASecret(String message) {
    assertFalse(RunError.of(message).message().contains("planted"), RunError.of(message).message());
  }

  @Test
  void leavesOtherWordsAlone() {
    String message =
        "invoice 4711: the basic rate is 7 %, see https://example.org:8080/rates?year=2026";

    assertEquals(message, RunError.of(message).message());
  }

  @Test
  void cutsWhatIsTooLongAndSaysSo() {
    RunError error = RunError.of("x".repeat(RunError.MAX_MESSAGE + 1));

    assertEquals(RunError.MAX_MESSAGE, error.message().length());
    assertTrue(error.truncated());
  }
}
