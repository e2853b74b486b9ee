package dev.carillon.time;

/** What moved a fire away from its nominal local time, or decided between two readings of it. */
public enum Moved {
  /** The nominal local time does not exist on that day: the clocks jumped over it. */
  DST_GAP,
  /** The nominal local time exists twice on that day; it is one pass, or each of both. */
  DST_OVERLAP,
  /** The nominal date is a holiday of the schedule's calendar. */
  HOLIDAY,
  /** The nominal date is a weekend day of the schedule's calendar. */
  WEEKEND,
  /** The schedule's jitter. */
  JITTER
}
