package dev.carillon.rest;

import dev.carillon.catalog.CalendarExport;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** A schedule as calendar applications read it. */
@Path("/schedules")
@Tag(name = "Schedules", description = "When work is done")
public class CalendarExportResource {

  private final CalendarExport export;
  private final Call call;

  CalendarExportResource(CalendarExport export, Call call) {
    this.export = export;
    this.call = call;
  }

  @GET
  @Path("/{schedule}/calendar.ics")
  @Produces(CalendarAnswer.MEDIA_TYPE)
  @Operation(
      operationId = "exportScheduleCalendar",
      summary = "Show a schedule as a calendar",
      description =
          "iCalendar (RFC 5545): one recurring event where calendar applications read the rule as"
              + " we do, else an event for each fire of the coming year, at most 1,000. Of a"
              + " FIXED_DELAY the next fire alone. The events of a disabled schedule are cancelled.")
  @Parameter(name = "schedule", in = ParameterIn.PATH, description = "Its id or key")
  @APIResponse(
      responseCode = "200",
      description = "The calendar, with a tag of its content as ETag",
      content = @Content(mediaType = "text/calendar", schema = @Schema(type = SchemaType.STRING)))
  @APIResponse(responseCode = "304", description = "It is as If-None-Match says")
  @APIResponse(responseCode = "404", ref = ApiDescription.PROBLEM)
  @APIResponse(responseCode = "422", ref = ApiDescription.PROBLEM)
  public Uni<Response> calendar(@PathParam("schedule") String schedule) {
    call.query().check();
    String known = call.header("If-None-Match");
    String file = schedule.replaceAll("[^A-Za-z0-9._-]", "-");
    return export
        .of(call.tenant(), schedule)
        .map(calendar -> CalendarAnswer.of(calendar, known, file));
  }
}
