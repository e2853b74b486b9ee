package dev.carillon;

import dev.carillon.time.Interval;
import java.time.Duration;
import java.time.LocalDateTime;
import org.jspecify.annotations.Nullable;

/**
 * How often something recurs, counted from its first time. Hours are elapsed time; days and longer
 * keep the time on the wall: {@link #MONTHLY} from 31 January fires on 28 February and 31 March.
 */
public enum Recurrence {
  HOURLY,
  DAILY,
  WEEKLY,
  MONTHLY,
  YEARLY;

  /** Beyond this nobody waits, and no calendar arithmetic overflows. */
  private static final int LONGEST = 10_000;

  /**
   * The trigger that says the same.
   *
   * @param interval every how many hours, days, …, 1 to 10,000
   * @param anchor its first time, local; null: it counts from the schedule's creation
   * @throws IllegalArgumentException for an interval out of bounds
   */
  public Interval trigger(int interval, @Nullable LocalDateTime anchor) {
    if (interval < 1 || interval > LONGEST) {
      throw new IllegalArgumentException(
          "the interval of " + this + " must be between 1 and " + LONGEST + ", not " + interval);
    }
    return switch (this) {
      case HOURLY -> new Interval(0, 0, Duration.ofHours(interval), anchor);
      case DAILY -> new Interval(0, interval, Duration.ZERO, anchor);
      case WEEKLY -> new Interval(0, 7L * interval, Duration.ZERO, anchor);
      case MONTHLY -> new Interval(interval, 0, Duration.ZERO, anchor);
      case YEARLY -> new Interval(12L * interval, 0, Duration.ZERO, anchor);
    };
  }
}
