package dev.carillon.time.civil;

/**
 * A set of times of the day: every combination of some hours, minutes and seconds. None of the
 * three may be empty.
 *
 * @param hours bit n set: hour n, 0 to 23
 * @param minutes bit n set: minute n, 0 to 59
 * @param seconds bit n set: second n, 0 to 59
 */
public record ClockTimes(long hours, long minutes, long seconds) {

  /** The earliest time, in seconds since midnight. */
  public int first() {
    return at(lowest(hours), lowest(minutes), lowest(seconds));
  }

  /** The first time from one on, in seconds since midnight; -1 when there is none left that day. */
  public int next(int from) {
    int hour = from / 3600;
    int minute = from / 60 % 60;
    if ((hours & 1L << hour) != 0) {
      if ((minutes & 1L << minute) != 0) {
        long restOfMinute = seconds & -1L << from % 60;
        if (restOfMinute != 0) {
          return at(hour, minute, lowest(restOfMinute));
        }
      }
      long restOfHour = minutes & -1L << minute + 1;
      if (restOfHour != 0) {
        return at(hour, lowest(restOfHour), lowest(seconds));
      }
    }
    long restOfDay = hours & -1L << hour + 1;
    return restOfDay == 0 ? -1 : at(lowest(restOfDay), lowest(minutes), lowest(seconds));
  }

  /** How many times a day has. */
  public int count() {
    return Long.bitCount(hours) * Long.bitCount(minutes) * Long.bitCount(seconds);
  }

  /**
   * @param index from 0, below {@link #count}
   * @return the time at that place in the day, in seconds since midnight
   */
  public int get(int index) {
    int perMinute = Long.bitCount(seconds);
    int perHour = perMinute * Long.bitCount(minutes);
    return at(
        bit(hours, index / perHour),
        bit(minutes, index % perHour / perMinute),
        bit(seconds, index % perMinute));
  }

  /** These times within one hour. */
  public ClockTimes inHour(int hour) {
    return new ClockTimes(1L << hour, minutes, seconds);
  }

  /** These times within one minute. */
  public ClockTimes inMinute(int hour, int minute) {
    return new ClockTimes(1L << hour, 1L << minute, seconds);
  }

  /**
   * @param time in seconds since midnight
   * @return how many of these times are earlier
   */
  public int before(int time) {
    int hour = time / 3600;
    int minute = time / 60 % 60;
    int perMinute = Long.bitCount(seconds);
    int found = Long.bitCount(below(hours, hour)) * perMinute * Long.bitCount(minutes);
    if ((hours & 1L << hour) != 0) {
      found += Long.bitCount(below(minutes, minute)) * perMinute;
      if ((minutes & 1L << minute) != 0) {
        found += Long.bitCount(below(seconds, time % 60));
      }
    }
    return found;
  }

  /**
   * @param time in seconds since midnight
   */
  public boolean contains(int time) {
    return (hours & 1L << time / 3600) != 0
        && (minutes & 1L << time / 60 % 60) != 0
        && (seconds & 1L << time % 60) != 0;
  }

  private static long below(long bits, int n) {
    return bits & (1L << n) - 1;
  }

  /** The index-th lowest bit that is set, found by halves. */
  static int bit(long bits, int index) {
    long left = bits;
    int rest = index;
    int at = 0;
    for (int half = 32; half > 0; half >>= 1) {
      int inHalf = Long.bitCount(below(left, half));
      if (rest >= inHalf) {
        rest -= inHalf;
        left >>>= half;
        at += half;
      }
    }
    return at;
  }

  private static int at(int hour, int minute, int second) {
    return hour * 3600 + minute * 60 + second;
  }

  private static int lowest(long bits) {
    return Long.numberOfTrailingZeros(bits);
  }
}
