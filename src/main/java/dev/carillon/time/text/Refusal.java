package dev.carillon.time.text;

import org.jspecify.annotations.Nullable;

/**
 * A parser's no. It knows the text but not which field the text came from; the trigger adds that.
 */
public final class Refusal extends RuntimeException {

  private final @Nullable Integer position;
  private final String example;

  /**
   * @param position 0-based in the text; null where the text is wrong as a whole
   * @param message what was wrong and what is allowed there
   * @param example a correct text
   */
  public Refusal(@Nullable Integer position, String message, String example) {
    super(message, null, false, false);
    this.position = position;
    this.example = example;
  }

  public @Nullable Integer position() {
    return position;
  }

  public String example() {
    return example;
  }
}
