package dev.carillon.catalog.input;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * What is to change of a run that has not begun. A field that is null in the patch becomes what it
 * is without being said: due now, with the priority of schedule or job.
 *
 * @param setsDue whether it says when the run is due
 * @param dueAt UTC; null, or in the past: now
 * @param setsPriority whether it says a priority
 * @param priority 0 (first) to 4; null: that of the schedule, else the job
 */
public record RunChange(
    boolean setsDue, @Nullable Instant dueAt, boolean setsPriority, @Nullable Integer priority) {

  private static final String DUE = "dueAt";
  private static final String PRIORITY = "priority";

  /** What a patch can say, for the description of the API. */
  @Schema(name = "RunPatch", description = "Of a run that is SCHEDULED")
  public record Body(
      @Schema(description = "In the past, or null: now") @Nullable Instant dueAt,
      @Schema(minimum = "0", maximum = "4", description = "Null: that of the schedule or the job")
          @Nullable Integer priority) {}

  /**
   * The body of PATCH /runs/{id}.
   *
   * @throws InvalidInput saying everything that is wrong
   */
  public static RunChange read(ObjectNode patch) {
    ObjectNode said = patch.deepCopy();
    List<String> removed = new ArrayList<>();
    for (String name : List.of(DUE, PRIORITY)) {
      if (said.path(name).isNull()) {
        said.remove(name);
        removed.add(name);
      }
    }
    FieldErrors errors = new FieldErrors();
    Fields fields = Fields.of(said, errors);
    Instant dueAt = fields.instant(DUE);
    Integer priority = fields.integer(PRIORITY, 0, JobDeclaration.LAST_PRIORITY);
    said.fieldNames()
        .forEachRemaining(
            name -> {
              if (!name.equals(DUE) && !name.equals(PRIORITY)) {
                fields.wrong(name, "cannot be changed; dueAt and priority can", null);
              }
            });
    errors.throwIfAny();
    return new RunChange(
        removed.contains(DUE) || fields.has(DUE),
        dueAt,
        removed.contains(PRIORITY) || fields.has(PRIORITY),
        priority);
  }
}
