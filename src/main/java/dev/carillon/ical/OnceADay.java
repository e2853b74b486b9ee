package dev.carillon.ical;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.List;

/**
 * Times of day that exist once on each day in a zone: no change of the clocks leaves them out or
 * repeats them, on whichever day it happens.
 */
final class OnceADay {

  /** Yearly changes happen at the same local time each year; a leap year makes no difference. */
  private static final Duration OF_YEARLY_RULES = Duration.ofDays(2 * 366);

  private OnceADay() {}

  /**
   * @param from changes before it do not count
   */
  static boolean is(LocalTime time, ZoneId zone, Instant from) {
    ZoneRules rules = zone.getRules();
    List<ZoneOffsetTransition> single = rules.getTransitions();
    Instant start = from.minusSeconds(1);
    Instant ruled = single.isEmpty() ? start : single.get(single.size() - 1).getInstant();
    Instant to = (ruled.isAfter(start) ? ruled : start).plus(OF_YEARLY_RULES);
    ZoneOffsetTransition change = rules.nextTransition(start);
    while (change != null && !change.getInstant().isAfter(to)) {
      if (concerns(change, time)) {
        return false;
      }
      change = rules.nextTransition(change.getInstant());
    }
    return true;
  }

  private static boolean concerns(ZoneOffsetTransition change, LocalTime time) {
    LocalDateTime before = change.getDateTimeBefore();
    LocalDateTime after = change.getDateTimeAfter();
    LocalDateTime low = change.isGap() ? before : after;
    LocalDateTime high = change.isGap() ? after : before;
    LocalDateTime first = low.toLocalDate().atTime(time);
    LocalDateTime seen = first.isBefore(low) ? first.plusDays(1) : first;
    return seen.isBefore(high);
  }
}
