package dev.carillon.catalog;

import dev.carillon.catalog.input.InvalidInput;
import dev.carillon.catalog.input.ScheduleDeclaration;
import java.time.Instant;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * Asks a declaration for its fires. What is likely to be asked in a transaction can be looked up
 * before it, so that no lock is held meanwhile. Not for two threads at once.
 */
final class FireSearch {

  private final ScheduleDeclaration declared;
  private final ZoneId zone;
  private final Instant createdAt;
  private @Nullable Answer known;

  private record Answer(Instant after, @Nullable Instant fire, @Nullable InvalidInput refusal) {}

  FireSearch(ScheduleDeclaration declared, ZoneId zone, Instant createdAt) {
    this.declared = declared;
    this.zone = zone;
    this.createdAt = createdAt;
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
   * Of a FIXED_DELAY: one delay after an instant.
   *
   * @throws InvalidInput when that is after the year 9999
   */
  Instant delayed(Instant from) {
    Instant at = declared.trigger().in(zone, from, declared.dst()).next(from);
    if (at == null) {
      Evaluation.refuseNever(declared.trigger(), zone, declared.dst(), from, from);
      throw new IllegalStateException("a delay that neither ends nor is endless");
    }
    return at;
  }

  private @Nullable Instant evaluate(Instant after) {
    Instant fire =
        Evaluation.bounded(
            "its next fire",
            () -> declared.trigger().in(zone, createdAt, declared.dst()).next(after));
    if (fire == null) {
      Evaluation.refuseNever(declared.trigger(), zone, declared.dst(), createdAt, after);
    }
    return fire;
  }
}
