package dev.carillon.time.rrule;

import java.util.Arrays;
import java.util.List;

/** BYSETPOS: which places among a period's instances are chosen, found by halves. */
final class Positions {

  /** Ascending, from 1. */
  private final int[] fromStart;

  /** Ascending, up to -1. */
  private final int[] fromEnd;

  /**
   * @param positions none zero; not empty
   */
  Positions(List<Integer> positions) {
    fromStart =
        positions.stream().mapToInt(p -> p).filter(p -> p > 0).distinct().sorted().toArray();
    fromEnd = positions.stream().mapToInt(p -> p).filter(p -> p < 0).distinct().sorted().toArray();
  }

  /** Whether any place exists among so many instances. */
  boolean chooseAmong(int most) {
    return fromStart.length > 0 && fromStart[0] <= most
        || fromEnd.length > 0 && -fromEnd[fromEnd.length - 1] <= most;
  }

  /**
   * The first chosen place from one on.
   *
   * @param index counted from 0
   * @param total how many instances the period has
   * @return the place, counted from 0, or -1 when there is none left
   */
  int next(int index, int total) {
    int earliest = total;
    int i = atOrAfter(fromStart, index + 1);
    if (i < fromStart.length) {
      earliest = Math.min(earliest, fromStart[i] - 1);
    }
    i = atOrAfter(fromEnd, index - total);
    if (i < fromEnd.length) {
      earliest = Math.min(earliest, total + fromEnd[i]);
    }
    return earliest < total ? earliest : -1;
  }

  private static int atOrAfter(int[] ascending, int value) {
    int i = Arrays.binarySearch(ascending, value);
    return i < 0 ? -i - 1 : i;
  }
}
