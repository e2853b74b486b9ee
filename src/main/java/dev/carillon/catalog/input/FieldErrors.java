package dev.carillon.catalog.input;

import dev.carillon.catalog.input.InvalidInput.Kind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Gathers what is wrong, so that one answer can say all of it. */
public final class FieldErrors {

  /** Beyond this many nobody reads on, and an answer should not grow with what was sent. */
  private static final int MOST = 50;

  private final List<FieldError> errors = new ArrayList<>();
  private Kind kind = Kind.INVALID;

  /** A value of another JSON type than the field's. */
  public void wrongType(String pointer, String message, @Nullable String example) {
    add(Kind.UNREADABLE, new FieldError(pointer, null, message, example));
  }

  public void tooLarge(String pointer, String message) {
    add(Kind.TOO_LARGE, new FieldError(pointer, null, message, null));
  }

  public void wrong(String pointer, String message, @Nullable String example) {
    wrong(pointer, null, message, example);
  }

  public void wrong(
      String pointer, @Nullable Integer position, String message, @Nullable String example) {
    add(Kind.INVALID, new FieldError(pointer, position, message, example));
  }

  /** What is wrong with a part of the body, read by itself: {@code under} points at the part. */
  public void addAll(String under, InvalidInput part) {
    for (FieldError error : part.errors()) {
      add(
          part.kind(),
          new FieldError(
              under + error.pointer(), error.position(), error.message(), error.example()));
    }
  }

  public boolean isEmpty() {
    return errors.isEmpty();
  }

  /**
   * @throws InvalidInput when anything was wrong
   */
  public void throwIfAny() {
    if (!errors.isEmpty()) {
      throw new InvalidInput(kind, errors);
    }
  }

  /** A single error, at once. */
  public static InvalidInput invalid(String pointer, String message, @Nullable String example) {
    return new InvalidInput(Kind.INVALID, List.of(new FieldError(pointer, null, message, example)));
  }

  private void add(Kind one, FieldError error) {
    if (one.compareTo(kind) < 0) {
      kind = one;
    }
    if (errors.size() < MOST) {
      errors.add(error);
    }
  }
}
