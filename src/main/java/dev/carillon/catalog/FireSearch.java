package dev.carillon.catalog;

import dev.carillon.catalog.input.InvalidInput;
import dev.carillon.catalog.input.ScheduleDeclaration;
import dev.carillon.time.Timing;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Asks a declaration for its fires. What is likely to be asked in a transaction can be looked up
 * before it, so that no lock is held meanwhile. Not for two threads at once.
 */
final class FireSearch {

  private final ScheduleDeclaration declared;
  private final Timing timing;
  private @Nullable Answer known;

  private record Answer(Instant after, @Nullable Instant fire, @Nullable InvalidInput refusal) {}

  FireSearch(ScheduleDeclaration declared, Timing timing) {
    this.declared = declared;
    this.timing = timing;
  }

  /** Has the answer at hand when {@link #next} is asked from the same instant. */
  void lookUp(Instant after) {
    try {
      known = new Answer(after, evaluate(after), null);
    } catch (InvalidInput refusal) {
      // For whoever needs the answer, and for nobody else.
      known = new Answer(after, null, refusal);
    }
  }

  /**
   * @return null when there is no fire any more
   * @throws InvalidInput when it was not found, or there never is one
   */
  @Nullable Instant next(Instant after) {
    Answer answer = known;
    if (answer == null || !answer.after.equals(after)) {
      return evaluate(after);
    }
    if (answer.refusal != null) {
      throw answer.refusal;
    }
    return answer.fire;
  }

  /**
   * Of a FIXED_DELAY: one delay after an instant, or its first where that is still to come.
   *
   * @return null when that would be after its end
   * @throws InvalidInput when that is after the year 9999
   */
  @Nullable Instant delayed(Instant from) {
    Instant start = timing.startAt();
    return evaluate(start != null && start.isAfter(from) ? timing : timing.countedFrom(from), from);
  }

  private @Nullable Instant evaluate(Instant after) {
    return evaluate(timing, after);
  }

  private @Nullable Instant evaluate(Timing by, Instant after) {
    Instant fire = Evaluation.bounded("its next fire", () -> declared.trigger().in(by).next(after));
    if (fire == null) {
      Evaluation.refuseNever(declared.trigger(), by, after);
    }
    return fire;
  }
}
