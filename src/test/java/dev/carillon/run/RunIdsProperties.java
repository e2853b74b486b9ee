package dev.carillon.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.Random;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.StringLength;

class RunIdsProperties {

  private static final long YEAR_9999 = 253_402_300_799_999L;

  @Property
  void hasTheFormOfVersion7AndItsInstantInFront(
      @ForAll @LongRange(max = YEAR_9999) long millis,
      @ForAll long seed,
      @ForAll @AlphaChars @StringLength(min = 1, max = 20) String key) {
    Instant at = Instant.ofEpochMilli(millis);

    for (UUID id :
        new UUID[] {
          RunIds.random(at, new Random(seed)),
          RunIds.ofFire("t", key, at),
          RunIds.derived(at, new UUID(seed, seed), 1)
        }) {
      assertEquals(7, id.version());
      assertEquals(2, id.variant());
      assertEquals(millis, id.getMostSignificantBits() >>> 16);
    }
  }

  @Property
  void sortsByTime(
      @ForAll @LongRange(max = YEAR_9999) long one,
      @ForAll @LongRange(max = YEAR_9999) long other) {
    if (one == other) {
      return;
    }
    String first = RunIds.ofFire("t", "k", Instant.ofEpochMilli(Math.min(one, other))).toString();
    String second = RunIds.ofFire("t", "k", Instant.ofEpochMilli(Math.max(one, other))).toString();

    assertTrue(first.compareTo(second) < 0);
  }
}
