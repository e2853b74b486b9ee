package dev.carillon.time;

import dev.carillon.time.civil.Effort;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The fires that are not before a first instant nor after a last one.
 *
 * @param afterStart just before the first; {@link Instant#MIN} where there is none
 * @param end inclusive; {@link Instant#MAX} where there is none
 */
record BoundedFires(Fires fires, Instant afterStart, Instant end) implements Fires {

  /** The fires themselves where the timing does not bound them. */
  static Fires of(Fires fires, Timing timing) {
    if (!timing.isBounded()) {
      return fires;
    }
    Instant start = timing.startAt();
    return new BoundedFires(
        fires,
        // An instant lies on a nanosecond, as a database's on a microsecond.
        start == null || start.isBefore(Years.FIRST) ? Instant.MIN : start.minusNanos(1),
        timing.endAt() == null ? Instant.MAX : timing.endAt());
  }

  @Override
  public @Nullable Fire nextFire(Instant after) {
    return nextFire(after, new Effort());
  }

  @Override
  public @Nullable Fire nextFire(Instant after, Effort effort) {
    return end.equals(Instant.MAX)
        ? fires.nextFire(later(after, afterStart), effort)
        : nextFire(after, end, effort);
  }

  @Override
  public @Nullable Fire nextFire(Instant after, Instant upTo, Effort effort) {
    Instant from = later(after, afterStart);
    Instant to = upTo.isBefore(end) ? upTo : end;
    return from.isBefore(to) ? fires.nextFire(from, to, effort) : null;
  }

  @Override
  public long count(Instant after, Instant upTo, Effort effort) {
    Instant from = later(after, afterStart);
    Instant to = upTo.isBefore(end) ? upTo : end;
    return from.isBefore(to) ? fires.count(from, to, effort) : 0;
  }

  private static Instant later(Instant a, Instant b) {
    return a.isAfter(b) ? a : b;
  }
}
