package dev.carillon.rest;

import dev.carillon.catalog.DueNotices;
import dev.carillon.catalog.RunView;
import dev.carillon.catalog.Runs;
import dev.carillon.catalog.ScheduleEdits;
import dev.carillon.catalog.SchedulePauses;
import dev.carillon.catalog.ScheduleView;
import dev.carillon.catalog.input.PauseRequest;
import dev.carillon.catalog.input.RunReader;
import dev.carillon.catalog.input.RunRequest;
import dev.carillon.pg.Statements;
import dev.carillon.tenancy.Requester;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.function.IntPredicate;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** What an operator does to a schedule by hand, beside editing what it is declared as. */
@Path("/schedules")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Schedules", description = "When work is done")
@APIResponse(responseCode = "400", ref = ApiDescription.PROBLEM)
@APIResponse(responseCode = "422", ref = ApiDescription.PROBLEM)
public class ScheduleActionResource {

  private final ScheduleEdits edits;
  private final SchedulePauses pauses;
  private final Runs runs;
  private final DueNotices dueNotices;
  private final Writes writes;
  private final Call call;

  ScheduleActionResource(
      ScheduleEdits edits,
      SchedulePauses pauses,
      Runs runs,
      DueNotices dueNotices,
      Writes writes,
      Call call) {
    this.edits = edits;
    this.pauses = pauses;
    this.runs = runs;
    this.dueNotices = dueNotices;
    this.writes = writes;
    this.call = call;
  }

  @POST
  @Path("/{schedule}/enable")
  @Operation(
      operationId = "enableSchedule",
      summary = "Enable a schedule",
      description = "It fires from now on and does not catch up.")
  @Parameter(name = "schedule", in = ParameterIn.PATH, description = "Its id or key")
  @Parameter(ref = ApiDescription.IDEMPOTENCY_KEY)
  @APIResponse(
      responseCode = "200",
      description = "The schedule as it is now",
      content = @Content(schema = @Schema(implementation = ScheduleView.class)))
  @APIResponse(responseCode = "404", ref = ApiDescription.PROBLEM)
  public Uni<Response> enable(
      @PathParam("schedule") String schedule, @Parameter(hidden = true) byte @Nullable [] body) {
    return switched(schedule, body, edits::enable);
  }

  @POST
  @Path("/{schedule}/disable")
  @Operation(
      operationId = "disableSchedule",
      summary = "Disable a schedule",
      description = "Fires that are not yet due are withdrawn; what is due or running finishes.")
  @Parameter(name = "schedule", in = ParameterIn.PATH, description = "Its id or key")
  @Parameter(ref = ApiDescription.IDEMPOTENCY_KEY)
  @APIResponse(
      responseCode = "200",
      description = "The schedule as it is now",
      content = @Content(schema = @Schema(implementation = ScheduleView.class)))
  @APIResponse(responseCode = "404", ref = ApiDescription.PROBLEM)
  public Uni<Response> disable(
      @PathParam("schedule") String schedule, @Parameter(hidden = true) byte @Nullable [] body) {
    return switched(schedule, body, edits::disable);
  }

  @POST
  @Path("/{schedule}/pause")
  @Operation(
      operationId = "pauseSchedule",
      summary = "Pause a schedule",
      description =
          "Until an instant, or until it is enabled. Fires that are not yet due are withdrawn, and"
              + " nothing is caught up.")
  @Parameter(name = "schedule", in = ParameterIn.PATH, description = "Its id or key")
  @Parameter(ref = ApiDescription.IDEMPOTENCY_KEY)
  @RequestBody(
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = PauseRequest.class)))
  @APIResponse(
      responseCode = "200",
      description = "The schedule as it is now",
      content = @Content(schema = @Schema(implementation = ScheduleView.class)))
  @APIResponse(responseCode = "404", ref = ApiDescription.PROBLEM)
  @APIResponse(responseCode = "409", ref = ApiDescription.PROBLEM)
  public Uni<Response> pause(
      @PathParam("schedule") String schedule, @Parameter(hidden = true) byte @Nullable [] body) {
    call.query().check();
    PauseRequest request = PauseRequest.read(call.json(body));
    IntPredicate expected = call.ifMatch();
    return writes.postEntity(
        call,
        body,
        (statements, requester) ->
            pauses.pause(statements, requester, schedule, expected, request).map(this::edited));
  }

  @POST
  @Path("/{schedule}/skip-next")
  @Operation(
      operationId = "skipNextFire",
      summary = "Skip the next fire of a schedule",
      description = "Its run is SKIPPED, with its event; the fire after it is the next.")
  @Parameter(name = "schedule", in = ParameterIn.PATH, description = "Its id or key")
  @Parameter(ref = ApiDescription.IDEMPOTENCY_KEY)
  @APIResponse(
      responseCode = "200",
      description = "The schedule as it is now",
      content = @Content(schema = @Schema(implementation = ScheduleView.class)))
  @APIResponse(responseCode = "404", ref = ApiDescription.PROBLEM)
  @APIResponse(responseCode = "409", ref = ApiDescription.PROBLEM)
  public Uni<Response> skipNext(
      @PathParam("schedule") String schedule, @Parameter(hidden = true) byte @Nullable [] body) {
    return switched(schedule, body, pauses::skipNext);
  }

  @POST
  @Path("/{schedule}/trigger")
  @Operation(
      operationId = "triggerSchedule",
      summary = "Run a schedule now",
      description = "Beside its fires, which stay as they are; also while it is disabled.")
  @Parameter(name = "schedule", in = ParameterIn.PATH, description = "Its id or key")
  @Parameter(ref = ApiDescription.IDEMPOTENCY_KEY)
  @RequestBody(
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = ApiDescription.TriggerNow.class)))
  @APIResponse(
      responseCode = "202",
      description = "The run",
      content = @Content(schema = @Schema(implementation = RunView.class)))
  @APIResponse(responseCode = "200", description = "The run that the dedupe key had made before")
  @APIResponse(responseCode = "404", ref = ApiDescription.PROBLEM)
  @APIResponse(responseCode = "409", ref = ApiDescription.PROBLEM)
  public Uni<Response> trigger(
      @PathParam("schedule") String schedule, @Parameter(hidden = true) byte @Nullable [] body) {
    call.query().check();
    RunRequest request = RunReader.readTrigger(call.json(body));
    return writes.post(
        call,
        body,
        (statements, requester) ->
            runs.trigger(statements, requester, schedule, request)
                .map(requested -> RunAnswers.requested(202, requested, dueNotices)));
  }

  private interface Switch {
    Uni<ScheduleView> turn(
        Statements statements, Requester requester, String schedule, IntPredicate expected);
  }

  private Uni<Response> switched(String schedule, byte @Nullable [] body, Switch to) {
    call.query().check();
    call.requireNoFields(body);
    IntPredicate expected = call.ifMatch();
    return writes.postEntity(
        call,
        body,
        (statements, requester) ->
            to.turn(statements, requester, schedule, expected).map(this::edited));
  }

  private Answer edited(ScheduleView schedule) {
    return Answer.ok(schedule).version(schedule.version()).then(writes.clockNotice());
  }
}
