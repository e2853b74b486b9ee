package dev.carillon.time;

import dev.carillon.time.calendar.BusinessDays;
import dev.carillon.time.calendar.Convention;
import dev.carillon.time.calendar.DayOff;
import dev.carillon.time.calendar.OutsideCalendar;
import dev.carillon.time.civil.Effort;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Local times whose dates are moved to business days, or left out, with the time of day kept.
 *
 * <pre>
 *    p   ·   ·   ·   ·   q          p, q business days, between them a run of days off
 *    │ └─ to p ─┘ └ to q ┘ │        where the run is parted is the convention's affair
 *    └── the days of p ──┘ └── the days of q begin in the run …
 * </pre>
 *
 * No convention lets a later date come before an earlier one, so the dates that come to one
 * business day are a stretch that holds it: only the times of these few dates have to be merged,
 * and each is asked for its first time of the day alone. Nor are dates asked for at which nothing
 * is named: the search goes from nominal time to nominal time. Each question to the calendar is a
 * step.
 *
 * <p>A date outside the calendar is an error only where the answer can depend on it: where a
 * nominal date lies there, or close enough behind that it could be moved to an earlier time than
 * the one that was found.
 */
final class AdjustedDates implements Nominals {

  private static final int DAY = 86_400;

  /** How many unknown dates could be days off in a row, and times on the last of them be moved. */
  private static final int UNKNOWN_DAYS = 31;

  private final Nominals nominals;
  private final Convention convention;
  private final MovedDates dates;

  /** Behind it nothing is looked for. */
  private final long last;

  /** No nominal time behind it is moved to {@link #last} or before. */
  private final long lastNominal;

  /**
   * @param convention not UNADJUSTED
   */
  AdjustedDates(Nominals nominals, BusinessDays days, Convention convention) {
    this(nominals, convention, new MovedDates(days, convention), NONE - 1, NONE - 1);
  }

  private AdjustedDates(
      Nominals nominals, Convention convention, MovedDates dates, long last, long lastNominal) {
    this.nominals = nominals;
    this.convention = convention;
    this.dates = dates;
    this.last = last;
    this.lastNominal = lastNominal;
  }

  @Override
  public long next(long after, Effort effort) {
    if (convention == Convention.SKIP) {
      return nextKept(after, effort);
    }
    long day = Math.floorDiv(after, DAY);
    int from = (int) (after - day * DAY) + 1;
    long found = NONE;
    Boolean off = isOffIfAsked(day, effort);
    if (off != null && !off && from < DAY) {
      int time = timeOn(day, from, effort);
      found = time == DAY ? NONE : day * DAY + time;
    }
    if (found == NONE && Math.floorDiv(last, DAY) > day) {
      found = behind(day, off != null && off, effort);
    }
    return found > last ? NONE : found;
  }

  private long nextKept(long after, Effort effort) {
    long at = nominals.next(after, effort);
    while (at <= lastNominal) {
      long day = Math.floorDiv(at, DAY);
      if (!dates.isOff(day, effort)) {
        return at;
      }
      at = nominals.next((day + 1) * DAY - 1, effort);
    }
    return NONE;
  }

  /**
   * Whether the day that a search begins on is off; null where nobody knows and nothing depends on
   * it, because no time is named near it.
   */
  private @Nullable Boolean isOffIfAsked(long day, Effort effort) {
    try {
      return dates.isOff(day, effort);
    } catch (OutsideCalendar unknown) {
      refuseEarlier(day - UNKNOWN_DAYS, day, 0, DAY, unknown, effort);
      return null;
    }
  }

  /** The first time, from one on, of all that come to a business day; DAY when there is none. */
  private int timeOn(long day, int from, Effort effort) {
    int first = earliest(day, day, from, DAY, effort);
    if (first == from) {
      return first;
    }
    MovedDates.Reach before = dates.before(day, effort);
    first = earliest(before.day(), day - 1, from, first, effort);
    first = laterDates(day, from, first, effort);
    if (before.unknown() != null) {
      long unknown = before.from() - UNKNOWN_DAYS;
      refuseEarlier(unknown, before.day() - 1, from, first, before.unknown(), effort);
    }
    return first;
  }

  /** The same, where the times of some dates are known and those of the dates behind are not. */
  private int laterDates(long day, int from, int known, Effort effort) {
    if (known == from || convention == Convention.FOLLOWING) {
      return known;
    }
    MovedDates.Reach after = dates.after(day, effort);
    int first = earliest(day + 1, after.day(), from, known, effort);
    if (after.unknown() != null) {
      long unknown = after.from() + UNKNOWN_DAYS;
      refuseEarlier(after.day() + 1, unknown, from, first, after.unknown(), effort);
    }
    return first;
  }

  /** The first time on the first business day behind a day that anything comes to. */
  private long behind(long day, boolean off, Effort effort) {
    long start = off ? startOfRun(day, effort) : day + 1;
    long at = nominals.next(start * DAY - 1, effort);
    while (at <= lastNominal) {
      long date = Math.floorDiv(at, DAY);
      long target = dates.target(date, effort);
      if (target > day) {
        // Of a date that comes to no business day up to the last year, none behind it does.
        return target > MovedDates.LAST_DAY
            ? NONE
            : target * DAY + firstOn(target, date, at, effort);
      }
      at = nominals.next(dates.behindThoseOf(date, effort) * DAY - 1, effort);
    }
    return NONE;
  }

  /** The first time of those that come to a business day, the first of which is known. */
  private int firstOn(long target, long date, long at, Effort effort) {
    int first = (int) (at - date * DAY);
    if (date < target) {
      first = earliest(date + 1, target, 0, first, effort);
    }
    return laterDates(target, 0, first, effort);
  }

