package dev.carillon.rest;

import dev.carillon.catalog.BackfillView;
import dev.carillon.catalog.Backfills;
import dev.carillon.catalog.DueNotices;
import dev.carillon.catalog.Runs;
import dev.carillon.catalog.input.BackfillRequest;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.InstantSource;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The runs of a past window, made again. */
@Path("/schedules/{schedule}")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Schedules", description = "When work is done")
@APIResponse(responseCode = "400", ref = ApiDescription.PROBLEM)
@APIResponse(responseCode = "404", ref = ApiDescription.PROBLEM)
@APIResponse(responseCode = "422", ref = ApiDescription.PROBLEM)
public class BackfillResource {

  private final Backfills backfills;
  private final DueNotices dueNotices;
  private final InstantSource clock;
  private final Writes writes;
  private final Call call;

  BackfillResource(
      Backfills backfills, DueNotices dueNotices, InstantSource clock, Writes writes, Call call) {
    this.backfills = backfills;
    this.dueNotices = dueNotices;
    this.clock = clock;
    this.writes = writes;
    this.call = call;
  }

  @POST
  @Path("/backfill")
  @Operation(
      operationId = "backfillSchedule",
      summary = "Run a past window of a schedule",
      description =
          "Makes the runs of its fires with their nominal instants, revives MISSED and SKIPPED ones,"
              + " leaves alone those that ran.")
  @Parameter(name = "schedule", in = ParameterIn.PATH, description = "Its id or key")
  @Parameter(ref = ApiDescription.IDEMPOTENCY_KEY)
  @RequestBody(
      required = true,
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = BackfillRequest.class),
              examples =
                  @ExampleObject(
                      name = "what would it make",
                      value =
                          """
                          {"from":"2026-11-01T00:00:00Z","to":"2026-11-02T00:00:00Z","dryRun":true}
                          """)))
  @APIResponse(
      responseCode = "202",
      description = "The backfill, or of a dry run what it would make",
      content = @Content(schema = @Schema(implementation = BackfillView.class)))
  @APIResponse(responseCode = "409", ref = ApiDescription.PROBLEM)
  public Uni<Response> start(
      @PathParam("schedule") String schedule, @Parameter(hidden = true) byte @Nullable [] body) {
    call.query().check();
    BackfillRequest request = BackfillRequest.read(call.json(body), clock.instant());
    return writes.postEntity(
        call,
        body,
        backfills.window(call.tenant(), schedule, request),
        (statements, requester, window) ->
            backfills
                .start(statements, requester, request, window)
                .map(started -> answer(schedule, started)));
  }

  private Answer answer(String schedule, Backfills.Started started) {
    Answer answer = Answer.of(202, started.view());
    if (started.view().id() == null) {
      return answer;
    }
    return answer
        .with("Location", "/schedules/" + schedule + "/backfills/" + started.view().id())
        .then(() -> started.news().forEach(dueNotices::tell));
  }

  @GET
  @Path("/backfills/{backfill}")
  @Operation(operationId = "getBackfill", summary = "Show how far a backfill has come")
  @Parameter(name = "schedule", in = ParameterIn.PATH, description = "Its id or key")
  @APIResponse(
      responseCode = "200",
      description = "The backfill",
      content = @Content(schema = @Schema(implementation = BackfillView.class)))
  public Uni<Response> get(
      @PathParam("schedule") String schedule, @PathParam("backfill") String backfill) {
    call.query().check();
    return backfills.get(call.tenant(), schedule, backfill).map(view -> Answer.ok(view).response());
  }

  @DELETE
  @Path("/backfills/{backfill}")
  @Operation(
      operationId = "cancelBackfill",
      summary = "Cancel what is left of a backfill",
      description =
          "Its runs that wait, also for another try, are CANCELED; those that run, finish.")
  @Parameter(name = "schedule", in = ParameterIn.PATH, description = "Its id or key")
  @APIResponse(responseCode = "204", description = "Cancelled")
  public Uni<Response> cancel(
      @PathParam("schedule") String schedule, @PathParam("backfill") String backfill) {
    call.query().check();
    return writes.changeEntity(
        call,
        (statements, requester) ->
            backfills
                .cancel(statements, requester, schedule, backfill)
                .map(
                    of ->
                        Answer.noContent()
                            .then(() -> dueNotices.tell(new Runs.News(false, null, of)))));
  }
}
