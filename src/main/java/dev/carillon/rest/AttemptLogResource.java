package dev.carillon.rest;

import dev.carillon.catalog.AttemptLogs;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What the handler of an attempt wrote down, as text. */
@Path("/runs")
@Tag(name = "Runs", description = "What is to be done, is being done and was done")
public class AttemptLogResource {

  private static final String TEXT = MediaType.TEXT_PLAIN + ";charset=UTF-8";

  private final AttemptLogs logs;
  private final Call call;

  AttemptLogResource(AttemptLogs logs, Call call) {
    this.logs = logs;
    this.call = call;
  }

  @GET
  @Path("/{id}/attempts/{number}/log")
  @Produces(TEXT)
  @Operation(
      operationId = "readAttemptLog",
      summary = "Show the log of an attempt",
      description =
          "The lines that its handler wrote, each with its instant in UTC; while the attempt runs, as"
              + " far as they are written, which is about once a second. Cut at 1 MiB, with a mark. 404 where the handler"
              + " wrote nothing.")
  @Parameter(name = "id", in = ParameterIn.PATH, description = "The run's id")
  @Parameter(
      name = "number",
      in = ParameterIn.PATH,
      description = "The attempt's number",
      schema = @Schema(type = SchemaType.INTEGER))
  @APIResponse(
      responseCode = "200",
      description = "The log",
      content =
          @Content(mediaType = MediaType.TEXT_PLAIN, schema = @Schema(type = SchemaType.STRING)))
  @APIResponse(responseCode = "404", ref = ApiDescription.PROBLEM)
  @APIResponse(responseCode = "422", ref = ApiDescription.PROBLEM)
  public Uni<Response> log(@PathParam("id") String id, @PathParam("number") String number) {
    call.query().check();
    return logs.read(call.tenant(), id, number).map(AttemptLogResource::answer);
  }

  private static Response answer(String log) {
    // Handlers write what they are given: no browser is to take it for a page.
    return Response.ok(log, TEXT)
        .header("X-Content-Type-Options", "nosniff")
        .header("Cache-Control", "no-store")
        .build();
  }
}
