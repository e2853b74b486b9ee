package dev.carillon.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.time.Cron;
import dev.carillon.time.Fires;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecomputedTest {

  /** Daily at nine, under rules by which that is 08:00 in UTC. */
  @ParameterizedTest
  @CsvSource({
    // Still to come: earlier, later, the same.
    "2026-06-14T09:00:00Z, 2026-06-15T09:00:00Z, 2026-06-15T07:30:00Z, 2026-06-15T08:00:00Z",
    "2026-06-14T07:00:00Z, 2026-06-15T07:00:00Z, 2026-06-15T06:30:00Z, 2026-06-15T08:00:00Z",
    "2026-06-14T08:00:00Z, 2026-06-15T08:00:00Z, 2026-06-15T07:30:00Z, 2026-06-15T08:00:00Z",
    // Put into the past: late, not forgotten.
    "2026-06-14T09:00:00Z, 2026-06-15T09:00:00Z, 2026-06-15T08:30:00Z, 2026-06-15T08:00:00Z",
    // Fired an hour early by the old rules: not a second time.
    "2026-06-15T07:00:00Z, 2026-06-16T07:00:00Z, 2026-06-15T12:00:00Z, 2026-06-16T08:00:00Z",
    // Overdue: of the new rules, the one in its place, past or not.
    "2026-06-14T07:00:00Z, 2026-06-15T07:00:00Z, 2026-06-15T07:00:05Z, 2026-06-15T08:00:00Z",
    "2026-06-01T09:00:00Z, 2026-06-02T09:00:00Z, 2026-06-15T12:00:00Z, 2026-06-02T08:00:00Z",
    // Overdue, and its name edited since.
    "2026-06-15T08:00:03Z, 2026-06-15T08:00:00Z, 2026-06-15T08:00:05Z, 2026-06-15T08:00:00Z",
    // Planned ahead: behind the last fire, though that is still to come.
    "2026-06-15T08:00:00Z, 2026-06-16T09:00:00Z, 2026-06-15T07:59:57Z, 2026-06-16T08:00:00Z",
  })
  void putsTheFireOfTheNewRulesInThePlaceOfTheStoredOne(
      Instant since, Instant stored, Instant now, Instant expected) {
    Fires fires = Cron.parse("0 9 * * *").in(ZoneId.of("Europe/London"), Instant.EPOCH);

    assertEquals(expected, Recomputed.next(fires, since, stored, now));
  }

  @Test
  void comparesVersionsAsTzdataNamesThem() {
    TzdataVersion version = new TzdataVersion("2025b");

    assertTrue(version.isNewerThan(null));
    assertTrue(version.isNewerThan("2025a"));
    assertTrue(version.isNewerThan("2024agtz"));
    assertFalse(version.isNewerThan("2025b"));
    assertFalse(version.isNewerThan("2025c"));
    assertFalse(version.isNewerThan("2026a"));
  }
}
