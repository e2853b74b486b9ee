package dev.carillon.time;

import dev.carillon.time.text.Refusal;
import org.jspecify.annotations.Nullable;

/**
 * A trigger's text, or a time zone's, that was refused. The message says what was wrong and what is
 * allowed there; it is meant for the person who wrote the text.
 */
public final class InvalidTrigger extends IllegalArgumentException {

  private final String field;
  private final @Nullable Integer position;
  private final String example;

  public InvalidTrigger(String field, @Nullable Integer position, String message, String example) {
    super(message);
    this.field = field;
    this.position = position;
    this.example = example;
  }

  /** A parser's refusal, with the name of the field whose text it refused. */
  static InvalidTrigger of(String field, Refusal refusal) {
    return new InvalidTrigger(
        field, refusal.position(), String.valueOf(refusal.getMessage()), refusal.example());
  }

  /**
   * The wire field that is wrong: {@code expression}, {@code rrule}, {@code dtstart}, {@code
   * every}, {@code anchor}, {@code delay}, {@code at}, {@code timezone}, or an element of a list
   * such as {@code exdate/2}.
   */
  public String field() {
    return field;
  }

  /** 0-based position in the field's text; null where the field is wrong as a whole. */
  public @Nullable Integer position() {
    return position;
  }

  /** A correct value for the field. */
  public String example() {
    return example;
  }
}
