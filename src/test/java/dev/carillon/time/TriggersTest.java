package dev.carillon.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One shots, zones, previews and the pure questions. */
class TriggersTest {

  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  @Test
  void aOneShotFiresOnceAtItsInstant() {
    Fires fires = OneShot.parse("2026-12-01T12:00:00+02:00").in(ZoneOffset.UTC, NOON);
    Instant at = Instant.parse("2026-12-01T10:00:00Z");
    assertEquals(at, fires.next(NOON));
    assertNull(fires.next(at));
    assertEquals("Once, on 1 December 2026 at 10:00 UTC", new OneShot(at).describe());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"2026-12-01T10:00:00", "2026-12-01", "tomorrow", "", "1800-01-01T00:00:00Z"})
  void aOneShotNeedsAnInstant(String at) {
    InvalidTrigger refused = assertThrows(InvalidTrigger.class, () -> OneShot.parse(at));
    assertEquals("at", refused.field());
    OneShot.parse(refused.example());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Berlin          | Europe/Berlin",
        "Europe/Berlni   | Europe/Berlin",
        "europe/berlin   | Europe/Berlin",
        "America/NewYork | America/New_York",
        "+02:00          | fixed offset",
        "UTC+2           | fixed offset",
        "Z               | UTC",
        "Mars/Olympus    | Mars/Olympus",
      })
  void anUnknownZoneIsRefusedWithTheNearestNames(String id, String mentioned) {
    InvalidTrigger refused = assertThrows(InvalidTrigger.class, () -> Zones.parse(id));
    assertEquals("timezone", refused.field());
    assertTrue(refused.getMessage().contains(mentioned), refused::getMessage);
    Zones.parse(refused.example());
  }

  @Test
  void zonesAreNamesOfTheDatabaseAndUtc() {
    assertEquals(ZoneId.of("UTC"), Zones.parse("UTC"));
    assertEquals(ZoneId.of("Asia/Kathmandu"), Zones.parse(" Asia/Kathmandu "));
  }

  @Test
  void aPreviewIsWhatNextWalks() {
    Trigger trigger = Cron.parse("*/20 * * * *");
    ZoneId zone = ZoneId.of("Europe/Berlin");
    Preview preview = Preview.of(trigger, zone, DstPolicy.DEFAULT, NOON, 1_000);
    Fires fires = trigger.in(zone, NOON);
    Instant at = NOON;
    for (Fire fire : preview.fires()) {
      at = fires.next(at);
      assertEquals(at, fire.at());
    }
    assertEquals(1_000, preview.fires().size());
    assertFalse(preview.exhausted());
    assertEquals("Every 20 minutes", preview.description());
  }

  @Test
  void aPreviewSaysWhenThereIsNoMore() {
    Preview preview =
        Preview.of(new OneShot(NOON), ZoneOffset.UTC, DstPolicy.DEFAULT, NOON.minusSeconds(1), 5);
    assertEquals(List.of(NOON), preview.fires().stream().map(Fire::at).toList());
    assertTrue(preview.exhausted());
    assertTrue(
        Preview.of(new OneShot(NOON), ZoneOffset.UTC, DstPolicy.DEFAULT, NOON, 5)
            .fires()
            .isEmpty());
  }

  @Test
  void aFireIsDueFromItsInstantAndOverdueAfterItsGrace() {
    Duration grace = Duration.ofMinutes(1);
    assertTrue(TriggerLogic.isDue(NOON, NOON));
    assertFalse(TriggerLogic.isDue(NOON, NOON.minusNanos(1)));
    assertFalse(TriggerLogic.isDue(null, NOON));
    assertFalse(TriggerLogic.isOverdue(NOON, NOON.plus(grace), grace));
    assertTrue(TriggerLogic.isOverdue(NOON, NOON.plus(grace).plusNanos(1), grace));
    assertFalse(TriggerLogic.isOverdue(null, NOON, grace));
  }

  @Test
  void aFireCanBeExecutedWhenEnabledDueAndWithinTheScheduleSpan() {
    Instant later = NOON.plusSeconds(5);
    assertTrue(TriggerLogic.canExecute(true, NOON, later, null, null));
    assertTrue(TriggerLogic.canExecute(true, NOON, later, NOON, NOON));
    assertFalse(TriggerLogic.canExecute(false, NOON, later, null, null));
    assertFalse(TriggerLogic.canExecute(true, later, NOON, null, null));
    assertFalse(TriggerLogic.canExecute(true, NOON, later, later, null));
    assertFalse(TriggerLogic.canExecute(true, NOON, later, null, NOON.minusSeconds(1)));
    assertFalse(TriggerLogic.canExecute(true, null, later, null, null));
    Fires once = new OneShot(NOON).in(ZoneOffset.UTC, NOON);
    assertEquals(NOON, TriggerLogic.nextRunTime(once, NOON.minusSeconds(1)));
  }

  /** The database keeps microseconds: a finer fire would come again after its own stored self. */
  @Test
  void aOneShotIsNoFinerThanAMicrosecond() {
    Fires once = OneShot.parse("2026-12-01T12:00:00.123456789Z").in(ZoneOffset.UTC, NOON);
    Instant at = once.next(NOON);
    assertEquals(at.truncatedTo(ChronoUnit.MICROS), at);
    assertNull(once.next(at));
  }
}
