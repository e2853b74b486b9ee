package dev.carillon.time;

import dev.carillon.time.LocalFires.Choice;
import dev.carillon.time.LocalLine.Span;
import dev.carillon.time.civil.Effort;

/**
 * How many instants local times have in a stretch of time. As many as there are local times on the
 * wall, in each span by itself; what the policy makes of a change is put right for each change:
 *
 * <pre>
 *  overlap, FIRST   the second pass does not count
 *           LAST    the first pass does not count
 *           BOTH    nothing to put right
 *  gap, SKIP        nothing to put right
 *  FIRE_AT_GAP_END  one more at the change, if the gap holds a local time and none stands there
 *  SHIFT_BY_GAP     one more for each local time in the gap, unless one stands where it is shifted
 * </pre>
 *
 * Where changes are near each other, or a local time's bounds are instants, the fires around them
 * are asked for one by one.
 */
record LocalCount(LocalLine line, Nominals nominals, Choice choice, LocalFires fires) {

  private static final int STEPS_PER_STRETCH = 4;

  /**
   * @param after epoch seconds, exclusive
   * @param to epoch seconds, inclusive
   * @throws Effort.Spent when the effort does not suffice
   */
  long between(long after, long to, Effort effort) {
    long found = 0;
    long from = after;
    while (from < to) {
      effort.steps(STEPS_PER_STRETCH);
      Span span = line.at(from);
      if (span.isCalmAfter(from)) {
        long end = Math.min(to, span.calmTo - 1);
        found += shown(span, from, end, effort);
        from = end;
        continue;
      }
      Span first = line.at(from - 2 * LocalLine.CLOSE);
      Span last = fires.calmBehind(first, from);
      long end = Math.min(to, last.calmFrom);
      Span before = line.at(last.start - 1);
      found +=
          before.hasCalm() && nominals.admitsAll(from, end)
              ? aroundOne(before, last, from, end, effort)
              : oneByOne(from, end, effort);
      from = end;
    }
    return found;
  }

  private long oneByOne(long after, long to, Effort effort) {
    long found = 0;
    for (long at = fires.nextAt(after, effort); at <= to; at = fires.nextAt(at, effort)) {
      effort.step();
      found++;
    }
    return found;
  }

  /** How many local times the wall shows while a span lasts. */
  private long shown(Span span, long after, long to, Effort effort) {
    return after >= to ? 0 : nominals.count(after + span.offset, to + span.offset, effort);
  }

  private long aroundOne(Span before, Span behind, long after, long to, Effort effort) {
    long change = behind.start;
    long found =
        shown(before, after, Math.min(to, change - 1), effort)
            + shown(behind, Math.max(after, change - 1), to, effort);
    long length = Math.abs((long) behind.offset - before.offset);
    if (behind.offset < before.offset) {
      return found - notChosen(before, behind, length, after, to, effort);
    }
    return switch (choice.gap()) {
      case SKIP -> found;
      case FIRE_AT_GAP_END ->
          found + (after < change && change <= to ? atGapEnd(before, behind, effort) : 0);
      case SHIFT_BY_GAP -> found + shifted(before, behind, length, after, to, effort);
    };
  }

  /** How many of the local times in an overlap do not fire in this stretch. */
  private long notChosen(
      Span before, Span behind, long length, long after, long to, Effort effort) {
    long change = behind.start;
    return switch (choice.overlap()) {
      case BOTH -> 0;
      case FIRST ->
          shown(behind, Math.max(after, change - 1), Math.min(to, change + length - 1), effort);
      case LAST ->
          shown(before, Math.max(after, change - length - 1), Math.min(to, change - 1), effort);
    };
  }

  private long atGapEnd(Span before, Span behind, Effort effort) {
    long gap = behind.start + before.offset;
    long end = behind.start + behind.offset;
    boolean inGap = nominals.next(gap - 1, effort) < end;
    return inGap && nominals.next(end - 1, effort) != end ? 1 : 0;
  }

  private long shifted(Span before, Span behind, long length, long after, long to, Effort effort) {
    long found = 0;
    long end = behind.start + behind.offset;
    long nominal = Math.max(after, behind.start - 1) + before.offset;
    for (nominal = nominals.next(nominal, effort);
        nominal < end && nominal - before.offset <= to;
        nominal = nominals.next(nominal, effort)) {
      effort.step();
      long there = nominal + length;
      found += nominals.next(there - 1, effort) == there ? 0 : 1;
    }
    return found;
  }
}
