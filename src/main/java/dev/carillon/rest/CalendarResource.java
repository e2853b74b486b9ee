package dev.carillon.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carillon.catalog.CalendarEdits;
import dev.carillon.catalog.CalendarEdits.Written;
import dev.carillon.catalog.CalendarLookup;
import dev.carillon.catalog.CalendarView;
import dev.carillon.catalog.CalendarYear;
import dev.carillon.catalog.Evaluation;
import dev.carillon.catalog.input.CalendarDeclaration;
import dev.carillon.catalog.input.CalendarImport;
import dev.carillon.catalog.input.CalendarImport.Imported;
import dev.carillon.catalog.input.CalendarReader;
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
import java.time.LocalDate;
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

/** Which days count. */
@Path("/calendars")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Calendars", description = "Which days count")
@APIResponse(responseCode = "400", ref = ApiDescription.PROBLEM)
@APIResponse(responseCode = "422", ref = ApiDescription.PROBLEM)
public class CalendarResource {

  private static final String BUILT_IN = "builtin";

  private final CalendarEdits edits;
  private final CalendarLookup lookup;
  private final Writes writes;
  private final Call call;

  CalendarResource(CalendarEdits edits, CalendarLookup lookup, Writes writes, Call call) {
    this.edits = edits;
    this.lookup = lookup;
    this.writes = writes;
    this.call = call;
  }

  /** What an import answers. */
  @Schema(name = "CalendarImport")
  public record ImportBody(
      CalendarView calendar,
      @Schema(description = "How many all-day events became holidays") int events,
      Skipped skipped) {}

  /** What of a file is left out. */
  @Schema(name = "CalendarImportSkipped")
  public record Skipped(
      @Schema(description = "Events with a time of day") int timed, int cancelled) {}

