package dev.carillon.time;

import dev.carillon.time.LocalLine.Span;
import dev.carillon.time.calendar.OutsideCalendar;
import dev.carillon.time.civil.Effort;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The fires of local times in a zone: the one place where a local time that does not exist, or
 * exists twice, becomes an instant.
 *
 * <pre>
 *  ── calm ──┤ from 36 h before a change to 36 h after it ├── calm ──
 *            │                                            │
 *  1 search  │  tail of the     gap: its        head of   │  1 search
 *            │  span before     local times     the span  │
 *            │  (first pass)    T, or T + …     after     │
 * </pre>
 *
 * In the calm part the next local time, less the offset, is the answer. Around a change (or several
 * that are near each other) the local times fall into pieces, each of which keeps their order: what
 * a span shows, and what a gap leaves out. Their instants overlap, for in a gap from 02:00 to 03:00
 * the nominal 02:30 shifted by the gap is later than the nominal 03:10. So each piece is asked for
 * its first instant, and the earliest is the answer. It depends on nothing but the instant asked
 * from, therefore the same fires come out wherever one asks from.
 *
 * <p>Local times are whole seconds; a fraction that all of them share is added in the end.
 */
final class LocalFires implements Fires {

  /** No offset is greater. In seconds. */
  private static final long MOST_OFFSET = 18 * 3600;

  /** A look into the calm part of a span takes about a step, beside that for the local times. */
  private static final int STEPS_IN_CALM = 1;

  /** To look through the pieces around a change takes about so many. */
  private static final int STEPS_AROUND = 6;

  /** What the zone did to a local time. */
  private record Shift(Moved moved, long nominal) {}

  /** An instant in epoch seconds; without a shift, the wall shows the local time then. */
  private record Reading(long at, @Nullable Shift shift) {}

  /**
   * What holds around changes; a fire that depends on it is marked as moved, where {@code marks}.
   */
  record Choice(DstGap gap, DstOverlap overlap, boolean marks) {

    /**
     * Whenever the wall shows a local time: never for one in a gap, twice for one in an overlap.
     * That is elapsed time, and no fire is moved.
     */
    static final Choice WHEN_SHOWN = new Choice(DstGap.SKIP, DstOverlap.BOTH, false);

    /** By a schedule's policy. */
    static Choice of(DstPolicy policy, DstGap ownGap) {
      return new Choice(policy.gapOr(ownGap), policy.overlapOrFirst(), true);
    }

    /** For a local time that must have one instant: SKIP is read as SHIFT_BY_GAP, BOTH as FIRST. */
    Choice forOneInstant() {
      return new Choice(
          gap == DstGap.SKIP ? DstGap.SHIFT_BY_GAP : gap,
          overlap == DstOverlap.BOTH ? DstOverlap.FIRST : overlap,
          marks);
    }
  }

  private final ZoneId zone;
  private final LocalLine line;
  private final Nominals nominals;
  private final Choice choice;
  private final int nanos;

  /** The nominal times, where their dates are adjusted. */
  private final @Nullable AdjustedDates adjusted;

  /**
   * @param nanos a fraction of a second by which each fire is later than its local time
   */
  LocalFires(ZoneId zone, LocalLine line, Nominals nominals, Choice choice, int nanos) {
    this.zone = zone;
    this.line = line;
    this.nominals = nominals;
    this.choice = choice;
    this.nanos = nanos;
    this.adjusted = nominals instanceof AdjustedDates dates ? dates : null;
  }

  /**
   * Local times with all that decides about them.
   *
   * @param nanos a fraction of a second by which each fire is later than its local time
   */
  static Fires of(Timing timing, Nominals nominals, Choice choice, int nanos) {
    ZoneId zone = timing.zone();
    LocalLine line = LocalLine.of(zone);
    if (timing.days() != null && timing.adjusts()) {
      Nominals bounded = BoundedNominals.of(nominals, timing, line, choice, nanos);
      Nominals dates = new AdjustedDates(bounded, timing.days(), timing.convention());
      return new LocalFires(zone, line, dates, choice, nanos);
    }
    return BoundedFires.of(new LocalFires(zone, line, nominals, choice, nanos), timing);
  }

  /** Local times by a choice. */
  static LocalFires of(ZoneId zone, Nominals nominals, Choice choice) {
    return new LocalFires(zone, LocalLine.of(zone), nominals, choice, 0);
  }

