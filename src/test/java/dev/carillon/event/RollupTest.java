package dev.carillon.event;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.event.RunEvent.End;
import dev.carillon.event.RunEvent.Kind;
import dev.carillon.run.AttemptOutcome;
import dev.carillon.run.RunState;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RollupTest {

  private static final UUID SCHEDULE = new UUID(0, 1);
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  /** What a batch knows of failures in a row: S succeeded, F failed, D died, C was canceled. */
  @ParameterizedTest(name = "{0}")
  @CsvSource({
    // ends, before the first success, most after it, since the last one
    "FFF,   3, 0, ",
    "FDF,   3, 0, ",
    "FCF,   2, 0, ",
    "S,     0, 0, 0",
    "FFS,   2, 0, 0",
    "SFF,   0, 2, 2",
    "FSFFS, 1, 2, 0",
    "SFFSF, 0, 2, 1",
    "C,     , , "
  })
  void knowsHowFailuresInARowGoOn(
      String ends,
      @Nullable Integer leading,
      @Nullable Integer longest,
      @Nullable Integer trailing) {
    for (int at = 0; at <= ends.length(); at++) {
      // In two parts, or in one.
      Rollup rollup = of(ends.substring(0, at)).and(of(ends.substring(at)));
      assertRow(rollup, leading, longest, trailing);
    }
  }

  private static Rollup of(String ends) {
    Rollup rollup = new Rollup();
    for (char end : ends.toCharArray()) {
      rollup.addEnd(ended(end), false);
    }
    return rollup;
  }

  private static void assertRow(
      Rollup rollup,
      @Nullable Integer leading,
      @Nullable Integer longest,
      @Nullable Integer trailing) {
    Tuple parameters = rollup.onto(Tuple.tuple());

    if (leading == null) {
      assertTrue(rollup.isEmpty());
      return;
    }
    assertArrayEquals(new Integer[] {leading}, parameters.getArrayOfIntegers(6));
    assertArrayEquals(new Integer[] {longest}, parameters.getArrayOfIntegers(7));
    assertArrayEquals(new Integer[] {trailing}, parameters.getArrayOfIntegers(8));
  }

  @Test
  void countsFirstAttemptsAndEnds() {
    Rollup rollup = new Rollup();
    rollup.addFirstStart(started(2));
    for (char end : "RSDMKC".toCharArray()) {
      rollup.addEnd(ended(end), false);
    }
    rollup.add(
        new ChangeEvent(
            "scheduler.run.missed",
            "t",
            "schedules/" + SCHEDULE,
            18,
            NOW,
            null,
            new JsonObject().put("id", SCHEDULE.toString()).put("count", 5_000_000_000L)));
    rollup.add(
        new ChangeEvent(
            "scheduler.schedule.updated",
            "t",
            "schedules/" + SCHEDULE,
            28,
            NOW,
            null,
            new JsonObject().put("id", SCHEDULE.toString()).put("count", 7)));

    Tuple parameters = rollup.onto(Tuple.tuple());

    assertArrayEquals(new UUID[] {SCHEDULE}, parameters.getArrayOfUUIDs(0));
    assertEquals(1L, parameters.getArrayOfLongs(1)[0]);
    assertEquals(1L, parameters.getArrayOfLongs(2)[0]);
    assertEquals(1L, parameters.getArrayOfLongs(3)[0]);
    assertEquals(5_000_000_001L, parameters.getArrayOfLongs(4)[0]);
    assertEquals(1L, parameters.getArrayOfLongs(5)[0]);
  }

  @Test
  void countsFailuresOfABackfillButNotInTheRow() {
    Rollup rollup = new Rollup();
    rollup.addEnd(ended('F'), false);
    rollup.addEnd(ended('F'), true);
    rollup.addEnd(ended('D'), true);

    Tuple parameters = rollup.onto(Tuple.tuple());

    assertEquals(3L, parameters.getArrayOfLongs(3)[0]);
    assertArrayEquals(new Integer[] {1}, parameters.getArrayOfIntegers(6));
  }

  @Test
  void knowsNothingOfRunsThatNoScheduleMade() {
    Rollup rollup = new Rollup();
    rollup.addFirstStart(new RunEvent(Kind.STARTED, subject(null), 1, NOW, null, null));

    assertTrue(rollup.isEmpty());
  }

  private static RunEvent started(int attempt) {
    return new RunEvent(Kind.STARTED, subject(SCHEDULE), attempt, NOW, null, null);
  }

  private static RunEvent ended(char how) {
    return switch (how) {
      case 'S' -> ended(Kind.SUCCEEDED, AttemptOutcome.SUCCEEDED, RunState.SUCCEEDED);
      case 'F' -> ended(Kind.FAILED, AttemptOutcome.FAILED, RunState.FAILED);
      case 'D' -> ended(Kind.FAILED, AttemptOutcome.LOST, RunState.DEAD);
      case 'R' -> ended(Kind.FAILED, AttemptOutcome.FAILED, null);
      case 'M' -> ended(Kind.MISSED, AttemptOutcome.MISSED, RunState.MISSED);
      case 'K' -> ended(Kind.SKIPPED, AttemptOutcome.SKIPPED, RunState.SKIPPED);
      default -> ended(Kind.CANCELED, AttemptOutcome.CANCELED, RunState.CANCELED);
    };
  }

  private static RunEvent ended(Kind kind, AttemptOutcome outcome, @Nullable RunState state) {
    return new RunEvent(
        kind, subject(SCHEDULE), 1, NOW, null, new End(outcome, state, 1, NOW, null));
  }

  private static RunEvent.Subject subject(@Nullable UUID schedule) {
    return new RunEvent.Subject(
        new UUID(0, 9), "t", null, null, schedule, null, NOW, NOW, 2, null, null);
  }
}
