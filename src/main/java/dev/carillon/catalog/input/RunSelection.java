package dev.carillon.catalog.input;

import com.fasterxml.jackson.databind.JsonNode;
import dev.carillon.run.RunState;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Which of the runs that ended an operator means; null: whichever.
 *
 * @param state how they ended
 * @param dueFrom inclusive, UTC
 * @param dueTo exclusive, UTC
 * @param after only those that come after this one, newest first
 * @param dryRun whether to say only how many they are
 */
@Schema(
    name = "RunSelection",
    description = "All that it says must fit; it must say something, for everybody's sake")
public record RunSelection(
    @Schema(defaultValue = "DEAD", description = "FAILED, DEAD, or to retry: CANCELED")
        RunState state,
    @Schema(example = "send-invoices") @Nullable String jobKey,
    @Nullable UUID scheduleId,
    @Nullable UUID groupId,
    @Schema(description = "Inclusive") @Nullable Instant dueFrom,
    @Schema(description = "Exclusive") @Nullable Instant dueTo,
    @Schema(description = "Go on where another request stopped: its next") @Nullable UUID after,
    @Schema(defaultValue = "false", description = "Say only how many they are") boolean dryRun) {

  private static final String ID_EXAMPLE = "019a0000-0000-7000-8000-000000000001";

  /**
   * The body of POST /runs:retry and POST /runs:discard.
   *
   * @param states in which runs can be so treated
   * @throws InvalidInput saying everything that is wrong
   */
  public static RunSelection read(JsonNode body, Set<RunState> states) {
    FieldErrors errors = new FieldErrors();
    Fields fields = Fields.of(body.isMissingNode() ? JsonText.object() : body, errors);
    List<String> names = states.stream().map(Enum::name).toList();
    String state = fields.choice("state", names);
    String jobKey = fields.text("jobKey", 200, JobReader.KEY_EXAMPLE);
    UUID scheduleId = id(fields, "scheduleId");
    UUID groupId = id(fields, "groupId");
    Instant dueFrom = fields.instant("dueFrom");
    Instant dueTo = fields.instant("dueTo");
    if (dueFrom != null && dueTo != null && !dueFrom.isBefore(dueTo)) {
      fields.wrong("dueTo", "must lie after dueFrom, which is inclusive; dueTo is exclusive", null);
    }
    UUID after = id(fields, "after");
    Boolean dryRun = fields.flag("dryRun");
    boolean says =
        Stream.of("state", "jobKey", "scheduleId", "groupId", "dueFrom", "dueTo")
            .anyMatch(fields::has);
    if (!says) {
      fields.wrong(
          "state",
          "is required where nothing else says which runs: jobKey, scheduleId, groupId, dueFrom or"
              + " dueTo",
          RunState.DEAD.name());
    }
    fields.refuseOthers();
    errors.throwIfAny();
    return new RunSelection(
        state == null ? RunState.DEAD : RunState.valueOf(state),
        jobKey,
        scheduleId,
        groupId,
        dueFrom,
        dueTo,
        after,
        dryRun != null && dryRun);
  }

  private static @Nullable UUID id(Fields fields, String name) {
    String text = fields.text(name, 100, ID_EXAMPLE);
    if (text == null) {
      return null;
    }
    return Fields.isUuid(text)
        ? UUID.fromString(text)
        : fields.wrong(name, "must be an id", ID_EXAMPLE);
  }
}
