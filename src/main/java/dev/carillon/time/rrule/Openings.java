package dev.carillon.time.rrule;

import dev.carillon.time.civil.ClockTimes;
import dev.carillon.time.civil.Effort;
import java.math.BigInteger;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * For rules below a day: the periods that both INTERVAL picks and the days and times of the day
 * allow, by where they begin.
 *
 * <p>INTERVAL does not stop at midnight, so which times of a day it reaches changes from day to
 * day. But it does so in a cycle: {@code FREQ=HOURLY;INTERVAL=5} begins anew every five days, and
 * {@code INTERVAL=48} reaches the same single hour every second day. Where few times are allowed, a
 * table says at which of them it arrives on which day of that cycle; no period in between is looked
 * at, and a time that it never reaches is known at once.
 */
final class Openings {

  static final long NONE = Long.MAX_VALUE;

  private static final int DAY = 86_400;
  private static final long LAST_DAY = DayFilter.LAST_DAY;

  /** More times of the day than this are so close together that walking to them is as quick. */
  private static final int MAX_TABLE = 1_440;

  /** So many times of the day are tried in a step's time when the table is made. */
  private static final int TIMES_PER_STEP = 16;

  private final DayFilter days;
  private final ClockTimes times;
  private final int unit;
  private final long interval;
  private final long base;

  /** After so many days INTERVAL reaches the same times of the day again. */
  private final long cycle;

  /** Ascending: the day of the cycle · 86,400 + the time of day; null: walk instead. */
  private final long @Nullable [] table;

  /**
   * @param times where the periods may begin, each a multiple of the unit
   * @param unit length of a period in seconds
   * @param start local second of a period that INTERVAL picks
   */
  Openings(DayFilter days, ClockTimes times, int unit, long interval, long start, Effort effort) {
    this.days = days;
    this.times = times;
    this.unit = unit;
    this.interval = interval;
    this.base = Math.floorDiv(start, unit);
    int perDay = DAY / unit;
    long stride = BigInteger.valueOf(interval).gcd(BigInteger.valueOf(perDay)).longValue();
    this.cycle = interval / stride;
    this.table = interval == 1 ? null : table(perDay, (int) stride, effort);
  }

  /** INTERVAL only ever reaches times of the day that are a stride apart. */
  private long @Nullable [] table(int perDay, int stride, Effort effort) {
    effort.steps(perDay / stride / TIMES_PER_STEP);
    long perDayInverse =
        BigInteger.valueOf(perDay / stride).modInverse(BigInteger.valueOf(cycle)).longValue();
    long[] found = new long[Math.min(MAX_TABLE, perDay / stride)];
    int count = 0;
    for (int n = Math.floorMod(base, stride); n < perDay; n += stride) {
      if (times.next(n * unit) == n * unit) {
        if (count == MAX_TABLE) {
          return null;
        }
        // The day d on which d · perDay + n is a multiple of the interval away from the base.
        long dayOfCycle = Math.floorMod((base - n) / stride, cycle) * perDayInverse % cycle;
        found[count++] = dayOfCycle * DAY + n * unit;
      }
    }
    long[] sorted = Arrays.copyOf(found, count);
    Arrays.sort(sorted);
    return sorted;
  }

  /** In so many days, days and times repeat together. */
  private long horizon(long day) {
    return Math.min(LAST_DAY, day + Series.cycleDays(cycle, DayFilter.CYCLE));
  }

  /**
   * @param from local second of a period's beginning
   * @return the local second at which the first such period from there on begins, or NONE
   */
  long next(long from, Effort effort) {
    if (table == null) {
      return walk(from, effort);
    }
    return table.length == 0 ? NONE : lookUp(table, from, effort);
  }

  private long walk(long from, Effort effort) {
    long last = horizon(Math.floorDiv(from, DAY));
    long current = Math.floorDiv(from, unit);
    while (true) {
      effort.step();
      long beyond = Math.floorMod(current - base, interval);
      long opening = (beyond == 0 ? current : current + interval - beyond) * unit;
      long day = Math.floorDiv(opening, DAY);
      if (day > last) {
        return NONE;
      }
      long allowed = days.next(day, effort);
      if (allowed == DayFilter.NONE) {
        return NONE;
      }
      int time = allowed > day ? times.first() : times.next((int) (opening - day * DAY));
      // From here on `wanted` is the first opening that is allowed; often it is this one.
      long wanted = time < 0 ? (day + 1) * DAY : allowed * DAY + time;
      if (wanted == opening) {
        return opening;
      }
      current = wanted / unit;
    }
  }

  private long lookUp(long[] reached, long from, Effort effort) {
    long day = Math.floorDiv(from, DAY);
    long time = Math.floorMod(from, (long) DAY);
    long last = horizon(day);
    while (true) {
      effort.step();
      long dayOfCycle = Math.floorMod(day, cycle);
      int index = Arrays.binarySearch(reached, dayOfCycle * DAY + time);
      index = index < 0 ? -index - 1 : index;
      long turn = day - dayOfCycle;
      if (index == reached.length) {
        turn += cycle;
        index = 0;
      }
      long reachedDay = turn + reached[index] / DAY;
      if (reachedDay > last) {
        return NONE;
      }
      long allowed = days.next(reachedDay, effort);
      if (allowed == reachedDay) {
        return reachedDay * DAY + reached[index] % DAY;
      }
      if (allowed == DayFilter.NONE) {
        return NONE;
      }
      day = allowed;
      time = 0;
    }
  }
}
