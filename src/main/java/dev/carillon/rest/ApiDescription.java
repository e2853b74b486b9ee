package dev.carillon.rest;

import dev.carillon.catalog.CalendarView;
import dev.carillon.catalog.GroupView;
import dev.carillon.catalog.JobView;
import dev.carillon.catalog.RunView;
import dev.carillon.catalog.ScheduleView;
import dev.carillon.catalog.TriggerSchema;
import dev.carillon.schedule.OverlapPolicy;
import dev.carillon.time.DstGap;
import dev.carillon.time.DstOverlap;
import dev.carillon.time.calendar.Convention;
import jakarta.ws.rs.core.Application;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Components;
import org.eclipse.microprofile.openapi.annotations.OpenAPIDefinition;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.info.Info;
import org.eclipse.microprofile.openapi.annotations.info.License;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jspecify.annotations.Nullable;

/** What the API's description says of all endpoints, and the shapes that only it needs. */
@OpenAPIDefinition(
    info =
        @Info(
            title = "Carillon",
            version = "0.1",
            description =
                "An event-driven, multi-tenant job scheduler. Instants are RFC 3339 in UTC, durations"
                    + " ISO 8601. Unknown fields and query parameters are refused by name. Errors are"
                    + " problems (RFC 9457). In local mode the header X-Tenant-Id names the tenant,"
                    + " default where it is absent.",
            license =
                @License(
                    name = "Apache-2.0",
                    url = "https://www.apache.org/licenses/LICENSE-2.0.txt")),
    components =
        @Components(
            parameters = {
              @Parameter(
                  name = Query.LIMIT,
                  in = ParameterIn.QUERY,
                  description = "How many at most",
                  schema =
                      @Schema(
                          type = SchemaType.INTEGER,
                          minimum = "1",
                          maximum = "1000",
                          defaultValue = "50")),
              @Parameter(
                  name = Query.AFTER,
                  in = ParameterIn.QUERY,
                  description = "The next of the page before",
                  schema = @Schema(type = SchemaType.STRING)),
              @Parameter(
                  name = "If-Match",
                  in = ParameterIn.HEADER,
                  description = "The ETag that was read; 412 when it is no longer current",
                  schema = @Schema(type = SchemaType.STRING, example = "\"1\"")),
              @Parameter(
                  name = "Idempotency-Key",
                  in = ParameterIn.HEADER,
                  description =
                      "Sent again with the same key within 24 h, the first answer is given",
                  schema = @Schema(type = SchemaType.STRING, maxLength = 255))
            },
            responses =
                @APIResponse(
                    name = "Problem",
                    description = "What went wrong, where, and an example of what is right",
                    content =
                        @Content(
                            mediaType = Problems.MEDIA_TYPE,
                            schema = @Schema(implementation = ApiDescription.Problem.class),
                            examples =
                                @ExampleObject(
                                    name = "a malformed cron expression",
                                    value =
                                        """
                                        {"type":"urn:carillon:problem:validation",
                                         "title":"The request is readable, but wrong","status":422,
                                         "instance":"/schedules",
                                         "errors":[{"pointer":"/trigger/expression","position":2,
                                           "message":"expression: 25 is not an hour, 0 to 23",
                                           "example":"0 9 * * MON-FRI"}]}
                                        """)))))
public class ApiDescription extends Application {

  static final String LIMIT = "#/components/parameters/limit";
  static final String AFTER = "#/components/parameters/after";
  static final String IF_MATCH = "#/components/parameters/If-Match";
  static final String IDEMPOTENCY_KEY = "#/components/parameters/Idempotency-Key";
  static final String PROBLEM = "#/components/responses/Problem";

  /** A page of jobs. */
  @Schema(name = "JobPage")
  public record JobPage(List<JobView> items, @Nullable String next) {}

  /** A page of schedules. */
  @Schema(name = "SchedulePage")
  public record SchedulePage(List<ScheduleView> items, @Nullable String next) {}

  /** A page of calendars. */
  @Schema(name = "CalendarPage")
  public record CalendarPage(List<CalendarView> items, @Nullable String next) {}

  /** A page of runs. */
  @Schema(name = "RunPage")
  public record RunPage(List<RunView> items, @Nullable String next) {}

  /** A page of groups. */
  @Schema(name = "GroupPage")
  public record GroupPage(List<GroupView> items, @Nullable String next) {}

  /** The body of a trigger by hand. */
  @Schema(name = "TriggerNow")
  public record TriggerNow(
      @Nullable Map<String, Object> params,
      @Nullable String dedupeKey,
      @Schema(description = "Instead of the schedule's own")
          @Nullable OverlapPolicy overlapPolicy) {}

  /** The body of a preview. */
  @Schema(name = "PreviewRequest")
  public record PreviewRequest(
      @Schema(required = true) TriggerSchema trigger,
      @Nullable String timezone,
      @Schema(description = "Exclusive; absent: now") @Nullable Instant from,
      @Schema(minimum = "1", maximum = "1000", defaultValue = "5") @Nullable Integer count,
      @Schema(description = "Absent: what the kind of trigger does by itself")
          @Nullable DstGap dstGap,
      @Schema(defaultValue = "FIRST") @Nullable DstOverlap dstOverlap,
      @Schema(
              implementation = Object.class,
              example = "DE",
              description =
                  "A calendar's name, or an object with weekend and holidays as in a calendar")
          @Nullable Object calendar,
      @Schema(defaultValue = "SKIP", description = "Only with a calendar")
          @Nullable Convention convention,
      @Schema(
              type = SchemaType.STRING,
              format = "duration",
              example = "PT5M",
              description = "By how much fires are put off at most")
          @Nullable String jitter,
      @Schema(description = "For jitter: the schedule's key, for the same fires as it has")
          @Nullable String seed) {}

  /** RFC 9457. */
  @Schema(name = "Problem")
  public record Problem(
      String type,
      String title,
      int status,
      @Nullable String detail,
      @Nullable String instance,
      @Nullable List<ProblemError> errors) {}

  /** One thing that is wrong. */
  @Schema(name = "ProblemError")
  public record ProblemError(
      @Schema(description = "JSON Pointer into the body, or ?name of a query parameter")
          String pointer,
      @Schema(description = "0-based, in the text of the field") @Nullable Integer position,
      String message,
      @Nullable String example) {}
}
