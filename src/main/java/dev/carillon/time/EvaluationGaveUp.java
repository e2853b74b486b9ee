package dev.carillon.time;

/**
 * The next fire was not found within the allowed number of steps. It is a property of the trigger
 * and the instant, never of how busy the machine was: the same question gives up again. The message
 * says what the person who asked can do.
 */
public final class EvaluationGaveUp extends RuntimeException {

  EvaluationGaveUp(String message) {
    super(message);
  }

  /** Whether it was for a date of which the calendar says nothing. */
  public boolean outsideCalendar() {
    return false;
  }
}
