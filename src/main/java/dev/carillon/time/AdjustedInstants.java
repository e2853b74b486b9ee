package dev.carillon.time;

import dev.carillon.time.LocalFires.Choice;
import dev.carillon.time.LocalLine.Span;
import dev.carillon.time.calendar.BusinessDays;
import dev.carillon.time.calendar.Convention;
import dev.carillon.time.calendar.OutsideCalendar;
import dev.carillon.time.civil.Effort;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * Instants that are known without a zone, adjusted by their dates in one: on a business day the
 * very instant stays, whatever the wall shows; on another day its local time is moved, or left out.
 *
 * @param instants nominal ones, within their bounds
 * @param moved those of days off, on other days; null: they are left out
 */
record AdjustedInstants(Fires instants, ZoneId zone, BusinessDays days, @Nullable Fires moved)
    implements Fires {

  private static final int DAY = 86_400;

  /** To ask for an instant, and for the day it lies on, takes about so many. */
  private static final int STEPS_PER_INSTANT = 40;

  /**
   * Instants with all that decides about them.
   *
   * @param nanos a fraction of a second that all of them have; 0 where they differ, and those that
   *     are moved lose it
   * @param choice for the local times of those that are moved
   */
  static Fires of(Timing timing, Fires instants, int nanos, Choice choice) {
    Fires bounded = BoundedFires.of(instants, timing);
    BusinessDays days = timing.days();
    if (days == null || !timing.adjusts()) {
      return bounded;
    }
    ZoneId zone = timing.zone();
    LocalLine line = LocalLine.of(zone);
    if (timing.convention() == Convention.SKIP) {
      return new AdjustedInstants(bounded, zone, days, null);
    }
    Nominals off = new OnDaysOff(new Shown(bounded, line), days, Nominals.NONE - 1);
    Nominals dates = new AdjustedDates(off, days, timing.convention());
    return new AdjustedInstants(
        bounded, zone, days, new LocalFires(zone, line, dates, choice.forOneInstant(), nanos));
  }

  @Override
  public @Nullable Fire nextFire(Instant after) {
    return nextFire(after, new Effort());
  }

  @Override
  public @Nullable Fire nextFire(Instant after, Effort effort) {
    return nextFire(after, Years.LAST, effort);
  }

  @Override
  public @Nullable Fire nextFire(Instant after, Instant upTo, Effort effort) {
    Fire kept;
    try {
      kept = kept(after, upTo, effort);
    } catch (OutsideCalendar outside) {
      // One that is moved from a known date may come before that date.
      Instant unknown = outside.date().atStartOfDay(zone).toInstant().minusNanos(1);
      Instant known = unknown.isBefore(upTo) ? unknown : upTo;
      Fire earlier = moved == null || !after.isBefore(known) ? null : moved(after, known, effort);
      if (earlier == null) {
        throw EvaluationGaveUp.because(outside);
      }
      return earlier;
    }
    if (moved == null) {
      return kept;
    }
    Fire other = moved(after, kept == null ? upTo : kept.at(), effort);
    return other != null && (kept == null || other.at().isBefore(kept.at())) ? other : kept;
  }

  private @Nullable Fire moved(Instant after, Instant upTo, Effort effort) {
    return moved == null ? null : moved.nextFire(after, upTo, effort);
  }

  /** The first on a business day. */
  private @Nullable Fire kept(Instant after, Instant upTo, Effort effort) {
    Instant from = after;
    try {
      while (true) {
        effort.steps(STEPS_PER_INSTANT);
        Fire fire = instants.nextFire(from, upTo, effort);
        if (fire == null || days.dayOff(fire.local().toLocalDate(), effort) == null) {
          return fire;
        }
        LocalDate next = fire.local().toLocalDate().plusDays(1);
        from = next.atStartOfDay(zone).toInstant().minusNanos(1);
        // Where the clocks went back over midnight, the day goes on after the next has begun.
        from = from.isBefore(fire.at()) ? fire.at() : from;
      }
    } catch (Effort.Spent e) {
      throw new EvaluationGaveUp(
          "the next fire was not found within the work allowed; make its fires less rare, or the"
              + " calendar's days off fewer");
    }
  }

  /** Whenever the wall shows one of some instants: its local time, in whole seconds. */
  private record Shown(Fires instants, LocalLine line) implements Nominals {

    @Override
    public long next(long after, Effort effort) {
      long first = NONE;
      Span span = line.at(after - LocalLine.CLOSE);
      while (true) {
        effort.steps(STEPS_PER_INSTANT);
        long from = Math.max(after - span.offset, span.start - 1);
        Instant at = instants.next(Instant.ofEpochSecond(from + 1).minusNanos(1));
        boolean here = at != null && at.getEpochSecond() < span.end;
        if (here) {
          first = Math.min(first, at.getEpochSecond() + span.offset);
        }
        // No offset lets a later instant show an earlier time by more than this.
        if (first != NONE && span.end > first + LocalLine.CLOSE) {
          return first;
        }
        if (here || span.end <= after + LocalLine.CLOSE) {
          // By another offset, instants that lie before the one asked from here come later.
          span = line.after(span);
        } else if (at == null) {
          return first;
        } else {
          span = line.at(at.getEpochSecond());
        }
      }
    }
  }

  /** Those of some local times that lie on days off, or on days of which nobody knows. */
  private record OnDaysOff(Nominals nominals, BusinessDays days, long last) implements Nominals {

    @Override
    public long next(long after, Effort effort) {
      long at = nominals.next(after, effort);
      while (at <= last && isBusinessDay(Math.floorDiv(at, DAY), effort)) {
        at = nominals.next((Math.floorDiv(at, DAY) + 1) * DAY - 1, effort);
      }
      return at <= last ? at : NONE;
    }

    /** Whoever asks for a nominal time on an unknown day asks for that day as well, if need be. */
    private boolean isBusinessDay(long day, Effort effort) {
      try {
        return days.dayOff(LocalDate.ofEpochDay(day), effort) == null;
      } catch (OutsideCalendar unknown) {
        return false;
      }
    }

    @Override
    public Nominals upTo(long local) {
      return new OnDaysOff(nominals, days, Math.min(local, last));
    }
  }
}
