package dev.carillon.time.calendar;

/**
 * What becomes of a nominal date that is no business day. The names and meanings of all but SKIP
 * are those of OpenGamma Strata's business day conventions.
 */
public enum Convention {
  /** It stays where it is: the calendar has no say. */
  UNADJUSTED,
  /** It is left out. */
  SKIP,
  /** The next business day. */
  FOLLOWING,
  /** The next business day, unless that is in another month: then the one before. */
  MODIFIED_FOLLOWING,
  /** The business day before. */
  PRECEDING,
  /** The business day before, unless that is in another month: then the next. */
  MODIFIED_PRECEDING,
  /** The nearest business day; of two that are equally near, the next. */
  NEAREST
}
