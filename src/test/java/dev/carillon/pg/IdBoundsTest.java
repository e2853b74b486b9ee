package dev.carillon.pg;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.UUID;
import org.junit.jupiter.api.Test;

class IdBoundsTest {

  /** Java compares UUIDs by signed halves, PostgreSQL byte by byte. */
  @Test
  void ordersIdsAsPostgresDoes() {
    UUID low = UUID.fromString("01900000-0000-7000-8000-000000000000");
    UUID middle = UUID.fromString("01900000-0000-7000-ffff-000000000000");
    UUID high = UUID.fromString("ff900000-0000-7000-8000-000000000000");

    assertEquals(new IdBounds(low, high), IdBounds.of(new UUID[] {middle, high, low}));
    assertEquals(new IdBounds(low, middle), IdBounds.of(new UUID[] {middle, low}));
    assertEquals(new IdBounds(high, high), IdBounds.of(new UUID[] {high}));
  }
}
