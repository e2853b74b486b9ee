package dev.carillon.bench.contestant;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/**
 * What a round asks for: runs that do nothing, the first due at an instant, the others spread
 * evenly behind it.
 *
 * @param round unique in this benchmark; contestants know the round's runs by it
 * @param spread zero: all are due at once
 */
public record Load(int round, int count, Duration spread, Instant first) {

  public Load at(Instant first) {
    return new Load(round, count, spread, first);
  }

  public Instant last() {
    return first.plus(spread);
  }

  OffsetDateTime firstUtc() {
    return first.atOffset(ZoneOffset.UTC);
  }

  OffsetDateTime lastUtc() {
    return last().atOffset(ZoneOffset.UTC);
  }

  double stepMicros() {
    return spread.toNanos() / 1e3 / count;
  }
}
