package dev.carillon.catalog;

/** Where a schedule stands. */
public enum ScheduleStatus {
  ACTIVE,
  /** Disabled. */
  PAUSED,
  /** Its next fire could not be found out; the reason says why. A new trigger takes it out. */
  PARKED,
  /** It has no fire any more. */
  EXHAUSTED
}
