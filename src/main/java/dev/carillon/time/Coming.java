package dev.carillon.time;

import java.time.Instant;

/**
 * Which fires of a schedule that is switched on are still to become runs: not those that were let
 * go before their time, nor more than it has runs left.
 *
 * @param now of the fires up to here nothing is said
 * @param from what fires after {@code now} and before this was let go; not after {@code now}:
 *     nothing was
 * @param most how many fires after {@code now} become runs, not negative; {@link #ANY}: all do
 */
public record Coming(Instant now, Instant from, long most) {

  public static final long ANY = Long.MAX_VALUE;

  public Coming {
    if (most < 0) {
      throw new IllegalArgumentException("a number of fires is not negative: " + most);
    }
  }

  /** Nothing was let go, and all fires become runs. */
  static final Coming ALL = new Coming(Instant.MIN, Instant.MIN, ANY);

  /** The first of them is the first fire after this. */
  public Instant after() {
    return from.isAfter(now) ? from.minusNanos(1) : now;
  }
}
