package dev.carillon.catalog.input;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Parameters of jobs, schedules and runs: the later ones lie over the earlier. */
public final class Params {

  /**
   * As JSON. A run carries its parameters from its creation to its target; what is larger belongs
   * into a store, and its name into the parameters.
   */
  public static final int MOST_BYTES = 256 * 1024;

  private Params() {}

  static @Nullable ObjectNode read(Fields fields) {
    ObjectNode params = fields.freeObject("params", JobReader.PARAMS_EXAMPLE);
    if (params != null && size(params) > MOST_BYTES) {
      fields.errors().tooLarge(fields.at("params"), tooLarge());
    }
    return params;
  }

  /**
   * The top-level names of {@code over} replace those of {@code under}.
   *
   * @throws InvalidInput when the result is too large
   */
  public static @Nullable ObjectNode overlay(
      @Nullable ObjectNode under, @Nullable ObjectNode over) {
    if (under == null || over == null) {
      return under == null ? over : under;
    }
    ObjectNode merged = under.deepCopy();
    merged.setAll(over);
    if (size(merged) > MOST_BYTES) {
      FieldErrors errors = new FieldErrors();
      errors.tooLarge("/params", tooLarge());
      errors.throwIfAny();
    }
    return merged;
  }

  private static int size(ObjectNode params) {
    return JsonText.write(params).getBytes(StandardCharsets.UTF_8).length;
  }

  private static String tooLarge() {
    return "params, with those of schedule and job beneath them, must not exceed 256 KiB";
  }
}
