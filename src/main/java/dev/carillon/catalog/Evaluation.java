package dev.carillon.catalog;

import dev.carillon.catalog.input.FieldErrors;
import dev.carillon.time.EvaluationGaveUp;
import dev.carillon.time.NeverFires;
import dev.carillon.time.Timing;
import dev.carillon.time.Trigger;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.util.function.Supplier;

/**
 * Reads and asks triggers on behalf of a person, who is told when bounded work found no answer.
 * That work can take a tenth of a second, so whoever is on an event loop has it done {@link
 * #aside}: another tenant's request must not wait for it.
 */
public final class Evaluation {

  private Evaluation() {}

  /**
   * Computes on a worker thread and goes on where the subscriber was: on the same Vert.x context,
   * to which its session and its transaction are bound.
   */
  public static <T> Uni<T> aside(Supplier<T> computing) {
    return Uni.createFrom()
        .deferred(
            () -> {
              Context context = Vertx.currentContext();
              return context == null
                  // No event loop would be held up.
                  ? Uni.createFrom().item(computing)
                  : Uni.createFrom()
                      .completionStage(
                          () -> context.executeBlocking(computing::get, false).toCompletionStage());
            });
  }

  /**
   * @param sought what is asked for: "its fires"
   * @throws dev.carillon.catalog.input.InvalidInput when the evaluation was given up
   */
  public static <T> T bounded(String sought, Supplier<T> question) {
    try {
      return question.get();
    } catch (EvaluationGaveUp gaveUp) {
      String field = gaveUp.outsideCalendar() ? "/calendar" : "/trigger";
      throw FieldErrors.invalid(
          field, sought + " could not be found: " + gaveUp.getMessage(), null);
    }
  }

  /**
   * Of a trigger that has no fire after an instant: nothing where it is over, see {@link
   * NeverFires}.
   *
   * @throws dev.carillon.catalog.input.InvalidInput when it never fires at all
   */
  public static void refuseNever(Trigger trigger, Timing timing, Instant after) {
    NeverFires never = NeverFires.of(trigger, timing, after);
    if (never != null) {
      throw FieldErrors.invalid("/trigger", "trigger: " + never.message(), never.example());
    }
  }
}
