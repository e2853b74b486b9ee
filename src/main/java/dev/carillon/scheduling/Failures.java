package dev.carillon.scheduling;

import dev.carillon.SchedulerException;
import dev.carillon.SchedulerException.Reason;
import dev.carillon.catalog.Refusal;
import dev.carillon.catalog.input.FieldError;
import dev.carillon.catalog.input.InvalidInput;
import java.util.List;

/** What went wrong, in the words of whoever calls a method and not of whoever sends a request. */
final class Failures {

  private Failures() {}

  /**
   * @param of what was asked: {@code schedule invoices}
   */
  static SchedulerException told(Object of, Throwable failure) {
    if (failure instanceof SchedulerException told) {
      return told;
    }
    if (failure instanceof InvalidInput invalid) {
      List<String> problems = invalid.errors().stream().map(Failures::problem).toList();
      return new SchedulerException(
          Reason.INVALID, of + ": " + String.join("; ", problems), problems, failure);
    }
    if (failure instanceof Refusal refusal) {
      return new SchedulerException(
          reason(refusal), of + ": " + refusal.getMessage(), List.of(), failure);
    }
    return new SchedulerException(
        Reason.UNAVAILABLE,
        of + ": the database did not do it: " + failure.getMessage(),
        List.of(),
        failure);
  }

  private static Reason reason(Refusal refusal) {
    return refusal.kind() == Refusal.Kind.NOT_FOUND ? Reason.NOT_FOUND : Reason.WRONG_STATE;
  }

  /** The field by its path, what is wrong with it, and a right value. */
  private static String problem(FieldError error) {
    String path = error.pointer().replaceFirst("^/", "").replace('/', '.');
    String name = path.substring(path.lastIndexOf('.') + 1);
    String message = error.message();
    String placed =
        path.isEmpty()
            ? message
            : !name.isEmpty() && message.startsWith(name)
                ? path + message.substring(name.length())
                : path + ": " + message;
    String at = error.position() == null ? "" : ", at character " + (error.position() + 1);
    String right =
        error.example() == null ? "" : " (right is, for example, " + error.example() + ")";
    return placed + at + right;
  }
}