  /** The first day, up to a day off, from which dates may be moved to behind it. */
  private long startOfRun(long day, Effort effort) {
    if (convention == Convention.PRECEDING) {
      return day + 1;
    }
    long lowest =
        convention == Convention.MODIFIED_FOLLOWING
            ? MovedDates.firstOfMonth(day)
            : MovedDates.FIRST_DAY;
    long start = day;
    try {
      while (start > lowest && dates.isOff(start - 1, effort)) {
        start--;
      }
    } catch (OutsideCalendar unknown) {
      refuseEarlier(start - 1 - UNKNOWN_DAYS, start - 1, 0, DAY, unknown, effort);
      return start;
    }
    return convention == Convention.NEAREST ? dates.secondHalf(start, day, effort) : start;
  }

  /**
   * The first time of the day, from one on, that any of some dates has.
   *
   * @param known the answer is not later than this
   */
  private int earliest(long first, long end, int from, int known, Effort effort) {
    int best = known;
    long at = first > end ? NONE : nominals.next(first * DAY + from - 1, effort);
    while (at < (end + 1) * DAY && best > from) {
      effort.step();
      long date = Math.floorDiv(at, DAY);
      int time = (int) (at - date * DAY);
      if (time >= from) {
        best = Math.min(best, time);
        date++;
      }
      at = nominals.next(date * DAY + from - 1, effort);
    }
    return best;
  }

  /** Refuses when one of some unknown dates has a time that could come before what is known. */
  private void refuseEarlier(
      long first, long end, int from, int known, OutsideCalendar unknown, Effort effort) {
    if (earliest(first, end, from, known, effort) < known) {
      throw unknown;
    }
  }

  /**
   * Why a time stands where it does: the reasons of all the nominal dates that were moved to it.
   *
   * @param local one of these times
   * @return empty where a nominal time is among them, which stands there by itself
   */
  Set<Moved> reasons(long local, Effort effort) {
    Set<Moved> reasons = EnumSet.noneOf(Moved.class);
    if (convention == Convention.SKIP || nominals.next(local - 1, effort) == local) {
      return reasons;
    }
    long day = Math.floorDiv(local, DAY);
    int time = (int) (local - day * DAY);
    long end = dates.after(day, effort).day();
    long at = nominals.next(dates.before(day, effort).day() * DAY + time - 1, effort);
    while (at <= end * DAY + time) {
      long date = Math.floorDiv(at, DAY);
      int found = (int) (at - date * DAY);
      if (found == time) {
        reasons.add(dates.dayOff(date, effort) == DayOff.HOLIDAY ? Moved.HOLIDAY : Moved.WEEKEND);
      }
      at = nominals.next((found < time ? date : date + 1) * DAY + time - 1, effort);
    }
    return reasons;
  }

  @Override
  public Nominals upTo(long local) {
    boolean onlyLater = convention == Convention.SKIP || convention == Convention.FOLLOWING;
    long end = onlyLater ? local : lastOf(dates.endOfRun(Math.floorDiv(local, DAY)));
    return new AdjustedDates(nominals.upTo(end), convention, dates, local, end);
  }

  /** The last second of a day; no end where there is no such day. */
  private static long lastOf(long day) {
    return day == MovedDates.UNKNOWN ? NONE - 1 : (day + 1) * DAY - 1;
  }

  @Override
  public boolean admitsAll(long after, long to) {
    return nominals.admitsAll(after, to);
  }

  /** Instants bound the nominal times, which moved ones are not. */
  @Override
  public boolean admits(long local, long at) {
    return nominals.admitsAll(at - 1, at)
        || nominals.next(local - 1, new Effort()) != local
        || nominals.admits(local, at);
  }

  @Override
  public long count(long after, long to, Effort effort) {
    long found = 0;
    long at = after;
    while (at < to) {
      long next = next(at, effort);
      if (next > to || next == NONE) {
        break;
      }
      effort.step();
      long day = Math.floorDiv(next, DAY);
      long end = Math.min(to, (day + 1) * DAY - 1);
      found += countOn(day, next, end, effort);
      at = end;
    }
    return found;
  }

  /** How many times a business day has, from one of them on. */
  private long countOn(long day, long from, long end, Effort effort) {
    int first = (int) (from - day * DAY);
    if (convention == Convention.SKIP) {
      return nominals.count(from - 1, end, effort);
    }
    MovedDates.Reach before = dates.before(day, effort);
    MovedDates.Reach after = dates.after(day, effort);
    if (before.unknown() != null || after.unknown() != null) {
      return countMerged(day, first, end, effort);
    }
    long found = 0;
    long firstDate = NONE;
    long at = nominals.next(before.day() * DAY - 1, effort);
    while (at < (after.day() + 1) * DAY) {
      effort.step();
      long date = Math.floorDiv(at, DAY);
      if (firstDate == NONE) {
        firstDate = date;
        long moved = (date - day) * DAY;
        found = nominals.count(from - 1 + moved, end + moved, effort);
      } else if (!nominals.isUniform(date) || !nominals.isUniform(firstDate)) {
        return countMerged(day, first, end, effort);
      }
      at = nominals.next((date + 1) * DAY - 1, effort);
    }
    return found;
  }

  private long countMerged(long day, int first, long end, Effort effort) {
    long found = 0;
    for (long at = day * DAY + first; at <= end; at = next(at, effort)) {
      effort.step();
      found++;
    }
    return found;
  }
}
