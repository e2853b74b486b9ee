package dev.carillon.schedule;

import org.jspecify.annotations.Nullable;

/**
 * By which edition of the IANA time zone database instants were worked out.
 *
 * @param name as IANA names it, such as {@code 2025b}; later ones are greater, letter by letter
 */
public record TzdataVersion(String name) {

  public TzdataVersion {
    if (name.isBlank()) {
      throw new IllegalArgumentException("a version of tzdata has a name");
    }
  }

  /**
   * Whether this one is newer than the one that something was worked out by.
   *
   * @param other null: nobody knows which, so an older one
   */
  public boolean isNewerThan(@Nullable String other) {
    return other == null || name.compareTo(other) > 0;
  }
}
