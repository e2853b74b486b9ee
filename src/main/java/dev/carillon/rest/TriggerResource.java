package dev.carillon.rest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.carillon.calendars.CalendarDefinition;
import dev.carillon.calendars.Calendars;
import dev.carillon.catalog.Evaluation;
import dev.carillon.catalog.Schedules;
import dev.carillon.catalog.input.CalendarReader;
import dev.carillon.catalog.input.FieldErrors;
import dev.carillon.catalog.input.Fields;
import dev.carillon.catalog.input.TriggerReader;
import dev.carillon.tenancy.Tenant;
import dev.carillon.tenancy.TenantTransactions;
import dev.carillon.time.DstPolicy;
import dev.carillon.time.Jitter;
import dev.carillon.time.Preview;
import dev.carillon.time.Timing;
import dev.carillon.time.Trigger;
import dev.carillon.time.calendar.BusinessDays;
import dev.carillon.time.calendar.Convention;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.Objects;
import java.util.Set;
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
  private static final Duration LONGEST_JITTER = Duration.ofDays(1);
  private static final String INLINE = "calendar";

  private final Schedules schedules;
  private final TenantTransactions transactions;
  private final InstantSource clock;
  private final Call call;

  TriggerResource(
      Schedules schedules, TenantTransactions transactions, InstantSource clock, Call call) {
    this.schedules = schedules;
    this.transactions = transactions;
    this.clock = clock;
    this.call = call;
  }

  /**
   * What is to be shown.
   *
   * @param calendar the name of a calendar; null: none, or one that was sent along
   * @param days of that which was sent along; null: none was
   * @param convention SKIP where there is a calendar and nothing was said
   * @param from null: now
   */
  private record Asked(
      Trigger trigger,
      ZoneId zone,
      DstPolicy dst,
      @Nullable String calendar,
      @Nullable BusinessDays days,
      Convention convention,
      Jitter jitter,
      @Nullable Instant from,
      int count) {}

  /** Reading and evaluating is computing, not waiting, so it is kept off the event loop. */
  @POST
  @Path("/preview")
  @Operation(
      operationId = "previewTrigger",
      summary = "Show what a trigger would do",
      description =
          "Its meaning in words and its next fires after `from` (now), which bounds them before"
              + " jitter. Where a calendar ends before `count` fires are found, those before it are"
              + " shown and `incomplete` says so. Nothing is stored.")
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
  public Uni<Response> preview(@Parameter(hidden = true) byte @Nullable [] body) {
    call.query().check();
    Tenant tenant = call.tenant();
    JsonNode json = call.json(body);
    return Evaluation.aside(() -> read(json, tenant))
        .flatMap(asked -> withDays(asked, tenant))
        .map(PreviewBody::of)
        .map(Answer::ok)
        .map(Answer::response);
  }

  private Asked read(JsonNode json, Tenant tenant) {
    FieldErrors errors = new FieldErrors();
    Fields fields = Fields.of(json, errors);
    TriggerReader.Read trigger = TriggerReader.read(fields);
    ZoneId zone = TriggerReader.timezone(fields);
    DstPolicy dst = TriggerReader.dst(fields);
    Instant from = fields.instant("from");
    Integer count = fields.integer("count", 1, MOST);
    boolean inline = json.path(INLINE).isObject();
    String calendar = inline ? null : fields.key(INLINE, "DE");
    CalendarDefinition sent = inline ? CalendarReader.inline(fields, INLINE, json) : null;
    Convention convention = fields.choice("convention", Convention.class);
    if (convention != null && !fields.has(INLINE)) {
      fields.wrong(
          "convention",
          "says what becomes of days that a calendar leaves out, and there is no calendar; add one"
              + " or leave the convention out",
          "\"calendar\":\"DE\"");
    }
    Duration jitter = fields.duration("jitter", Duration.ZERO, LONGEST_JITTER, "PT5M");
    String seed = fields.text("seed", 200, "invoices-monthly");
    fields.refuseOthers();
    errors.throwIfAny();
    Convention chosen =
        !fields.has(INLINE)
            ? Convention.UNADJUSTED
            : convention == null ? Convention.SKIP : convention;
    return new Asked(
        Objects.requireNonNull(trigger).trigger(),
        zone == null ? schedules.defaultZone() : zone,
        dst,
        calendar,
        sent == null ? null : sent.with("that was sent", List.of()),
        chosen,
        jitter == null ? Jitter.NONE : Jitter.of(tenant.id(), seed == null ? "" : seed, jitter),
        from,
        count == null ? DEFAULT_COUNT : count);
  }

  private Uni<Preview> withDays(Asked asked, Tenant tenant) {
    String name = asked.calendar;
    if (name == null) {
      return Evaluation.aside(() -> preview(asked, asked.days));
    }
    return transactions
        .statements(tenant, statements -> Calendars.named(statements, tenant.id(), Set.of(name)))
        .flatMap(
            known -> {
              BusinessDays days = known.get(name);
              if (days == null) {
                throw FieldErrors.invalid(
                    "/calendar",
                    "calendar: there is no calendar "
                        + name
                        + ", neither your own nor a built-in one",
                    "DE");
              }
              return Evaluation.aside(() -> preview(asked, days));
            });
  }

  private Preview preview(Asked asked, @Nullable BusinessDays days) {
    Instant after = asked.from == null ? clock.instant() : asked.from;
    Timing timing = new Timing(asked.zone, after, asked.dst, null, null, days, asked.convention);
    Preview preview =
        Evaluation.bounded(
            "its fires", () -> Preview.of(asked.trigger, timing, asked.jitter, after, asked.count));
    if (preview.fires().isEmpty()) {
      Evaluation.refuseNever(asked.trigger, timing, after);
    }
    return preview;
  }
}
