package dev.carillon.catalog.input;

import org.jspecify.annotations.Nullable;

/**
 * One thing that is wrong with what was sent.
 *
 * @param pointer where: a JSON Pointer into the body, or {@code ?name} for a query parameter
 * @param position 0-based, within the text of that field; null where the field is wrong as a whole
 * @param message what is wrong, and what is allowed
 * @param example a right value
 */
public record FieldError(
    String pointer, @Nullable Integer position, String message, @Nullable String example) {}
