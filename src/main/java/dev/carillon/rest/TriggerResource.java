package dev.carillon.rest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.carillon.catalog.Evaluation;
import dev.carillon.catalog.Schedules;
import dev.carillon.catalog.input.FieldErrors;
import dev.carillon.catalog.input.Fields;
import dev.carillon.catalog.input.TriggerReader;
import dev.carillon.time.DstPolicy;
import dev.carillon.time.Preview;
import dev.carillon.time.Timing;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** What a trigger would do, before anything depends on it. */
@Path("/triggers")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Triggers", description = "What a trigger would do")
@APIResponse(responseCode = "400", ref = ApiDescription.PROBLEM)
@APIResponse(responseCode = "422", ref = ApiDescription.PROBLEM)
public class TriggerResource {

  private static final int DEFAULT_COUNT = 5;
  private static final int MOST = 1_000;
  private static final List<String> UNSUPPORTED =
      List.of("calendar", "convention", "jitter", "seed");

  private final Schedules schedules;
  private final InstantSource clock;
  private final Call call;

  TriggerResource(Schedules schedules, InstantSource clock, Call call) {
    this.schedules = schedules;
    this.clock = clock;
    this.call = call;
  }

  /** Evaluating is computing, not waiting, so it is kept off the event loop. */
  @POST
  @Path("/preview")
  @Operation(
      operationId = "previewTrigger",
      summary = "Show what a trigger would do",
      description =
          "Its meaning in words and its next fires after `from` (now). Nothing is stored.")
  @RequestBody(
      required = true,
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = ApiDescription.PreviewRequest.class),
              examples =
                  @ExampleObject(
                      name = "workdays at nine",
                      value =
                          """
                          {"trigger":{"type":"CRON","expression":"0 9 * * MON-FRI"},"timezone":"Europe/Berlin",
                           "from":"2026-01-01T00:00:00Z","count":5}
                          """)))
  @APIResponse(
      responseCode = "200",
      description = "The preview",
      content = @Content(schema = @Schema(implementation = PreviewBody.class)))
  @Blocking
  public Response preview(@Parameter(hidden = true) byte @Nullable [] body) {
    call.query().check();
    call.tenant();
    FieldErrors errors = new FieldErrors();
    Fields fields = Fields.of(json(body), errors);
    TriggerReader.Read trigger = TriggerReader.read(fields);
    ZoneId zone = TriggerReader.timezone(fields);
    DstPolicy dst = TriggerReader.dst(fields);
    Instant from = fields.instant("from");
    Integer count = fields.integer("count", 1, MOST);
    fields.refuseUnsupported(UNSUPPORTED);
    fields.refuseOthers();
    errors.throwIfAny();
    TriggerReader.Read read = Objects.requireNonNull(trigger);
    ZoneId in = zone == null ? schedules.defaultZone() : zone;
    Instant after = from == null ? clock.instant() : from;
    int most = count == null ? DEFAULT_COUNT : count;
    Preview preview =
        Evaluation.bounded("its fires", () -> Preview.of(read.trigger(), in, dst, after, most));
    if (preview.fires().isEmpty()) {
      Evaluation.refuseNever(read.trigger(), Timing.of(in, after, dst), after);
    }
    return Answer.ok(PreviewBody.of(preview)).response();
  }

  private JsonNode json(byte @Nullable [] body) {
    return call.json(body);
  }
}
