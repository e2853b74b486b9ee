package dev.carillon.time;

import dev.carillon.time.cron.CronPattern;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A cron pattern that names times of the day: each nominal local time fires once, at the first
 * instant at which the wall has reached it. That is the end of a gap, and the first pass of an
 * overlap.
 *
 * <p>"The first instant at which the wall has reached L" never decreases as L grows. So the next
 * fire belongs to the first match later than anything that the wall has shown so far, and one look
 * into the pattern is enough, whatever the zone has done to its clocks.
 */
record FixedTimeCronFires(CronPattern pattern, LocalLine line) implements Fires {

  @Override
  public @Nullable Instant next(Instant after) {
    LocalLine.Reading reading = nextReading(after);
    return reading == null ? null : reading.at();
  }

  @Override
  public @Nullable Fire nextFire(Instant after) {
    LocalLine.Reading reading = nextReading(after);
    return reading == null ? null : undisturbed(reading).in(line.zone());
  }

  private LocalLine.@Nullable Reading nextReading(Instant after) {
    Instant from = Years.clampAfter(after);
    long nominal = pattern.nextNominal(line.highestSecondsAt(from));
    if (nominal == CronPattern.NONE) {
      return null;
    }
    LocalLine.Reading reading = line.atGapEnd(LocalLine.ofSeconds(nominal));
    return reading.at().isAfter(Years.LAST) ? null : reading;
  }

  /** Where the pattern also names the end of the gap, the fire stands at its own nominal time. */
  private LocalLine.Reading undisturbed(LocalLine.Reading reading) {
    boolean named =
        reading.moved() == Moved.DST_GAP && pattern.matches(line.secondsAt(reading.at()));
    return named ? new LocalLine.Reading(reading.at(), null) : reading;
  }
}
