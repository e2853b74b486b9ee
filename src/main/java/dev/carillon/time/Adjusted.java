package dev.carillon.time;

import dev.carillon.time.LocalFires.Choice;
import dev.carillon.time.calendar.BusinessDays;
import dev.carillon.time.calendar.Convention;
import dev.carillon.time.calendar.OutsideCalendar;
import dev.carillon.time.civil.Effort;
import java.time.Instant;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * One instant adjusted by a calendar, for work that follows other work: a FIXED_DELAY's next start
 * is its run's end plus the delay. Such a start is never made earlier, or the delay would be cut
 * short and a run could be due before its predecessor began; nor is it left out, for then nothing
 * would come after it. So, whatever the convention, but for UNADJUSTED: on a day that does not
 * count it is put off to the same local time on the next business day.
 */
public final class Adjusted {

  private Adjusted() {}

  /**
   * @param earliest UTC
   * @param timing whose zone, calendar and convention count; its bounds do not
   * @return {@code earliest} itself where its date counts, else the instant on the next business
   *     day; null when there is none up to the year 9999
   * @throws EvaluationGaveUp when the next business day is too far away, or depends on a date that
   *     the calendar says nothing about
   */
  public static @Nullable Instant instant(Instant earliest, Timing timing) {
    BusinessDays days = timing.days();
    if (days == null || !timing.adjusts()) {
      return earliest;
    }
    var local = earliest.atZone(timing.zone()).toLocalDateTime();
    LocalDate date = local.toLocalDate();
    Effort effort = new Effort();
    try {
      while (days.dayOff(date, effort) != null) {
        date = date.plusDays(1);
        if (date.getYear() > Years.LAST_YEAR) {
          return null;
        }
      }
    } catch (Effort.Spent e) {
      throw new EvaluationGaveUp(
          "no business day was found within the work allowed; the calendar has too many days off");
    } catch (OutsideCalendar outside) {
      throw EvaluationGaveUp.because(outside);
    }
    if (date.equals(local.toLocalDate())) {
      return earliest;
    }
    Choice choice = Choice.of(timing.dst(), DstGap.SHIFT_BY_GAP);
    return LocalFires.instantOf(timing.zone(), date.atTime(local.toLocalTime()), choice);
  }

  /** The same timing, by which nothing is made earlier or left out. */
  static Timing neverEarlier(Timing timing) {
    return !timing.adjusts()
        ? timing
        : new Timing(
            timing.zone(),
            timing.createdAt(),
            timing.dst(),
            timing.startAt(),
            timing.endAt(),
            timing.days(),
            Convention.FOLLOWING);
  }
}
