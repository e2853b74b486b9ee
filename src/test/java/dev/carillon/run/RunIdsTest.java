package dev.carillon.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class RunIdsTest {

  private static final Instant AT = Instant.parse("2026-03-01T12:00:00.123456Z");

  @Test
  void makesTheSameIdOfTheSameFireForEver() {
    // Pinned: an id that changed with a release would fire everything twice.
    assertEquals(
        UUID.fromString("019ca945-0a7b-7c03-8649-f831072b0848"),
        RunIds.ofFire("default", "nightly", AT));
  }

  @Test
  void tellsTenantsKeysAndInstantsApart() {
    Set<UUID> ids = new HashSet<>();
    ids.add(RunIds.ofFire("a", "nightly", AT));
    ids.add(RunIds.ofFire("b", "nightly", AT));
    ids.add(RunIds.ofFire("a", "hourly", AT));
    ids.add(RunIds.ofFire("a", "nightly", AT.plusNanos(1_000)));

    assertEquals(4, ids.size());
  }

  @Test
  void makesANewIdEachTimeForOtherRuns() {
    RandomGenerator random = RandomGenerator.getDefault();

    assertNotEquals(RunIds.random(AT, random), RunIds.random(AT, random));
  }

  @Test
  void derivesTheSameIdFromTheSameIdAndNumber() {
    UUID from = RunIds.ofFire("a", "nightly", AT);

    assertEquals(RunIds.derived(AT, from, 11), RunIds.derived(AT, from, 11));
    assertNotEquals(RunIds.derived(AT, from, 11), RunIds.derived(AT, from, 16));
  }

  @Test
  void keepsFiresBefore1970AtTheFront() {
    UUID old = RunIds.ofFire("a", "k", Instant.parse("1905-01-01T00:00:00Z"));

    assertEquals(0, old.getMostSignificantBits() >>> 16);
    assertEquals(7, old.version());
  }
}
