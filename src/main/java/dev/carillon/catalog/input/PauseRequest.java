package dev.carillon.catalog.input;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What somebody asks a pause to be.
 *
 * @param until when it ends by itself, UTC; null: when the schedule is enabled
 * @param note why, for people; null: the schedule's note stays
 */
public record PauseRequest(@Nullable Instant until, @Nullable String note) {

  /**
   * The body of POST /schedules/{id}/pause, which may be absent.
   *
   * @throws InvalidInput saying everything that is wrong
   */
  public static PauseRequest read(JsonNode body) {
    FieldErrors errors = new FieldErrors();
    Fields fields = Fields.of(body.isMissingNode() ? JsonText.object() : body, errors);
    Instant until = fields.instant("until");
    String note = fields.text("note", PoliciesReader.LONGEST_NOTE, PoliciesReader.NOTE_EXAMPLE);
    fields.refuseOthers();
    errors.throwIfAny();
    return new PauseRequest(until, note);
  }
}
