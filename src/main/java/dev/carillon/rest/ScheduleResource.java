package dev.carillon.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carillon.catalog.Refusal;
import dev.carillon.catalog.ScheduleDraft;
import dev.carillon.catalog.ScheduleEdits;
import dev.carillon.catalog.ScheduleView;
import dev.carillon.catalog.Schedules;
import dev.carillon.catalog.input.FieldErrors;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
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

/** When work is done. */
@Path("/schedules")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Schedules", description = "When work is done")
@APIResponse(responseCode = "400", ref = ApiDescription.PROBLEM)
@APIResponse(responseCode = "422", ref = ApiDescription.PROBLEM)
public class ScheduleResource {

  private static final String FROM = "from";
  private static final String TO = "to";

  /** More often than that, two clients keep creating and deleting it. */
  private static final int MOST_OVERTAKEN = 3;

  private final Schedules schedules;
  private final ScheduleEdits edits;
  private final InstantSource clock;
  private final Writes writes;
  private final Call call;

  ScheduleResource(
      Schedules schedules, ScheduleEdits edits, InstantSource clock, Writes writes, Call call) {
    this.schedules = schedules;
    this.edits = edits;
    this.clock = clock;
    this.writes = writes;
    this.call = call;
  }

  @POST
  @Operation(
      operationId = "createSchedule",
      summary = "Declare a schedule",
      description = "trigger, and jobKey or target, are required.")
  @RequestBody(
      required = true,
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = ScheduleView.class),
              examples =
                  @ExampleObject(
                      name = "workdays at nine",
                      value =
                          """
                          {"key":"invoices-daily","jobKey":"send-invoices","timezone":"Europe/Berlin",
                           "trigger":{"type":"CRON","expression":"0 9 * * MON-FRI"}}
                          """)))
  @Parameter(ref = ApiDescription.IDEMPOTENCY_KEY)
  @APIResponse(
      responseCode = "201",
      description = "Declared",
      content = @Content(schema = @Schema(implementation = ScheduleView.class)))
  @APIResponse(responseCode = "409", ref = ApiDescription.PROBLEM)
  public Uni<Response> create(@Parameter(hidden = true) byte @Nullable [] body) {
    call.query().check();
    return writes.postEntity(
        call,
        body,
        schedules.draft(call.tenant(), call.json(body)),
        (statements, requester, draft) ->
            schedules
                .create(statements, requester, draft)
                .map(
                    schedule ->
                        Answer.created("/schedules/" + schedule.id(), schedule)
                            .version(schedule.version())
                            .then(writes.clockNotice())));
  }

  @GET
  @Operation(operationId = "listSchedules", summary = "List schedules, newest first")
  @Parameter(ref = ApiDescription.LIMIT)
  @Parameter(ref = ApiDescription.AFTER)
  @APIResponse(
      responseCode = "200",
      description = "A page",
      content = @Content(schema = @Schema(implementation = ApiDescription.SchedulePage.class)))
  public Uni<Response> list() {
    Query query = call.query(Query.LIMIT, Query.AFTER);
    UUID after = query.after();
    int limit = query.limit();
    query.check();
    return schedules.list(call.tenant(), after, limit).map(query::answer).map(Answer::response);
  }

  @GET
  @Path("/{schedule}")
  @Operation(operationId = "getSchedule", summary = "Show a schedule")
  @Parameter(name = "schedule", in = ParameterIn.PATH, description = "Its id or key")
  @APIResponse(
      responseCode = "200",
      description = "The schedule, with its version as ETag",
      content = @Content(schema = @Schema(implementation = ScheduleView.class)))
  @APIResponse(responseCode = "404", ref = ApiDescription.PROBLEM)
  public Uni<Response> get(@PathParam("schedule") String schedule) {
    call.query().check();
    return schedules
        .get(call.tenant(), schedule)
        .map(ScheduleResource::shown)
        .map(Answer::response);
  }

  @GET
  @Path("/{schedule}/fires")
  @Operation(
      operationId = "listScheduleFires",
      summary = "Show when a schedule fires",
      description =
          "Its meaning in words and its fires after `from` up to `to`, in order. Of those to come"
              + " only what becomes a run: neither what was skipped nor more than its maxRuns leave."
              + " A disabled one shows what it would do; a FIXED_DELAY, what it does if its runs take"
              + " no time. `from` and `to` bound the instants before jitter, which then puts each off:"
              + " what is shown may lie after `to`. Where a calendar ends before the fires do, those"
              + " before it are shown and `incomplete` says so; with a `to` beyond it that is a 422.")
  @Parameter(name = "schedule", in = ParameterIn.PATH, description = "Its id or key")
  @Parameter(
      name = FROM,
      in = ParameterIn.QUERY,
      description = "Exclusive, before jitter; absent: now",
      schema = @Schema(type = SchemaType.STRING, format = "date-time"))
  @Parameter(
      name = TO,
      in = ParameterIn.QUERY,
      description = "Inclusive, before jitter; absent: as far as is known",
      schema = @Schema(type = SchemaType.STRING, format = "date-time"))
  @Parameter(ref = ApiDescription.LIMIT)
  @APIResponse(
      responseCode = "200",
      description = "The fires",
      content = @Content(schema = @Schema(implementation = PreviewBody.class)))
  @APIResponse(responseCode = "404", ref = ApiDescription.PROBLEM)
  public Uni<Response> fires(@PathParam("schedule") String schedule) {
    Query query = call.query(FROM, TO, Query.LIMIT);
    Instant asked = query.fireInstant(FROM);
    Instant from = asked == null ? clock.instant() : asked;
    Instant to = query.fireInstant(TO);
    int limit = query.limit();
    if (to != null && to.isBefore(from)) {
      String reason =
          asked == null ? " is past, and from is now where it is absent" : " lies before from";
      query.wrong(TO, to + reason, from.plus(Duration.ofDays(1)).toString());
    }
    query.check();
    return schedules
        .fires(call.tenant(), schedule, from, to, limit)
        .map(preview -> Answer.ok(PreviewBody.of(preview)))
        .map(Answer::response);
  }

  @PATCH
  @Path("/{schedule}")
  @Operation(
      operationId = "editSchedule",
      summary = "Edit a schedule",
      description =
          "A JSON Merge Patch; a trigger or target of another type replaces the whole one. Fires"
              + " that are planned and not yet due are withdrawn and planned anew.")
  @Parameter(name = "schedule", in = ParameterIn.PATH, description = "Its id or key")
  @Parameter(ref = ApiDescription.IF_MATCH)
  @RequestBody(
      required = true,
      content =
          @Content(
              mediaType = "application/merge-patch+json",
              schema = @Schema(implementation = ScheduleView.class),
              examples =
                  @ExampleObject(
                      name = "an hour later",
                      value = "{\"trigger\":{\"expression\":\"0 10 * * MON-FRI\"}}")))
  @APIResponse(
      responseCode = "200",
      description = "The schedule as it is now",
      content = @Content(schema = @Schema(implementation = ScheduleView.class)))
  @APIResponse(responseCode = "404", ref = ApiDescription.PROBLEM)
  @APIResponse(responseCode = "412", ref = ApiDescription.PROBLEM)
  public Uni<Response> edit(
      @PathParam("schedule") String schedule, @Parameter(hidden = true) byte @Nullable [] body) {
    call.query().check();
    ObjectNode patch = call.patch(body);
    IntPredicate expected = call.ifMatch();
    return writes.changeEntity(
        call,
        edits.draft(call.tenant(), schedule, expected, patch),
        (statements, requester, draft) ->
            edits.patch(statements, requester, schedule, expected, patch, draft).map(this::edited));
  }

  @DELETE
  @Path("/{schedule}")
  @Operation(
      operationId = "deleteSchedule",
      summary = "Delete a schedule",
      description = "What is due or running finishes; its runs stay, its key is free.")
  @Parameter(name = "schedule", in = ParameterIn.PATH, description = "Its id or key")
  @Parameter(ref = ApiDescription.IF_MATCH)
  @APIResponse(responseCode = "204", description = "Deleted")
  @APIResponse(responseCode = "404", ref = ApiDescription.PROBLEM)
  @APIResponse(responseCode = "412", ref = ApiDescription.PROBLEM)
  public Uni<Response> delete(@PathParam("schedule") String schedule) {
    call.query().check();
    IntPredicate expected = call.ifMatch();
    return writes.changeEntity(
        call,
        (statements, requester) ->
            edits
                .delete(statements, requester, schedule, expected)
                .map(gone -> Answer.noContent().then(writes.clockNotice())));
  }

  @PUT
  @Path("/by-key/{key}")
  @Operation(
      operationId = "putSchedule",
      summary = "Declare a schedule by its key",
      description =
          "Creates it, or replaces the whole of it; what is so already stays as it is, and nobody is"
              + " told. `enabled` and `note`, where they are absent, stay as somebody has set them.")
  @Parameter(name = "key", in = ParameterIn.PATH, description = "Its key")
  @Parameter(ref = ApiDescription.IF_MATCH)
  @RequestBody(
      required = true,
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = ScheduleView.class)))
  @APIResponse(
      responseCode = "200",
      description = "Replaced, or so already",
      content = @Content(schema = @Schema(implementation = ScheduleView.class)))
  @APIResponse(
      responseCode = "201",
      description = "Created",
      content = @Content(schema = @Schema(implementation = ScheduleView.class)))
  @APIResponse(responseCode = "409", ref = ApiDescription.PROBLEM)
  @APIResponse(responseCode = "412", ref = ApiDescription.PROBLEM)
  public Uni<Response> put(
      @PathParam("key") String key, @Parameter(hidden = true) byte @Nullable [] body) {
    call.query().check();
    JsonNode document = call.json(body);
    requireKey(document, key);
    IntPredicate expected = call.ifMatch();
    return Uni.createFrom()
        .deferred(() -> put(key, document, expected))
        // Somebody else created or deleted it between the look and the write: looked at anew.
        .onFailure(ScheduleResource::isOvertaken)
        .retry()
        .atMost(MOST_OVERTAKEN);
  }

  /** What a document is to become: of a schedule that is there, or a new one. */
  private record Declared(ScheduleDraft draft, boolean isNew) {}

  private Uni<Response> put(String key, JsonNode document, IntPredicate expected) {
    return writes.changeEntity(
        call,
        declared(key, document, expected),
        (statements, requester, declared) ->
            declared.isNew
                ? schedules
                    .create(statements, requester, declared.draft)
                    .map(
                        made ->
                            Answer.created("/schedules/" + made.id(), made)
                                .version(made.version())
                                .then(writes.clockNotice()))
                : edits
                    .replace(statements, requester, key, expected, document, declared.draft)
                    .map(this::edited));
  }

  private Uni<Declared> declared(String key, JsonNode document, IntPredicate expected) {
    return edits
        .draftByKey(call.tenant(), key, document)
        .flatMap(
            present ->
                present != null
                    ? Uni.createFrom().item(new Declared(present, false))
                    : created(key, document, expected));
  }

  private Uni<Declared> created(String key, JsonNode document, IntPredicate expected) {
    Refusal.requireMayCreate("schedule", key, expected);
    return schedules
        .draft(call.tenant(), withKey(document, key))
        .map(draft -> new Declared(draft, true));
  }

  private static JsonNode withKey(JsonNode document, String key) {
    return document instanceof ObjectNode object ? object.deepCopy().put("key", key) : document;
  }

  private static void requireKey(JsonNode document, String key) {
    JsonNode own = document.path("key");
    if (!own.isMissingNode() && !own.asText().equals(key)) {
      throw FieldErrors.invalid("/key", "key: is not the one in the path; leave it out", key);
    }
  }

  private static boolean isOvertaken(Throwable failure) {
    return failure instanceof Refusal refusal && refusal.isAboutExistence();
  }

  private Answer edited(ScheduleView schedule) {
    return shown(schedule).then(writes.clockNotice());
  }

  private static Answer shown(ScheduleView schedule) {
    return Answer.ok(schedule).version(schedule.version());
  }
}
