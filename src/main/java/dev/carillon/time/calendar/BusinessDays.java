package dev.carillon.time.calendar;

import dev.carillon.time.civil.Effort;
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

  /**
   * How many steps it takes to work out the days off of one year. A property of the calendar, never
   * of what it has at hand.
   */
  default int yearCost() {
    return 0;
  }

  /**
   * As {@link #dayOff(LocalDate)}, as part of a question that may cost so much.
   *
   * @throws Effort.Spent when that does not suffice
   */
  default @Nullable DayOff dayOff(LocalDate date, Effort effort) {
    effort.step();
    effort.year(date.getYear(), yearCost());
    return dayOff(date);
  }

  default boolean isBusinessDay(LocalDate date) {
    return dayOff(date) == null;
  }

  /**
   * These days but for those that another leaves out: a business day of both is one.
   *
   * @param excluded whose days off are days off as well
   */
  default BusinessDays without(BusinessDays excluded) {
    BusinessDays included = this;
    return new BusinessDays() {
      @Override
      public @Nullable DayOff dayOff(LocalDate date) {
        DayOff mine = included.dayOff(date);
        DayOff other = excluded.dayOff(date);
        return mine == DayOff.HOLIDAY || other == null ? mine : other;
      }

      @Override
      public int yearCost() {
        return included.yearCost() + excluded.yearCost();
      }
    };
  }
}