  /** The one instant of a local time; see {@link Choice#forOneInstant}. */
  static Instant instantOf(ZoneId zone, LocalDateTime local, Choice choice) {
    long nominal = local.toEpochSecond(ZoneOffset.UTC);
    Reading reading =
        of(zone, Nominals.only(nominal), choice.forOneInstant())
            .search(nominal - MOST_OFFSET - 1, new Effort());
    if (reading == null) {
      throw new IllegalStateException(local + " has no instant in " + zone);
    }
    return Instant.ofEpochSecond(reading.at(), local.getNano());
  }

  @Override
  public @Nullable Instant next(Instant after) {
    Reading reading = search(after, new Effort());
    return reading == null ? null : Instant.ofEpochSecond(reading.at(), nanos);
  }

  @Override
  public @Nullable Fire nextFire(Instant after) {
    return nextFire(after, new Effort());
  }

  @Override
  public @Nullable Fire nextFire(Instant after, Effort effort) {
    Reading reading = search(after, effort);
    if (reading == null) {
      return null;
    }
    Instant at = Instant.ofEpochSecond(reading.at(), nanos);
    Shift shift = reading.shift();
    Fire fire = shift == null ? Fire.at(at, zone) : Fire.at(at, zone, shift.moved());
    return adjusted == null ? fire : fire.movedFrom(reasons(adjusted, reading, effort));
  }

  /** Why the date of a reading's local time is not the nominal one. */
  private Set<Moved> reasons(AdjustedDates dates, Reading reading, Effort effort) {
    Shift shift = reading.shift();
    long local = shift == null ? reading.at() + line.at(reading.at()).offset : shift.nominal();
    try {
      return dates.reasons(local, effort);
    } catch (Effort.Spent e) {
      throw gaveUp();
    } catch (OutsideCalendar outside) {
      throw EvaluationGaveUp.because(outside);
    }
  }

  @Override
  public @Nullable Fire nextFire(Instant after, Instant upTo, Effort effort) {
    Fire fire = upTo(upTo).nextFire(after, effort);
    return fire == null || fire.at().isAfter(upTo) ? null : fire;
  }

  /** No local time that the wall has not reached by then fires by then, whatever the policy. */
  private LocalFires upTo(Instant last) {
    Nominals reached = nominals.upTo(line.highestAt(Years.clampAfter(last)));
    return new LocalFires(zone, line, reached, choice, nanos);
  }

  private @Nullable Reading search(Instant after, Effort effort) {
    try {
      Reading reading = search(wholeSecond(Years.clampAfter(after)), effort);
      return reading == null || reading.at() > Years.LAST.getEpochSecond() ? null : reading;
    } catch (Effort.Spent e) {
      throw gaveUp();
    } catch (OutsideCalendar outside) {
      throw EvaluationGaveUp.because(outside);
    }
  }

  private EvaluationGaveUp gaveUp() {
    return new EvaluationGaveUp(
        "the next fire was not found within the work allowed; make the rule simpler, or its"
            + (adjusted == null
                ? " fires less rare"
                : " fires less rare, or the calendar's days off fewer"));
  }

  private @Nullable Reading search(long after, Effort effort) {
    long from = after;
    while (true) {
      Span span = line.at(from);
      if (span.isCalmAfter(from)) {
        effort.steps(STEPS_IN_CALM);
        long nominal = nominals.next(from + span.offset, effort);
        if (nominal == Nominals.NONE) {
          return null;
        }
        long at = nominal - span.offset;
        if (at < span.calmTo) {
          return new Reading(at, null);
        }
        // Nothing fires in what is left of the calm, nor so long before the match.
        from = Math.max(span.calmTo, nominal - MOST_OFFSET) - 1;
      } else {
        effort.steps(STEPS_AROUND);
        // Twice as far back as a change is felt, to know what the wall showed before the change.
        Span first = line.at(from - 2 * LocalLine.CLOSE);
        Span last = calmBehind(first, from);
        Reading found = aroundChanges(first, last, from, effort);
        if (found != null) {
          return found;
        }
        from = last.calmFrom;
      }
    }
  }

  @Override
  public long count(Instant after, Instant upTo, Effort effort) {
    long from = wholeSecond(Years.clampAfter(after));
    long to = wholeSecond(Years.clampAfter(upTo));
    LocalFires reached = upTo(upTo);
    try {
      return new LocalCount(line, reached.nominals, choice, reached).between(from, to, effort);
    } catch (Effort.Spent e) {
      throw new EvaluationGaveUp(
          "the fires are too many to be counted within the work allowed; choose a shorter time, or"
              + " make the rule simpler");
    } catch (OutsideCalendar outside) {
      throw EvaluationGaveUp.because(outside);
    }
  }

