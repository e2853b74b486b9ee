package dev.carillon.time;

import dev.carillon.time.rrule.Effort;
import dev.carillon.time.rrule.Expansion;
import dev.carillon.time.rrule.Recurrence;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.zone.ZoneOffsetTransition;
import org.jspecify.annotations.Nullable;

/**
 * A recurrence's fires in a zone: in a gap shifted by it, in an overlap the first pass.
 *
 * <p>Shifting breaks the order: in a gap from 02:00 to 03:00, the nominal 02:30 becomes 03:30,
 * later than the nominal 03:10. So a search looks at three places, and takes the earliest instant
 * of them:
 *
 * <pre>
 *  nominal  ……… [gap  ) after ………
 *  1. times of a gap just passed, whose shifted instants are still to come
 *  2. the first nominal time that the wall has not shown yet
 *  3. where that lies in a gap itself: the first nominal time behind that gap
 * </pre>
 */
record RruleFires(Expansion expansion, LocalLine line) implements Fires {

  static Fires of(Recurrence recurrence, LocalLine line) {
    try {
      return new RruleFires(
          Expansion.of(
              recurrence, line::highestSecondsAt, nominal -> line.shiftedByGap(nominal).at()),
          line);
    } catch (Effort.Spent e) {
      throw gaveUp(e);
    }
  }

  @Override
  public @Nullable Fire nextFire(Instant after) {
    return nextFire(after, new Effort());
  }

  @Override
  public @Nullable Fire nextFire(Instant after, Effort effort) {
    try {
      LocalLine.Reading reading = earliest(Years.clampAfter(after), effort);
      return reading == null ? null : reading.in(line.zone());
    } catch (Effort.Spent e) {
      throw gaveUp(e);
    }
  }

  private static EvaluationGaveUp gaveUp(Effort.Spent e) {
    return new EvaluationGaveUp(
        "the next fire of this rule was not found within the work allowed; " + e.getMessage());
  }

  private LocalLine.@Nullable Reading earliest(Instant after, Effort effort) {
    LocalLine.Reading found = shiftedPast(after, effort);
    long nominal = expansion.next(line.highestSecondsAt(after), effort);
    LocalLine.Reading upcoming = reading(nominal);
    found = earlier(found, upcoming);
    if (upcoming != null && upcoming.moved() == Moved.DST_GAP) {
      ZoneOffsetTransition gap = line.gapAt(LocalLine.ofSeconds(nominal));
      if (gap != null) {
        long behind = LocalLine.toSeconds(gap.getDateTimeAfter()) - 1;
        found = earlier(found, reading(expansion.next(behind, effort)));
      }
    }
    return found == null || found.at().isAfter(Years.LAST) ? null : found;
  }

  /** The first fire after an instant among the nominal times of a gap that ended just before it. */
  private LocalLine.@Nullable Reading shiftedPast(Instant after, Effort effort) {
    ZoneOffsetTransition change = line.rules().previousTransition(after.plusSeconds(1));
    if (change == null || !change.isGap()) {
      return null;
    }
    Duration length = change.getDuration();
    if (after.isBefore(change.getInstant()) || !after.isBefore(change.getInstant().plus(length))) {
      return null;
    }
    long end = LocalLine.toSeconds(change.getDateTimeAfter());
    long nominal = expansion.next(line.secondsAt(after) - length.getSeconds(), effort);
    return nominal < end ? reading(nominal) : null;
  }

  private LocalLine.@Nullable Reading reading(long nominal) {
    if (nominal == Expansion.NONE) {
      return null;
    }
    LocalDateTime local = LocalLine.ofSeconds(nominal);
    return line.shiftedByGap(local);
  }

  /** Of two that fall on one instant, the one that was not shifted: it stands at its own time. */
  private static LocalLine.@Nullable Reading earlier(
      LocalLine.@Nullable Reading a, LocalLine.@Nullable Reading b) {
    if (a == null || b == null) {
      return a == null ? b : a;
    }
    int order = a.at().compareTo(b.at());
    if (order == 0) {
      return a.moved() == Moved.DST_GAP ? b : a;
    }
    return order < 0 ? a : b;
  }
}