  @POST
  @Operation(
      operationId = "createCalendar",
      summary = "Declare a calendar",
      description =
          "Only name is required. One of the name of a shared or built-in calendar stands in its"
              + " place, for this tenant.")
  @RequestBody(
      required = true,
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = CalendarView.class),
              examples =
                  @ExampleObject(
                      name = "a company in Munich",
                      value =
                          """
                          {"name":"acme-munich","builtin":"DE-BY",
                           "holidays":[{"rule":"08-15","name":"Assumption Day"},
                                       {"rule":"12-24","name":"Christmas Eve"},"2026-05-15"]}
                          """)))
  @Parameter(ref = ApiDescription.IDEMPOTENCY_KEY)
  @APIResponse(
      responseCode = "201",
      description = "Declared",
      content = @Content(schema = @Schema(implementation = CalendarView.class)))
  @APIResponse(responseCode = "409", ref = ApiDescription.PROBLEM)
  public Uni<Response> create(@Parameter(hidden = true) byte @Nullable [] body) {
    call.query().check();
    JsonNode json = call.json(body);
    return writes.post(
        call,
        body,
        Evaluation.aside(() -> CalendarReader.read(json)),
        (statements, requester, declared) ->
            edits.create(statements, requester, declared).map(this::answer));
  }

  @GET
  @Operation(
      operationId = "listCalendars",
      summary = "List calendars",
      description =
          "The tenant's own and shared ones, newest first; with builtin, the built-in ones by name."
              + " Without their holidays.")
  @Parameter(
      name = BUILT_IN,
      in = ParameterIn.QUERY,
      description = "true: all built-in ones; a country's code: it and its parts",
      schema = @Schema(type = SchemaType.STRING, example = "DE"))
  @Parameter(ref = ApiDescription.LIMIT)
  @Parameter(ref = ApiDescription.AFTER)
  @APIResponse(
      responseCode = "200",
      description = "A page",
      content = @Content(schema = @Schema(implementation = ApiDescription.CalendarPage.class)))
  public Uni<Response> list() {
    Query query = call.query(BUILT_IN, Query.LIMIT, Query.AFTER);
    String builtIn = query.text(BUILT_IN);
    UUID after = query.after();
    int limit = query.limit();
    query.check();
    return (builtIn == null || builtIn.equals("false")
            ? lookup.list(call.tenant(), after, limit)
            : CalendarLookup.builtIn(builtIn.equals("true") ? null : builtIn, after, limit))
        .map(query::answer)
        .map(Answer::response);
  }

  @GET
  @Path("/{name}")
  @Operation(
      operationId = "getCalendar",
      summary = "Show a calendar",
      description = "The tenant's own of the name, else the shared one, else the built-in one.")
  @APIResponse(
      responseCode = "200",
      description = "The calendar, with its version as ETag",
      content = @Content(schema = @Schema(implementation = CalendarView.class)))
  @APIResponse(responseCode = "404", ref = ApiDescription.PROBLEM)
  public Uni<Response> get(@PathParam("name") String name) {
    call.query().check();
    return lookup.get(call.tenant(), name).map(CalendarResource::shown).map(Answer::response);
  }

  @GET
  @Path("/{name}/holidays")
  @Operation(
      operationId = "getCalendarHolidays",
      summary = "Show what a calendar makes of a year",
      description = "Its holidays, with those of all that it includes; also of built-in ones.")
  @Parameter(
      name = "year",
      in = ParameterIn.QUERY,
      description = "Absent: the present one",
      schema = @Schema(type = SchemaType.INTEGER, minimum = "1900", maximum = "9999"))
  @APIResponse(
      responseCode = "200",
      description = "The year",
      content = @Content(schema = @Schema(implementation = CalendarYear.class)))
  @APIResponse(responseCode = "404", ref = ApiDescription.PROBLEM)
  public Uni<Response> holidays(@PathParam("name") String name) {
    Query query = call.query("year");
    Integer year = query.year("year");
    query.check();
    return lookup.year(call.tenant(), name, year).map(Answer::ok).map(Answer::response);
  }

  @PUT
  @Path("/{name}")
  @Operation(
      operationId = "putCalendar",
      summary = "Create or replace a calendar",
      description = "The same again changes nothing.")
  @Parameter(ref = ApiDescription.IF_MATCH)
  @RequestBody(
      required = true,
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = CalendarView.class),
              examples =
                  @ExampleObject(
                      name = "weekends",
                      value = "{\"weekend\":[\"SATURDAY\",\"SUNDAY\"]}")))
  @APIResponse(
      responseCode = "200",
      description = "The calendar as it is now",
      content = @Content(schema = @Schema(implementation = CalendarView.class)))
  @APIResponse(responseCode = "201", description = "Declared")
  @APIResponse(responseCode = "412", ref = ApiDescription.PROBLEM)
  public Uni<Response> put(
      @PathParam("name") String name, @Parameter(hidden = true) byte @Nullable [] body) {
    call.query().check();
    JsonNode json = call.json(body);
    IntPredicate expected = call.ifMatch();
    return writes.change(
        call,
        Evaluation.aside(() -> named(name, json)),
        (statements, requester, declared) ->
            edits.put(statements, requester, declared, expected).map(this::answer));
  }

  @PATCH
  @Path("/{name}")
  @Operation(
      operationId = "editCalendar",
      summary = "Edit a calendar",
      description =
          "A JSON Merge Patch; lists are replaced as a whole. The next fires of all schedules that"
              + " use it, also through others, are worked out anew.")
  @Parameter(ref = ApiDescription.IF_MATCH)
  @RequestBody(
      required = true,
      content =
          @Content(
              mediaType = "application/merge-patch+json",
              schema = @Schema(implementation = CalendarView.class),
              examples = @ExampleObject(name = "validity", value = "{\"validTo\":\"2027-12-31\"}")))
  @APIResponse(
      responseCode = "200",
      description = "The calendar as it is now",
      content = @Content(schema = @Schema(implementation = CalendarView.class)))
  @APIResponse(responseCode = "404", ref = ApiDescription.PROBLEM)
  @APIResponse(
      responseCode = "409",
      description = "Shared and built-in ones are not changed here",
      ref = ApiDescription.PROBLEM)
  @APIResponse(responseCode = "412", ref = ApiDescription.PROBLEM)
  public Uni<Response> edit(
      @PathParam("name") String name, @Parameter(hidden = true) byte @Nullable [] body) {
    call.query().check();
    ObjectNode patch = call.patch(body);
    IntPredicate expected = call.ifMatch();
    return writes.change(
        call,
        Uni.createFrom().voidItem(),
        (statements, requester, nothing) ->
            edits.patch(statements, requester, name, expected, patch).map(this::answer));
  }

  @DELETE
  @Path("/{name}")
  @Operation(
      operationId = "deleteCalendar",
      summary = "Delete a calendar",
      description = "Not while schedules or other calendars of the tenant use it.")
  @Parameter(ref = ApiDescription.IF_MATCH)
  @APIResponse(responseCode = "204", description = "Deleted")
  @APIResponse(responseCode = "404", ref = ApiDescription.PROBLEM)
  @APIResponse(responseCode = "409", ref = ApiDescription.PROBLEM)
  @APIResponse(responseCode = "412", ref = ApiDescription.PROBLEM)
  public Uni<Response> delete(@PathParam("name") String name) {
    call.query().check();
    IntPredicate expected = call.ifMatch();
    return writes.change(
        call,
        Uni.createFrom().voidItem(),
        (statements, requester, nothing) ->
            edits.delete(statements, requester, name, expected).replaceWith(Answer::noContent));
  }

  @POST
  @Path("/import")
  @Operation(
      operationId = "importCalendar",
      summary = "Make a calendar of an iCalendar file",
      description =
          "All-day events become holidays with explicit dates, those of several days on each of"
              + " them; what recurs is expanded. Timed and cancelled events are left out and"
              + " counted. Nothing is fetched from anywhere.")
  @Parameter(
      name = "name",
      in = ParameterIn.QUERY,
      required = true,
      description = "The calendar's name",
      schema = @Schema(type = SchemaType.STRING))
  @Parameter(
      name = "replace",
      in = ParameterIn.QUERY,
      description =
          "true: an existing one gets the file's holidays and validity in place of its own, and"
              + " keeps the rest",
      schema = @Schema(type = SchemaType.BOOLEAN, defaultValue = "false"))
  @Parameter(
      name = "validFrom",
      in = ParameterIn.QUERY,
      description = "Absent: the first day of the file's first year",
      schema = @Schema(type = SchemaType.STRING, format = "date"))
  @Parameter(
      name = "validTo",
      in = ParameterIn.QUERY,
      description =
          "Absent: the last day of the file's last year; required where events recur without end",
      schema = @Schema(type = SchemaType.STRING, format = "date"))
  @RequestBody(
      required = true,
      content = @Content(mediaType = "text/calendar", schema = @Schema(type = SchemaType.STRING)))
  @APIResponse(
      responseCode = "201",
      description = "Made; 200 where one was replaced",
      content = @Content(schema = @Schema(implementation = ImportBody.class)))
  @APIResponse(responseCode = "409", ref = ApiDescription.PROBLEM)
  @APIResponse(responseCode = "413", ref = ApiDescription.PROBLEM)
  public Uni<Response> importFile(@Parameter(hidden = true) byte @Nullable [] body) {
    Query query = call.query("name", "replace", "validFrom", "validTo");
    String name = query.text("name");
    boolean replace = query.flag("replace");
    LocalDate from = query.date("validFrom");
    LocalDate to = query.date("validTo");
    if (name == null || !CalendarReader.isName(name)) {
      query.wrong(
          "name",
          "is required: 1 to 128 of A-Z, a-z, 0-9, '.', '_', ':' and '-', not UUID-shaped",
          CalendarReader.NAME_EXAMPLE);
    }
    if (from != null && to != null && to.isBefore(from)) {
      query.wrong("validTo", "lies before validFrom", from.plusYears(1).toString());
    }
    query.check();
    byte[] file = call.iCalendar(body);
    return writes.post(
        call,
        body,
        Evaluation.aside(() -> CalendarImport.read(file, from, to)),
        (statements, requester, imported) ->
            edits
                .importInto(statements, requester, String.valueOf(name), imported, replace)
                .map(written -> answer(written, imported)));
  }

  private static CalendarDeclaration named(String name, JsonNode json) {
    if (!CalendarReader.isName(name)) {
      throw FieldErrors.invalid(
          "/name", "name: " + name + " cannot be a calendar's name", CalendarReader.NAME_EXAMPLE);
    }
    CalendarDeclaration declared = CalendarReader.read(json, name);
    if (!declared.name().equals(name)) {
      throw FieldErrors.invalid("/name", "name: differs from the one in the path", name);
    }
    return declared;
  }

  private Answer answer(Written written) {
    return told(written, shown(written.view()));
  }

  private Answer answer(Written written, Imported imported) {
    ImportBody body =
        new ImportBody(
            written.view(), imported.events(), new Skipped(imported.timed(), imported.cancelled()));
    Answer answer = Answer.ok(body);
    Integer version = written.view().version();
    return told(written, version == null ? answer : answer.version(version));
  }

  private Answer told(Written written, Answer shown) {
    Answer told = written.changed() ? shown.then(writes.clockNotice()) : shown;
    return written.created() ? told.asCreated("/calendars/" + written.view().name()) : told;
  }

  /** A built-in one has no version. */
  private static Answer shown(CalendarView view) {
    Integer version = view.version();
    return version == null ? Answer.ok(view) : Answer.ok(view).version(version);
  }
}
