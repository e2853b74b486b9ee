package dev.carillon.time;

import dev.carillon.time.civil.Effort;

/** The times that a trigger names on the wall, without a zone: strictly ascending. */
@FunctionalInterface
interface Nominals {

  /** What {@link #next} answers when there is no time any more. */
  long NONE = Long.MAX_VALUE;

  /**
   * The first time strictly after another.
   *
   * @param after local seconds since 1970-01-01T00:00, from the year 1899 on
   * @param effort where work must be bounded, its steps are taken from here
   * @return local seconds up to the year 9999, or {@link #NONE}
   * @throws Effort.Spent when the effort does not suffice
   */
  long next(long after, Effort effort);

  /**
   * The same times, of which those behind one need not be looked for.
   *
   * @param last local seconds, inclusive
   */
  default Nominals upTo(long last) {
    return this;
  }

  /**
   * Whether a time may fire at an instant that its zone and the policy make of it. Asked only near
   * a change of the zone's offset.
   *
   * @param at epoch seconds
   */
  default boolean admits(long nominal, long at) {
    return true;
  }

  /**
   * Whether {@link #admits} says yes to all instants of a stretch.
   *
   * @param after epoch seconds, exclusive
   * @param to epoch seconds, inclusive
   */
  default boolean admitsAll(long after, long to) {
    return true;
  }

  /**
   * How many times lie after one, up to another.
   *
   * @param after exclusive
   * @param to inclusive
   * @throws Effort.Spent when the effort does not suffice
   */
  default long count(long after, long to, Effort effort) {
    long found = 0;
    for (long at = next(after, effort); at <= to && at != NONE; at = next(at, effort)) {
      effort.step();
      found++;
    }
    return found;
  }

  /**
   * Whether a day, if it has any of these times, has the same times of the day as each other day of
   * which this is said.
   *
   * @param day since 1970-01-01
   */
  default boolean isUniform(long day) {
    return false;
  }

  /** One time alone. */
  static Nominals only(long nominal) {
    return (after, effort) -> after < nominal ? nominal : NONE;
  }
}
