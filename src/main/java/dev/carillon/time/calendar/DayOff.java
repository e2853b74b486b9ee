package dev.carillon.time.calendar;

/** Why a date is no business day. */
public enum DayOff {
  /** A holiday, whatever day of the week it is. */
  HOLIDAY,
  /** A day of the weekend that is no holiday. */
  WEEKEND
}
