package dev.carillon.time.calendar;

import java.time.LocalDate;

/**
 * A date was asked for that a calendar says nothing about: it lies outside the calendar's validity.
 * Such a date is never quietly a business day.
 */
public final class OutsideCalendar extends RuntimeException {

  private final LocalDate date;

  /**
   * @param message names the calendar, the date and the validity, and says what to mend
   */
  public OutsideCalendar(LocalDate date, String message) {
    super(message, null, false, false);
    this.date = date;
  }

  public LocalDate date() {
    return date;
  }
}
