package dev.carillon.time;

import dev.carillon.time.cron.CronPattern;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.zone.ZoneOffsetTransition;
import org.jspecify.annotations.Nullable;

/**
 * A cron pattern with a star in hour or minute: it fires at every instant whose local time matches.
 * So it follows elapsed time: nothing fires for times in a gap, and both passes of an overlap fire.
 */
record WildcardCronFires(CronPattern pattern, LocalLine line) implements Fires {

  /**
   * Offsets lie between -18 and +18 hours, so an instant this much later shows a later local time
   * whatever changes lie between. Only a change nearer than this can bring back times already past.
   */
  private static final Duration CLOSE = Duration.ofHours(36);

  @Override
  public @Nullable Instant next(Instant after) {
    Instant from = Years.clampAfter(after);
    long local = line.secondsAt(from);
    while (true) {
      long nominal = pattern.nextNominal(local);
      if (nominal == CronPattern.NONE) {
        return null;
      }
      Instant unchanged =
          Instant.ofEpochSecond(from.getEpochSecond() + nominal - line.secondsAt(from));
      ZoneOffsetTransition change = line.rules().nextTransition(from);
      if (change == null || unchanged.isBefore(change.getInstant())) {
        return unchanged.isAfter(Years.LAST) ? null : unchanged;
      }
      // The offset changes before the match. Nothing matches up to the change, so go on from it,
      // unless the change is so far that no time is brought back: then the match itself decides.
      if (Duration.between(from, change.getInstant()).compareTo(CLOSE) > 0) {
        LocalDateTime match = LocalLine.ofSeconds(nominal);
        change = line.gapAt(match);
        if (change == null) {
          Instant at = line.atGapEnd(match).at();
          return at.isAfter(Years.LAST) ? null : at;
        }
      }
      from = change.getInstant();
      local = LocalLine.toSeconds(change.getDateTimeAfter()) - 1;
    }
  }

  @Override
  public @Nullable Fire nextFire(Instant after) {
    Instant at = next(after);
    return at == null ? null : Fire.at(at, line.zone());
  }
}
