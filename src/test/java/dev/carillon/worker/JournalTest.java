package dev.carillon.worker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.run.Artifact;
import io.vertx.core.json.JsonArray;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JournalTest {

  private static final Instant AT = Instant.parse("2026-03-01T12:00:00.5Z");
  private static final String STAMP = "2026-03-01T12:00:00.500Z ";

  private final Journal journal = new Journal(new UUID(1, 2), 3, "t");

  @Test
  void keepsLinesWithTheirInstantInPartsThatAreNeverWrittenTwice() {
    journal.line("one", AT, true);
    journal.line("two\r\nand more\n", AT, true);

    Journal.Part first = journal.takeLines();
    journal.line("three", AT, true);
    Journal.Part second = journal.takeLines();

    assertEquals(STAMP + "one\n" + STAMP + "two\nand more\n", first.text());
    assertEquals(STAMP + "three\n", second.text());
    assertEquals(0, first.number());
    assertEquals(1, second.number());
    assertNull(journal.takeLines());
  }

  /** Else one that is made while its attempt ends would stay open for ever. */
  @Test
  void isClosedAfterWhoeverIsMakingIt() throws Exception {
    RunningAttempt attempt = RunLogTest.attempt(1);
    Thread ending = new Thread(attempt::decide);

    // As a handler that writes its first line at this moment
    synchronized (attempt) {
      ending.start();
      await().until(() -> ending.getState() == Thread.State.BLOCKED);
      assertEquals(RunningAttempt.Phase.COMPLETING, attempt.phase());
    }

    ending.join();
    attempt.artifact("late", "https://example.org/late");
    assertNull(attempt.journal());
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "€", "😀"})
  void isCutAtAMebibyteWithAMark(String character) {
    int held = journal.line(character.repeat(3 * 1024 * 1024), AT, true);
    held += journal.line("after the end", AT, true);

    Journal.Part part = journal.takeLines();
    int bytes = part.text().getBytes(StandardCharsets.UTF_8).length;
    assertTrue(part.text().endsWith("\n" + Journal.CUT), "it says so, on a line of its own");
    assertTrue(bytes <= Journal.MOST_BYTES + Journal.CUT.length() + 10, bytes + " bytes");
    assertTrue(bytes > Journal.MOST_BYTES - 4, bytes + " bytes");
    assertEquals(held, part.held());
    assertNull(journal.takeLines());
  }

  @Test
  void countsTheBytesOfAllItsPartsTogether() {
    StringBuilder whole = new StringBuilder();
    for (int i = 0; i < 30_000; i++) {
      journal.line("a line of some length, as handlers write them", AT, true);
      if (i % 1_000 == 999) {
        Journal.Part part = journal.takeLines();
        whole.append(part == null ? "" : part.text());
      }
    }

    assertTrue(whole.toString().endsWith(Journal.CUT));
    assertEquals(
        Journal.MOST_BYTES,
        whole.length() - Journal.CUT.length() - 1,
        "and the end of the line that was cut");
  }

  @Test
  void masksSecretsAndReplacesWhatPostgresqlRefuses() {
    journal.line("GET /?api_key=planted-secret", AT, true);
    journal.line("a\u0000b\uD800c", AT, true);
    journal.line(null, AT, true);

    String text = journal.takeLines().text();
    assertFalse(text.contains("planted"), text);
    assertTrue(text.contains("a\uFFFDb\uFFFDc"), text);
    assertTrue(text.endsWith(" null\n"), text);
  }

  @Test
  void saysHowManyLinesWereLeftOutForWantOfRoom() {
    assertEquals(0, journal.line("lost", AT, false));
    assertEquals(0, journal.line("lost", AT, false));
    journal.line("here again", AT, true);

    assertEquals(
        "… 2 lines are left out here: they came faster than the database took them\n"
            + STAMP
            + "here again\n",
        journal.takeLines().text());
  }

  @Test
  void takesNothingOnceItIsClosed() {
    journal.progress(0.5, "half", AT);
    journal.close();

    journal.line("late", AT, true);
    journal.artifact(new Artifact("late", "https://example.org/late"));
    journal.progress(1, "done", AT);

    assertNull(journal.takeLines());
    assertNull(journal.takeProgress());
    assertNull(journal.artifacts());
  }

  @Test
  void keepsAHundredArtifactsEachByItsName() {
    for (int i = 0; i < 100; i++) {
      journal.artifact(new Artifact("report " + i, "s3://bucket/" + i));
    }
    journal.artifact(new Artifact("report 7", "https://u:planted-secret@example.org/seven"));

    assertThrows(
        IllegalStateException.class,
        () -> journal.artifact(new Artifact("one more", "https://example.org")));
    JsonArray artifacts = new JsonArray(journal.artifacts());
    assertEquals(100, artifacts.size());
    assertEquals("https://u:•••@example.org/seven", artifacts.getJsonObject(7).getString("uri"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "not a uri",
        "relative/path",
        "javascript:alert(1)",
        "DATA:text/html,x",
        "//x"
      })
  void refusesAnArtifactThatIsNowhere(String uri) {
    assertThrows(IllegalArgumentException.class, () -> new Artifact("report", uri));
  }

  @Test
  void refusesAnArtifactWithoutAProperName() {
    assertThrows(IllegalArgumentException.class, () -> new Artifact(" ", "https://example.org"));
    assertThrows(IllegalArgumentException.class, () -> new Artifact("a\nb", "https://example.org"));
    assertThrows(
        IllegalArgumentException.class, () -> new Artifact("x".repeat(201), "https://example.org"));
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1.1, Double.NaN, Double.POSITIVE_INFINITY})
  void refusesAProgressThatIsNone(double fraction) {
    assertThrows(IllegalArgumentException.class, () -> journal.progress(fraction, null, AT));
  }

  @Test
  void tellsTheLatestProgressOnly() {
    journal.progress(0.1, "begun", AT);
    journal.progress(0.2, "n".repeat(600), AT);

    Journal.Progress latest = journal.takeProgress();
    assertEquals(0.2, latest.fraction());
    assertEquals(500, latest.note().length());
    assertNull(journal.takeProgress());
    assertTrue(journal.hasStoredProgress());
  }
}
