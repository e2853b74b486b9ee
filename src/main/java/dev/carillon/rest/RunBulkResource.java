package dev.carillon.rest;

import dev.carillon.catalog.Revival;
import dev.carillon.catalog.RunBulk;
import dev.carillon.catalog.RunNotices;
import dev.carillon.catalog.input.RunSelection;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** What an operator does with many runs at once. */
@Path("/")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Runs", description = "What is to be done, is being done and was done")
@APIResponse(responseCode = "400", ref = ApiDescription.PROBLEM)
@APIResponse(responseCode = "422", ref = ApiDescription.PROBLEM)
public class RunBulkResource {

  private static final String EXAMPLE =
      """
      {"state":"DEAD","jobKey":"send-invoices","dueFrom":"2026-11-01T00:00:00Z","dryRun":true}
      """;

  private final RunBulk bulk;
  private final RunNotices notices;
  private final Writes writes;
  private final Call call;

  RunBulkResource(RunBulk bulk, RunNotices notices, Writes writes, Call call) {
    this.bulk = bulk;
    this.notices = notices;
    this.writes = writes;
    this.call = call;
  }

  @POST
  @Path("/runs:retry")
  @Operation(
      operationId = "retryRuns",
      summary = "Retry all runs that fit",
      description =
          "Of those that FAILED, are DEAD or were CANCELED, as the state says; DEAD if it is absent."
              + " All of it is done when it is answered; at most 100,000 at a time: where more is"
              + " true, send next as after.")
  @Parameter(ref = ApiDescription.IDEMPOTENCY_KEY)
  @RequestBody(
      required = true,
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = RunSelection.class),
              examples = @ExampleObject(name = "how many would it be", value = EXAMPLE)))
  @APIResponse(
      responseCode = "202",
      description = "How many",
      content = @Content(schema = @Schema(implementation = RunBulk.Matched.class)))
  public Uni<Response> retry(@Parameter(hidden = true) byte @Nullable [] body) {
    return all(body, Revival.RETRY);
  }

  @POST
  @Path("/runs:discard")
  @Operation(
      operationId = "discardRuns",
      summary = "Discard all runs that fit",
      description =
          "Of those that FAILED or are DEAD, as the state says; DEAD if it is absent. All of it is"
              + " done when it is answered; at most 100,000 at a time: where more is true, send next as"
              + " after.")
  @Parameter(ref = ApiDescription.IDEMPOTENCY_KEY)
  @RequestBody(
      required = true,
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = RunSelection.class),
              examples = @ExampleObject(name = "how many would it be", value = EXAMPLE)))
  @APIResponse(
      responseCode = "202",
      description = "How many",
      content = @Content(schema = @Schema(implementation = RunBulk.Matched.class)))
  public Uni<Response> discard(@Parameter(hidden = true) byte @Nullable [] body) {
    return all(body, Revival.DISCARD);
  }

  private Uni<Response> all(byte @Nullable [] body, Revival what) {
    call.query().check();
    RunSelection selection = RunSelection.read(call.json(body), what.states());
    return writes.post(
        call,
        body,
        (statements, requester) ->
            bulk.all(statements, requester, selection, what)
                .map(
                    result ->
                        Answer.of(202, result.matched()).then(() -> notices.tell(result.news()))));
  }
}
