package dev.carillon.rest;

import dev.carillon.catalog.DueNotices;
import dev.carillon.catalog.RunFilter;
import dev.carillon.catalog.RunList;
import dev.carillon.catalog.RunShown;
import dev.carillon.catalog.RunView;
import dev.carillon.catalog.RunWaits;
import dev.carillon.catalog.Runs;
import dev.carillon.catalog.input.RunReader;
import dev.carillon.catalog.input.RunRequest;
import dev.carillon.run.RunState;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** What is to be done, is being done and was done. */
@Path("/runs")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Runs", description = "What is to be done, is being done and was done")
@APIResponse(responseCode = "400", ref = ApiDescription.PROBLEM)
@APIResponse(responseCode = "422", ref = ApiDescription.PROBLEM)
public class RunResource {

  private static final String WAIT = "wait";

  /** Below what most proxies and clients wait for an answer. */
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);

  private final Runs runs;
  private final RunList list;
  private final RunShown shown;
  private final DueNotices dueNotices;
  private final Writes writes;
  private final Call call;

  RunResource(
      Runs runs, RunList list, RunShown shown, DueNotices dueNotices, Writes writes, Call call) {
    this.runs = runs;
    this.list = list;
    this.shown = shown;
    this.dueNotices = dueNotices;
    this.writes = writes;
    this.call = call;
  }

  @POST
  @Operation(
      operationId = "createRun",
      summary = "Ask for a run",
      description = "Now, or at dueAt. With a dedupeKey that was used before: the first run, 200.")
  @RequestBody(
      required = true,
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = RunView.class),
              examples =
                  @ExampleObject(
                      name = "once an invoice",
                      value =
                          """
                          {"jobKey":"send-invoices","params":{"invoice":4711},"dedupeKey":"invoice-4711"}
                          """)))
  @Parameter(ref = ApiDescription.IDEMPOTENCY_KEY)
  @APIResponse(
      responseCode = "201",
      description = "The run",
      content = @Content(schema = @Schema(implementation = RunView.class)))
  @APIResponse(responseCode = "200", description = "The run that the dedupe key had made before")
  public Uni<Response> create(@Parameter(hidden = true) byte @Nullable [] body) {
    call.query().check();
    RunRequest request = RunReader.read(call.json(body));
    return writes.post(
        call,
        body,
        (statements, requester) ->
            runs.request(statements, requester, request)
                .map(requested -> RunAnswers.requested(201, requested, dueNotices)));
  }

  @GET
  @Operation(
      operationId = "listRuns",
      summary = "List runs, newest first",
      description = "A page may be short where next follows: the rest is further on.")
  @Parameter(
      name = "state",
      in = ParameterIn.QUERY,
      schema = @Schema(implementation = RunState.class))
  @Parameter(
      name = "jobKey",
      in = ParameterIn.QUERY,
      schema = @Schema(implementation = String.class))
  @Parameter(
      name = "scheduleId",
      in = ParameterIn.QUERY,
      schema = @Schema(implementation = UUID.class))
  @Parameter(
      name = "groupId",
      in = ParameterIn.QUERY,
      schema = @Schema(implementation = UUID.class))
  @Parameter(
      name = "dueFrom",
      in = ParameterIn.QUERY,
      description = "Inclusive",
      schema = @Schema(implementation = Instant.class))
  @Parameter(
      name = "dueTo",
      in = ParameterIn.QUERY,
      description = "Exclusive",
      schema = @Schema(implementation = Instant.class))
  @Parameter(ref = ApiDescription.LIMIT)
  @Parameter(ref = ApiDescription.AFTER)
  @APIResponse(
      responseCode = "200",
      description = "A page",
      content = @Content(schema = @Schema(implementation = ApiDescription.RunPage.class)))
  public Uni<Response> list() {
    Query query =
        call.query(
            "state",
            "jobKey",
            "scheduleId",
            "groupId",
            "dueFrom",
            "dueTo",
            Query.LIMIT,
            Query.AFTER);
    RunFilter filter =
        new RunFilter(
            query.choice("state", RunState.class),
            query.text("jobKey"),
            query.id("scheduleId"),
            query.id("groupId"),
            query.instant("dueFrom"),
            query.instant("dueTo"));
    UUID after = query.after();
    int limit = query.limit();
    query.check();
    return list.list(call.tenant(), filter, after, limit).map(query::answer).map(Answer::response);
  }

  @GET
  @Path("/{id}")
  @Operation(
      operationId = "getRun",
      summary = "Show a run with its attempts",
      description = "With wait: once it has ended, or as it is when the wait is over.")
  @Parameter(
      name = WAIT,
      in = ParameterIn.QUERY,
      description = "How long to wait for its end, at most PT60S",
      schema = @Schema(type = SchemaType.STRING, format = "duration", example = "PT30S"))
  @APIResponse(
      responseCode = "200",
      description = "The run, with a tag of what can be edited of it as ETag",
      content = @Content(schema = @Schema(implementation = RunView.class)))
  @APIResponse(responseCode = "404", ref = ApiDescription.PROBLEM)
  @APIResponse(responseCode = "503", ref = ApiDescription.PROBLEM)
  public Uni<Response> get(@PathParam("id") String id) {
    Query query = call.query(WAIT);
    Duration wait = query.duration(WAIT, LONGEST_WAIT, "PT30S");
    query.check();
    return shown
        .get(call.tenant(), id, wait)
        .onFailure(RunWaits.FullException.class)
        .transform(full -> Problems.unavailable(full.getMessage()))
        .map(run -> Answer.ok(run).tag(run.tag()).response());
  }
}
