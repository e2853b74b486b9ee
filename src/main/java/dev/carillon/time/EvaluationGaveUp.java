package dev.carillon.time;

import dev.carillon.time.calendar.OutsideCalendar;

/**
 * The next fire was not found: not within the allowed number of steps, or it depends on a date that
 * the calendar says nothing about. It is a property of the trigger, its calendar and the instant,
 * never of how busy the machine was: the same question gives up again. The message says what the
 * person who asked can do.
 */
public final class EvaluationGaveUp extends RuntimeException {

  private final boolean outsideCalendar;

  EvaluationGaveUp(String message) {
    this(message, false);
  }

  private EvaluationGaveUp(String message, boolean outsideCalendar) {
    super(message);
    this.outsideCalendar = outsideCalendar;
  }

  /** The fire depends on a date outside a calendar's validity. */
  static EvaluationGaveUp because(OutsideCalendar outside) {
    return new EvaluationGaveUp(String.valueOf(outside.getMessage()), true);
  }

  /** The same, after some fires were found all the same. */
  EvaluationGaveUp further(String found) {
    return new EvaluationGaveUp(found + getMessage(), outsideCalendar);
  }

  /** Whether a calendar's validity, and not the work allowed, was the limit. */
  public boolean outsideCalendar() {
    return outsideCalendar;
  }
}
