package dev.carillon.catalog;

import dev.carillon.catalog.input.FieldErrors;
import dev.carillon.time.EvaluationGaveUp;
import java.util.function.Supplier;

/** Asks a trigger for its fires on behalf of a person, who is told when bounded work found none. */
public final class Evaluation {

  private Evaluation() {}

  /**
   * @throws dev.carillon.catalog.input.InvalidInput when the evaluation was given up
   */
  public static <T> T bounded(Supplier<T> question) {
    try {
      return question.get();
    } catch (EvaluationGaveUp gaveUp) {
      throw FieldErrors.invalid(
          "/trigger", "its fires could not be found: " + gaveUp.getMessage(), null);
    }
  }
}
