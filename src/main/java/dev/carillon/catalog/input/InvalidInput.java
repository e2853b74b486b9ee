package dev.carillon.catalog.input;

import java.util.List;

/** What was sent is refused; says everything that is wrong with it. */
public final class InvalidInput extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** How it is wrong, from the coarsest to the finest. */
  public enum Kind {
    /** Not JSON, or a value of another JSON type than the field's. */
    UNREADABLE,
    TOO_LARGE,
    /** Readable, but wrong. */
    INVALID
  }

  private final Kind kind;
  private final transient List<FieldError> errors;

  public InvalidInput(Kind kind, List<FieldError> errors) {
    super(errors.isEmpty() ? kind.name() : errors.get(0).message(), null, false, false);
    this.kind = kind;
    this.errors = List.copyOf(errors);
  }

  public Kind kind() {
    return kind;
  }

  public List<FieldError> errors() {
    return errors;
  }
}
