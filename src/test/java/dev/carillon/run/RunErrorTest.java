package dev.carillon.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
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

  /** Ten megabytes in characters of one to four bytes: 64 KiB are kept, none cut in two. */
  @ParameterizedTest
  @ValueSource(strings = {"x", "ä", "€", "😀"})
  void keepsSixtyFourKibibytesWhateverTheCharacters(String character) {
    RunError error = RunError.of(character.repeat(10 * 1024 * 1024 / character.length()));

    int bytes = error.message().getBytes(StandardCharsets.UTF_8).length;
    assertTrue(error.truncated());
    assertTrue(bytes <= RunError.MAX_MESSAGE && bytes > RunError.MAX_MESSAGE - 4, bytes + " bytes");
    assertEquals("", error.message().replace(character, ""));
  }

  @Test
  void masksASecretAlsoWhereTheMessageIsCut() {
    String message =
        "x".repeat(RunError.MAX_MESSAGE - 20) + " password=planted-secret-that-is-long";

    assertFalse(RunError.of(message).message().contains("planted"));
  }

  @Test
  void isSaidAlsoOfAnExceptionThatCannotTellItsMessage() {
    RunError error =
        RunError.thrown(
            new IllegalStateException() {
              private static final long serialVersionUID = 1L;

              @Override
              public String getMessage() {
                throw new UnsupportedOperationException();
              }
            });

    assertEquals(
        "its message cannot be read: asking for it threw java.lang.UnsupportedOperationException",
        error.message());
  }

  @Test
  void masksASecretAtTheEndOfALongLineToo() {
    assertFalse(Redaction.of("x".repeat(1024 * 1024) + "_token=planted").contains("planted"));
  }
}
