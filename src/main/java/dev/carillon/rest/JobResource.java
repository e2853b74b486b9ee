package dev.carillon.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carillon.catalog.JobView;
import dev.carillon.catalog.Jobs;
import dev.carillon.catalog.Refusal;
import dev.carillon.catalog.input.JobDeclaration;
import dev.carillon.catalog.input.JobReader;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.UUID;
import java.util.function.IntPredicate;
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

/** What kinds of work there are. */
@Path("/jobs")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Jobs", description = "What kinds of work there are")
@APIResponse(responseCode = "400", ref = ApiDescription.PROBLEM)
@APIResponse(responseCode = "422", ref = ApiDescription.PROBLEM)
public class JobResource {

  private static final String FORCE = "force";

  private final Jobs jobs;
  private final Writes writes;
  private final Call call;

  JobResource(Jobs jobs, Writes writes, Call call) {
    this.jobs = jobs;
    this.writes = writes;
    this.call = call;
  }

  @POST
  @Operation(
      operationId = "createJob",
      summary = "Declare a job",
      description =
          "Only key is required. Usable at once; CREATED until a schedule or run names it.")
  @RequestBody(
      required = true,
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = JobView.class),
              examples =
                  @ExampleObject(
                      name = "webhook",
                      value =
                          """
                          {"key":"send-invoices","target":{"type":"HTTP","url":"https://example.org/hooks/invoices"},
                           "retry":{"maxAttempts":5,"backoff":"EXPONENTIAL","initialDelay":"PT1M"}}
                          """)))
  @Parameter(ref = ApiDescription.IDEMPOTENCY_KEY)
  @APIResponse(
      responseCode = "201",
      description = "Declared",
      content = @Content(schema = @Schema(implementation = JobView.class)))
  @APIResponse(responseCode = "409", ref = ApiDescription.PROBLEM)
  public Uni<Response> create(@Parameter(hidden = true) byte @Nullable [] body) {
    call.query().check();
    JobDeclaration declared = JobReader.read(call.json(body));
    return writes.postEntity(
        call,
        body,
        (statements, requester) ->
            jobs.create(statements, requester, declared)
                .map(job -> Answer.created("/jobs/" + job.id(), job).version(job.version())));
  }

  @GET
  @Operation(operationId = "listJobs", summary = "List jobs, newest first")
  @Parameter(ref = ApiDescription.LIMIT)
  @Parameter(ref = ApiDescription.AFTER)
  @APIResponse(
      responseCode = "200",
      description = "A page",
      content = @Content(schema = @Schema(implementation = ApiDescription.JobPage.class)))
  public Uni<Response> list() {
    Query query = call.query(Query.LIMIT, Query.AFTER);
    UUID after = query.after();
    int limit = query.limit();
    query.check();
    return jobs.list(call.tenant(), after, limit).map(query::answer).map(Answer::response);
  }

  @GET
  @Path("/{job}")
  @Operation(operationId = "getJob", summary = "Show a job")
  @Parameter(name = "job", in = ParameterIn.PATH, description = "Its id or key")
  @APIResponse(
      responseCode = "200",
      description = "The job, with its version as ETag",
      content = @Content(schema = @Schema(implementation = JobView.class)))
  @APIResponse(responseCode = "404", ref = ApiDescription.PROBLEM)
  public Uni<Response> get(@PathParam("job") String job) {
    call.query().check();
    return jobs.get(call.tenant(), job).map(JobResource::shown);
  }

  @PATCH
  @Path("/{job}")
  @Operation(
      operationId = "editJob",
      summary = "Edit a job",
      description = "A JSON Merge Patch; a target of another type replaces the whole one.")
  @Parameter(name = "job", in = ParameterIn.PATH, description = "Its id or key")
  @Parameter(ref = ApiDescription.IF_MATCH)
  @RequestBody(
      required = true,
      content =
          @Content(
              mediaType = "application/merge-patch+json",
              schema = @Schema(implementation = JobView.class),
              examples = @ExampleObject(name = "timeout", value = "{\"timeout\":\"PT10M\"}")))
  @APIResponse(
      responseCode = "200",
      description = "The job as it is now",
      content = @Content(schema = @Schema(implementation = JobView.class)))
  @APIResponse(responseCode = "404", ref = ApiDescription.PROBLEM)
  @APIResponse(responseCode = "412", ref = ApiDescription.PROBLEM)
  public Uni<Response> edit(
      @PathParam("job") String job, @Parameter(hidden = true) byte @Nullable [] body) {
    call.query().check();
    ObjectNode patch = call.patch(body);
    IntPredicate expected = call.ifMatch();
    return writes.changeEntity(
        call,
        (statements, requester) ->
            jobs.patch(statements, requester, job, expected, patch)
                .map(edited -> Answer.ok(edited).version(edited.version())));
  }

  @PUT
  @Path("/by-key/{key}")
  @Operation(
      operationId = "putJob",
      summary = "Declare a job by its key",
      description =
          "Creates it, or replaces the whole of it; what is so already stays as it is, and nobody is"
              + " told. An archived job stays archived.")
  @Parameter(name = "key", in = ParameterIn.PATH, description = "Its key")
  @Parameter(ref = ApiDescription.IF_MATCH)
  @RequestBody(
      required = true,
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = JobView.class)))
  @APIResponse(
      responseCode = "200",
      description = "Replaced, or so already",
      content = @Content(schema = @Schema(implementation = JobView.class)))
  @APIResponse(
      responseCode = "201",
      description = "Created",
      content = @Content(schema = @Schema(implementation = JobView.class)))
  @APIResponse(responseCode = "409", ref = ApiDescription.PROBLEM)
  @APIResponse(responseCode = "412", ref = ApiDescription.PROBLEM)
  public Uni<Response> put(
      @PathParam("key") String key, @Parameter(hidden = true) byte @Nullable [] body) {
    call.query().check();
    JobDeclaration declared = JobReader.readByKey(call.json(body), key);
    IntPredicate expected = call.ifMatch();
    return Uni.createFrom()
        .deferred(() -> put(declared, expected))
        // Somebody else created it between the look and the write: looked at anew, it is there.
        .onFailure(JobResource::isOvertaken)
        .retry()
        .atMost(1);
  }

  private Uni<Response> put(JobDeclaration declared, IntPredicate expected) {
    return writes.changeEntity(
        call,
        (statements, requester) ->
            jobs.put(statements, requester, declared, expected).map(JobResource::put));
  }

  private static Answer put(Jobs.Put put) {
    JobView job = put.job();
    return (put.isNew() ? Answer.created("/jobs/" + job.id(), job) : Answer.ok(job))
        .version(job.version());
  }

  private static boolean isOvertaken(Throwable failure) {
    return failure instanceof Refusal refusal && refusal.isAboutExistence();
  }

  @POST
  @Path("/{job}/archive")
  @Operation(
      operationId = "archiveJob",
      summary = "Archive a job",
      description = "It takes no new runs and schedules; what is queued or running finishes.")
  @Parameter(name = "job", in = ParameterIn.PATH, description = "Its id or key")
  @Parameter(
      name = FORCE,
      in = ParameterIn.QUERY,
      description = "Disables the enabled schedules that use it, which else are in the way",
      schema = @Schema(type = SchemaType.BOOLEAN, defaultValue = "false"))
  @Parameter(ref = ApiDescription.IDEMPOTENCY_KEY)
  @APIResponse(
      responseCode = "200",
      description = "The job as it is now",
      content = @Content(schema = @Schema(implementation = JobView.class)))
  @APIResponse(responseCode = "404", ref = ApiDescription.PROBLEM)
  @APIResponse(responseCode = "409", ref = ApiDescription.PROBLEM)
  public Uni<Response> archive(
      @PathParam("job") String job, @Parameter(hidden = true) byte @Nullable [] body) {
    Query query = call.query(FORCE);
    boolean disabling = query.flag(FORCE);
    query.check();
    call.requireNoFields(body);
    IntPredicate expected = call.ifMatch();
    return writes.postEntity(
        call,
        body,
        (statements, requester) ->
            jobs.archive(statements, requester, job, expected, disabling)
                .map(
                    archived ->
                        Answer.ok(archived)
                            .version(archived.version())
                            .then(writes.clockNotice())));
  }

  @POST
  @Path("/{job}/unarchive")
  @Operation(operationId = "unarchiveJob", summary = "Take an archived job into use again")
  @Parameter(name = "job", in = ParameterIn.PATH, description = "Its id or key")
  @Parameter(ref = ApiDescription.IDEMPOTENCY_KEY)
  @APIResponse(
      responseCode = "200",
      description = "The job as it is now",
      content = @Content(schema = @Schema(implementation = JobView.class)))
  @APIResponse(responseCode = "404", ref = ApiDescription.PROBLEM)
  public Uni<Response> unarchive(
      @PathParam("job") String job, @Parameter(hidden = true) byte @Nullable [] body) {
    call.query().check();
    call.requireNoFields(body);
    IntPredicate expected = call.ifMatch();
    return writes.postEntity(
        call,
        body,
        (statements, requester) ->
            jobs.unarchive(statements, requester, job, expected)
                .map(used -> Answer.ok(used).version(used.version())));
  }

  private static Response shown(JobView job) {
    return Answer.ok(job).version(job.version()).response();
  }
}
