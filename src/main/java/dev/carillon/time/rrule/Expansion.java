package dev.carillon.time.rrule;

import dev.carillon.time.civil.Effort;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A recurrence as a function in nominal local time: (rule within its COUNT and UNTIL, and RDATE)
 * without (EXDATE and EXRULE). The zone appears only where UNTIL is an instant, and where COUNT
 * leaves out what a zone's wall does not show.
 */
public final class Expansion {

  /** What {@link #next} answers when there is no instance any more. */
  public static final long NONE = Series.NONE;

  /** No instant is later than its local time, read as UTC, by more than this. In seconds. */
  private static final long MOST_BEHIND_UTC = 18 * 3600;

  /** To ask a zone for an instant takes about so many steps. */
  private static final int STEPS_OF_INSTANT = 10;

  /**
   * A series up to its end in the zone.
   *
   * @param last the last local second, inclusive
   * @param until the last instant, inclusive; null: not bound by one
   */
  private record Ended(Series series, long last, @Nullable Instant until, Wall wall) {

    static Ended of(BoundedSeries bounded, Wall wall, Effort effort) {
      long last = bounded.lastOn(wall, effort);
      return new Ended(bounded.series(), last, bounded.rule().untilInstant(), wall);
    }

    long next(long after, Effort effort) {
      long at = after;
      while (true) {
        at = series.next(at, effort);
        if (at > last) {
          return NONE;
        }
        if (isInTime(at, effort)) {
          return at;
        }
        // A time in a gap is shifted past later ones: it may be too late where they are not.
      }
    }

    boolean contains(long at, Effort effort) {
      return at <= last && series.contains(at, effort) && isInTime(at, effort);
    }

    private boolean isInTime(long at, Effort effort) {
      if (until == null || at <= until.getEpochSecond() - MOST_BEHIND_UTC) {
        return true;
      }
      effort.steps(STEPS_OF_INSTANT);
      return !wall.instantOf(at).isAfter(until);
    }
  }

  private final Ended rule;
  private final long[] added;
  private final long[] excluded;
  private final Ended[] exclusions;

  private Expansion(Ended rule, long[] added, long[] excluded, Ended[] exclusions) {
    this.rule = rule;
    this.added = added;
    this.excluded = excluded;
    this.exclusions = exclusions;
  }

  /**
   * @param effort what the ends in the zone may cost
   * @throws Effort.Spent when they cannot be told within it
   */
  public static Expansion of(Recurrence recurrence, Wall wall, Effort effort) {
    List<BoundedSeries> exclusions = recurrence.exclusions();
    Ended[] ended = new Ended[exclusions.size()];
    for (int i = 0; i < ended.length; i++) {
      ended[i] = Ended.of(exclusions.get(i), wall, effort);
    }
    return new Expansion(
        Ended.of(recurrence.series(), wall, effort),
        seconds(recurrence.added()),
        seconds(recurrence.excluded()),
        ended);
  }

  private static long[] seconds(List<LocalDateTime> locals) {
    return locals.stream()
        .mapToLong(local -> local.toEpochSecond(ZoneOffset.UTC))
        .sorted()
        .distinct()
        .toArray();
  }

  /**
   * The first instance strictly after a local time.
   *
   * @param after local seconds since 1970-01-01T00:00
   * @param upTo likewise, inclusive: what lies behind it is not looked for; {@link #NONE}: no end
   * @return local seconds, or {@link #NONE}
   * @throws Effort.Spent when the work allowed is used up
   */
  public long next(long after, long upTo, Effort effort) {
    long at = after;
    long matching = after;
    while (true) {
      effort.step();
      if (matching <= at) {
        matching = rule.next(at, effort);
      }
      at = Math.min(matching, addedAfter(at));
      if (at > upTo) {
        return NONE;
      }
      if (at == NONE || !isExcluded(at, effort)) {
        return at;
      }
    }
  }

  private long addedAfter(long at) {
    int index = Arrays.binarySearch(added, at + 1);
    index = index < 0 ? -index - 1 : index;
    return index < added.length ? added[index] : NONE;
  }

  /** Whether a local time is one of RDATE. */
  public boolean isAdded(long local) {
    return Arrays.binarySearch(added, local) >= 0;
  }

  private boolean isExcluded(long at, Effort effort) {
    if (Arrays.binarySearch(excluded, at) >= 0) {
      return true;
    }
    for (Ended exclusion : exclusions) {
      if (exclusion.contains(at, effort)) {
        return true;
      }
    }
    return false;
  }
}
