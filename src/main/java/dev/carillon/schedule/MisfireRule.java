package dev.carillon.schedule;

import java.time.Duration;

/**
 * What a schedule does after an outage.
 *
 * @param grace how late a fire may be without counting as missed
 * @param catchUpWindow how old a missed fire may be and still be made up for
 */
public record MisfireRule(MisfirePolicy policy, Duration grace, Duration catchUpWindow) {

  /** What holds where a schedule chose nothing. */
  public static final MisfireRule DEFAULT =
      new MisfireRule(MisfirePolicy.LAST, Duration.ofMinutes(1), Duration.ofDays(1));
}