  /** The first instant after another, both in epoch seconds; NONE when there is none any more. */
  long nextAt(long after, Effort effort) {
    Reading reading = search(after, effort);
    return reading == null ? Nominals.NONE : reading.at();
  }

  /** The whole second up to which instants, that all have the same fraction, are not later. */
  private long wholeSecond(Instant instant) {
    return instant.getEpochSecond() - (instant.getNano() < nanos ? 1 : 0);
  }

  /** The first span that is calm somewhere after an instant. */
  Span calmBehind(Span first, long from) {
    Span span = first;
    while (span.calmFrom <= from || !span.hasCalm()) {
      span = line.after(span);
    }
    return span;
  }

  /** The earliest of all pieces, up to the calm part of the last span and through it. */
  private @Nullable Reading aroundChanges(Span first, Span last, long from, Effort effort) {
    Reading earliest = null;
    Span before = null;
    Span span = first;
    while (earliest == null || span.start <= earliest.at()) {
      if (before != null && span.offset > before.offset && choice.gap() != DstGap.SKIP) {
        earliest = earlier(earliest, inGap(first, before, span, from, effort));
      }
      boolean atLast = span.start == last.start;
      if (span.end > from + 1) {
        long to = atLast ? last.calmTo : span.end;
        earliest = earlier(earliest, inSpan(first, span, from, to, effort));
      }
      if (atLast) {
        break;
      }
      before = span;
      span = line.after(span);
    }
    return earliest;
  }

  /** The first fire among the local times that a span shows. */
  private @Nullable Reading inSpan(Span first, Span span, long from, long to, Effort effort) {
    long nominal = Math.max(from, span.start - 1) + span.offset;
    while (nominal < to + span.offset - 1) {
      nominal = nominals.next(nominal, effort);
      if (nominal >= to + span.offset) {
        return null;
      }
      long at = nominal - span.offset;
      Span pastPass = shownBefore(first, span, nominal);
      Span nextPass = shownAfter(span, nominal);
      Span preferred = choice.overlap() == DstOverlap.FIRST ? pastPass : nextPass;
      if (preferred != null && choice.overlap() != DstOverlap.BOTH) {
        nominal = preferred.lastShown();
      } else if (nominals.admits(nominal, at)) {
        boolean twice = pastPass != null || nextPass != null;
        boolean marked = twice && choice.marks();
        return new Reading(at, marked ? new Shift(Moved.DST_OVERLAP, nominal) : null);
      }
    }
    return null;
  }

  /** The first fire among the local times that the gap between two spans leaves out. */
  private @Nullable Reading inGap(Span first, Span before, Span behind, long from, Effort effort) {
    long change = behind.start;
    boolean shifts = choice.gap() == DstGap.SHIFT_BY_GAP;
    long nominal = before.offset + (shifts ? Math.max(from, change - 1) : change - 1);
    long end = change + behind.offset;
    if (!shifts && change <= from) {
      return null;
    }
    while (nominal < end - 1) {
      nominal = nominals.next(nominal, effort);
      if (nominal >= end) {
        return null;
      }
      Span shown = shownBefore(first, before, nominal);
      if (shown == null) {
        shown = shownAfter(behind, nominal);
      }
      long at = shifts ? nominal - before.offset : change;
      if (shown != null) {
        nominal = shown.lastShown();
      } else if (nominals.admits(nominal, at)) {
        return new Reading(at, new Shift(Moved.DST_GAP, nominal));
      }
    }
    return null;
  }

  /** The span before another in which the wall showed a local time already. */
  private @Nullable Span shownBefore(Span first, Span span, long nominal) {
    for (Span past = first; past.start < span.start; past = line.after(past)) {
      if (past.shows(nominal)) {
        return past;
      }
    }
    return null;
  }

  /** The span after another in which the wall shows a local time once more. */
  private @Nullable Span shownAfter(Span span, long nominal) {
    long latest = nominal - span.offset + LocalLine.CLOSE;
    Span coming = span;
    while (coming.end <= latest) {
      coming = line.after(coming);
      if (coming.shows(nominal)) {
        return coming;
      }
    }
    return null;
  }

  /** Of two at one instant, the one that stands at its own local time. */
  private static @Nullable Reading earlier(@Nullable Reading a, @Nullable Reading b) {
    if (a == null || b == null) {
      return a == null ? b : a;
    }
    if (a.at() == b.at()) {
      return a.shift() != null && a.shift().moved() == Moved.DST_GAP ? b : a;
    }
    return a.at() < b.at() ? a : b;
  }
}
