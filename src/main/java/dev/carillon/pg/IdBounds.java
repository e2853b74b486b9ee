package dev.carillon.pg;

import java.util.UUID;

/**
 * The lowest and the highest of some ids, as PostgreSQL orders them: byte by byte, unlike {@link
 * UUID#compareTo}. A statement that is planned before its ids are known passes over the partitions
 * outside of them.
 */
public record IdBounds(UUID lowest, UUID highest) {

  private static final UUID FIRST = new UUID(0, 0);

  /** Of no ids at all: bounds that no run lies within. */
  public static IdBounds of(UUID[] ids) {
    if (ids.length == 0) {
      return new IdBounds(FIRST, FIRST);
    }
    UUID lowest = ids[0];
    UUID highest = ids[0];
    for (UUID id : ids) {
      if (compare(id, lowest) < 0) {
        lowest = id;
      } else if (compare(id, highest) > 0) {
        highest = id;
      }
    }
    return new IdBounds(lowest, highest);
  }

  private static int compare(UUID one, UUID other) {
    int high = Long.compareUnsigned(one.getMostSignificantBits(), other.getMostSignificantBits());
    return high != 0
        ? high
        : Long.compareUnsigned(one.getLeastSignificantBits(), other.getLeastSignificantBits());
  }
}
