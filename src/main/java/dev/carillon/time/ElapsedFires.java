package dev.carillon.time;

import dev.carillon.time.civil.Effort;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * Fires at anchor + n · every in exact elapsed time.
 *
 * @param zone for the local times only
 * @param anchor the instant of n = 0
 * @param every at least one second
 * @param firstN the first n that is a fire: 0 when the anchor itself is one, else 1
 */
record ElapsedFires(ZoneId zone, Instant anchor, Duration every, long firstN) implements Fires {

  @Override
  public @Nullable Instant next(Instant after) {
    long n = firstAfter(Years.clampAfter(after));
    // A step can be longer than all of time (999,999,999 hours), so compare before multiplying.
    Duration left = passed(Years.LAST);
    if (left.isNegative() || steps(left) < n) {
      return null;
    }
    return every.getNano() == 0
        ? anchor.plusSeconds(every.getSeconds() * n)
        : anchor.plus(every.multipliedBy(n));
  }

  /** Duration.between throws and catches inside where it is more than 292 years. */
  private Duration passed(Instant to) {
    long nanos = to.getNano() - anchor.getNano();
    return Duration.ofSeconds(to.getEpochSecond() - anchor.getEpochSecond(), nanos);
  }

  /** The n of the first fire after an instant, if there is one. */
  private long firstAfter(Instant after) {
    Duration passed = passed(after);
    return passed.isNegative() ? firstN : Math.max(firstN, steps(passed) + 1);
  }

  /** The fraction of a second that all of them have; 0 where they differ. */
  int nanos() {
    return every.getNano() == 0 ? anchor.getNano() : 0;
  }

  @Override
  public long count(Instant after, Instant upTo, Effort effort) {
    Instant last = Years.clampAfter(upTo);
    return Math.max(0, firstAfter(last) - firstAfter(Years.clampAfter(after)));
  }

  /**
   * How many whole steps a time holds. Durations divide as decimals of any size, in microseconds.
   */
  private long steps(Duration time) {
    return every.getNano() == 0 ? time.getSeconds() / every.getSeconds() : time.dividedBy(every);
  }

  @Override
  public @Nullable Fire nextFire(Instant after) {
    Instant at = next(after);
    return at == null ? null : Fire.at(at, zone);
  }
}
