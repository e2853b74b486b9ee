package dev.carillon.rest;

import dev.carillon.catalog.Revival;
import dev.carillon.catalog.RunCancel;
import dev.carillon.catalog.RunEdit;
import dev.carillon.catalog.RunNotices;
import dev.carillon.catalog.RunRevival;
import dev.carillon.catalog.RunView;
import dev.carillon.catalog.input.RunChange;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.function.Predicate;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** What an operator does with one run. */
@Path("/runs")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Runs", description = "What is to be done, is being done and was done")
@APIResponse(responseCode = "400", ref = ApiDescription.PROBLEM)
@APIResponse(responseCode = "404", ref = ApiDescription.PROBLEM)
@APIResponse(responseCode = "409", ref = ApiDescription.PROBLEM)
@APIResponse(responseCode = "422", ref = ApiDescription.PROBLEM)
public class RunActionResource {

  private final RunRevival revival;
  private final RunCancel cancel;
  private final RunEdit edit;
  private final RunNotices notices;
  private final Writes writes;
  private final Call call;

  RunActionResource(
      RunRevival revival,
      RunCancel cancel,
      RunEdit edit,
      RunNotices notices,
      Writes writes,
      Call call) {
    this.revival = revival;
    this.cancel = cancel;
    this.edit = edit;
    this.notices = notices;
    this.writes = writes;
    this.call = call;
  }

  @PATCH
  @Path("/{id}")
  @Operation(
      operationId = "editRun",
      summary = "Change when a run is due, or its priority",
      description = "A JSON Merge Patch, while the run is SCHEDULED. A past instant is now.")
  @Parameter(ref = ApiDescription.IF_MATCH)
  @APIResponse(responseCode = "412", ref = ApiDescription.PROBLEM)
  @RequestBody(
      required = true,
      content =
          @Content(
              mediaType = "application/merge-patch+json",
              schema = @Schema(implementation = RunChange.Body.class),
              examples =
                  @ExampleObject(name = "later", value = "{\"dueAt\":\"2026-12-01T10:00:00Z\"}")))
  @APIResponse(
      responseCode = "200",
      description = "The run as it is now",
      content = @Content(schema = @Schema(implementation = RunView.class)))
  public Uni<Response> edit(
      @PathParam("id") String id, @Parameter(hidden = true) byte @Nullable [] body) {
    call.query().check();
    Predicate<String> expected = call.ifMatchTag();
    RunChange change = RunChange.read(call.patch(body));
    return writes.change(
        call,
        Uni.createFrom().voidItem(),
        (statements, requester, nothing) ->
            edit.change(statements, requester, id, expected, change)
                .map(
                    done ->
                        Answer.ok(done.run())
                            .tag(done.run().tag())
                            .then(() -> notices.tell(done.news()))));
  }

  @POST
  @Path("/{id}/retry")
  @Operation(
      operationId = "retryRun",
      summary = "Retry a run that FAILED, is DEAD or was CANCELED",
      description =
          "The same run, due now, with another generation: attempt numbers go on, the retry budget"
              + " starts anew. Also where its job is archived: it is no new run.")
  @Parameter(ref = ApiDescription.IDEMPOTENCY_KEY)
  @APIResponse(
      responseCode = "200",
      description = "The run as it is now",
      content = @Content(schema = @Schema(implementation = RunView.class)))
  public Uni<Response> retry(
      @PathParam("id") String id, @Parameter(hidden = true) byte @Nullable [] body) {
    return revive(id, body, Revival.RETRY);
  }

  @POST
  @Path("/{id}/discard")
  @Operation(
      operationId = "discardRun",
      summary = "Discard a run that FAILED or is DEAD",
      description = "It becomes CANCELED: nobody needs it any more.")
  @Parameter(ref = ApiDescription.IDEMPOTENCY_KEY)
  @APIResponse(
      responseCode = "200",
      description = "The run as it is now",
      content = @Content(schema = @Schema(implementation = RunView.class)))
  public Uni<Response> discard(
      @PathParam("id") String id, @Parameter(hidden = true) byte @Nullable [] body) {
    return revive(id, body, Revival.DISCARD);
  }

  private Uni<Response> revive(String id, byte @Nullable [] body, Revival what) {
    call.query().check();
    call.requireNoFields(body);
    return writes.post(
        call,
        body,
        (statements, requester) ->
            revival
                .one(statements, requester, id, what)
                .map(done -> Answer.ok(done.run()).then(() -> notices.tell(done.news()))));
  }

  @POST
  @Path("/{id}/cancel")
  @Operation(
      operationId = "cancelRun",
      summary = "Cancel a run that has not ended",
      description = "At once while nobody has it; else its worker is asked to stop.")
  @Parameter(ref = ApiDescription.IDEMPOTENCY_KEY)
  @APIResponse(
      responseCode = "200",
      description = "Cancelled",
      content = @Content(schema = @Schema(implementation = RunView.class)))
  @APIResponse(responseCode = "202", description = "It is running; its worker is asked to stop")
  public Uni<Response> cancel(
      @PathParam("id") String id, @Parameter(hidden = true) byte @Nullable [] body) {
    call.query().check();
    call.requireNoFields(body);
    return writes.post(
        call,
        body,
        (statements, requester) -> cancel.cancel(statements, requester, id).map(this::answer));
  }

  private Answer answer(RunCancel.Cancelled cancelled) {
    RunView run = cancelled.run();
    if (cancelled.asked()) {
      return Answer.of(202, run).then(writes.cancelNotice(run.id().toString()));
    }
    return Answer.ok(run).then(() -> tell(cancelled));
  }

  private void tell(RunCancel.Cancelled cancelled) {
    notices.tell(cancelled.news());
    if (cancelled.rearmed()) {
      writes.clockNotice().run();
    }
  }
}
