package dev.carillon.time.rrule;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A recurrence as a function in nominal local time: (rule within its COUNT and UNTIL, and RDATE)
 * without (EXDATE and EXRULE). The zone appears only where UNTIL is an instant.
 */
public final class Expansion {

  /** What {@link #next} answers when there is no instance any more. */
  public static final long NONE = Series.NONE;

  /**
   * A series within its COUNT or UNTIL.
   *
   * @param last the last local second, inclusive
   * @param until the last instant, inclusive; null: not bound by one
   */
  private record Bounded(
      Series series,
      long last,
      @Nullable Instant until,
      Function<LocalDateTime, Instant> toInstant) {

    long next(long after, Effort effort) {
      long at = after;
      while (true) {
        at = series.next(at, effort);
        if (at > last) {
          return NONE;
        }
        if (until == null || !toInstant.apply(local(at)).isAfter(until)) {
          return at;
        }
        // A time in a gap is shifted past later ones: it may be too late where they are not.
      }
    }

    boolean contains(long at, Effort effort) {
      return next(at - 1, effort) == at;
    }
  }

  private final Bounded rule;
  private final NavigableSet<Long> added;
  private final Set<Long> excluded;
  private final List<Bounded> exclusions;

  private Expansion(
      Bounded rule, NavigableSet<Long> added, Set<Long> excluded, List<Bounded> exclusions) {
    this.rule = rule;
    this.added = added;
    this.excluded = excluded;
    this.exclusions = exclusions;
  }

  /**
   * @param highestLocal the latest local second that the zone's wall has shown up to an instant
   * @param toInstant a local time's instant in the zone
   * @throws Effort.Spent when COUNT cannot be counted within the work allowed
   */
  public static Expansion of(
      Recurrence recurrence,
      ToLongFunction<Instant> highestLocal,
      Function<LocalDateTime, Instant> toInstant) {
    List<Bounded> exclusions = new ArrayList<>();
    for (Rule exclusion : recurrence.exclusions()) {
      exclusions.add(bounded(exclusion, recurrence.start(), highestLocal, toInstant));
    }
    return new Expansion(
        bounded(recurrence.rule(), recurrence.start(), highestLocal, toInstant),
        seconds(recurrence.added()),
        seconds(recurrence.excluded()),
        exclusions);
  }

  private static Bounded bounded(
      Rule rule,
      LocalDateTime start,
      ToLongFunction<Instant> highestLocal,
      Function<LocalDateTime, Instant> toInstant) {
    Series series = Series.of(rule, start);
    Rule.End end = rule.end();
    if (end.untilInstant() != null) {
      long last = highestLocal.applyAsLong(end.untilInstant());
      return new Bounded(series, last, end.untilInstant(), toInstant);
    }
    long last = NONE - 1;
    if (end.untilLocal() != null) {
      last = seconds(end.untilLocal());
    } else if (end.count() > 0) {
      last = counted(series, end.count());
    }
    return new Bounded(series, last, null, toInstant);
  }

  /** The last of so many instances: the one walk from DTSTART. */
  private static long counted(Series series, int count) {
    if (count >= series.most()) {
      return NONE - 1;
    }
    Effort effort = new Effort();
    long last = Long.MIN_VALUE;
    for (int i = 0; i < count; i++) {
      long next = series.next(last, effort);
      if (next == NONE) {
        return last;
      }
      last = next;
    }
    return last;
  }

  private static NavigableSet<Long> seconds(Collection<LocalDateTime> locals) {
    NavigableSet<Long> seconds = new TreeSet<>();
    locals.forEach(local -> seconds.add(seconds(local)));
    return seconds;
  }

  private static long seconds(LocalDateTime local) {
    return local.toEpochSecond(ZoneOffset.UTC);
  }

  private static LocalDateTime local(long seconds) {
    return LocalDateTime.ofEpochSecond(seconds, 0, ZoneOffset.UTC);
  }

  /**
   * The first instance strictly after a local time.
   *
   * @param after local seconds since 1970-01-01T00:00
   * @return local seconds, or {@link #NONE}
   * @throws Effort.Spent when the work allowed is used up
   */
  public long next(long after, Effort effort) {
    long at = after;
    while (true) {
      effort.step();
      Long further = added.higher(at);
      at = Math.min(rule.next(at, effort), further == null ? NONE : further);
      if (at == NONE || !isExcluded(at, effort)) {
        return at;
      }
    }
  }

  private boolean isExcluded(long at, Effort effort) {
    if (excluded.contains(at)) {
      return true;
    }
    for (Bounded exclusion : exclusions) {
      if (exclusion.contains(at, effort)) {
        return true;
      }
    }
    return false;
  }
}
