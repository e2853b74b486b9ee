package dev.carillon.time.calendar;

import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/** Which dates are business days; immutable and thread-safe. */
@FunctionalInterface
public interface BusinessDays {

  /**
   * @return why the date is no business day; null: it is one
   * @throws OutsideCalendar when this cannot be said of the date
   */
  @Nullable DayOff dayOff(LocalDate date);

  default boolean isBusinessDay(LocalDate date) {
    return dayOff(date) == null;
  }

  /**
   * These days but for those that another leaves out: a business day of both is one.
   *
   * @param excluded whose days off are days off as well
   */
  default BusinessDays without(BusinessDays excluded) {
    return date -> {
      DayOff mine = dayOff(date);
      DayOff other = excluded.dayOff(date);
      return mine == DayOff.HOLIDAY || other == null ? mine : other;
    };
  }
}
