package dev.carillon.rest;

import dev.carillon.catalog.CalendarFeeds;
import dev.carillon.catalog.input.FieldErrors;
import dev.carillon.ical.CalendarLinks;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/**
 * A tenant's calendar for applications that cannot sign in: the secret is in its URL, which is
 * therefore kept out of problems and traces ({@link SecretPaths}), and out of the access log by
 * configuration.
 */
@Path("/")
@Tag(name = "Calendar feeds", description = "All schedules as a calendar to subscribe to")
public class FeedResource {

  private static final String ICS = ".ics";

  private final CalendarFeeds feeds;
  private final Writes writes;
  private final Call call;

  FeedResource(CalendarFeeds feeds, Writes writes, Call call) {
    this.feeds = feeds;
    this.writes = writes;
    this.call = call;
  }

  /**
   * @param url on this server
   * @param token shown now and never again
   */
  @Schema(name = "CalendarFeed")
  public record FeedBody(
      @Schema(description = "On this service; whoever knows it reads the calendar") String url,
      @Schema(description = "Shown now and never again") String token,
      Instant createdAt,
      Links links) {

    /**
     * @param google subscribes to it in Google Calendar
     * @param outlook the same in Outlook on the web
     */
    @Schema(name = "CalendarFeedLinks")
    public record Links(String google, String outlook) {}
  }

  @POST
  @Path("/calendar-feeds")
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(
      operationId = "createCalendarFeed",
      summary = "Make the URL of the tenant's calendar, or a new one",
      description =
          "The URL before it is worth nothing at once. No Idempotency-Key is taken: the token is"
              + " kept nowhere, so no answer could be given twice.")
  @APIResponse(
      responseCode = "201",
      description = "The URL, with its token",
      content = @Content(schema = @Schema(implementation = FeedBody.class)))
  @APIResponse(responseCode = "422", ref = ApiDescription.PROBLEM)
  public Uni<Response> create(@Parameter(hidden = true) byte @Nullable [] body) {
    call.query().check();
    call.requireNoFields(body);
    if (call.idempotencyKey() != null) {
      throw FieldErrors.invalid(
          "Idempotency-Key",
          "is not taken here: the token is kept nowhere, so the answer could not be given again;"
              + " send it without, each request makes a new token",
          null);
    }
    String origin = call.origin();
    return writes.post(
        call,
        body,
        (statements, requester) ->
            feeds
                .rotate(statements, requester.tenant())
                .map(
                    feed -> {
                      String url = SecretPaths.FEEDS + feed.token() + ICS;
                      return Answer.created(url, body(feed, url, origin))
                          .with("Cache-Control", "no-store");
                    }));
  }

  private FeedBody body(CalendarFeeds.Feed feed, String url, String origin) {
    return new FeedBody(
        url,
        feed.token(),
        feed.createdAt(),
        new FeedBody.Links(
            CalendarLinks.googleSubscription(origin + url),
            CalendarLinks.outlookSubscription(origin + url, "Carillon")));
  }

  @DELETE
  @Path("/calendar-feeds")
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(
      operationId = "deleteCalendarFeed",
      summary = "Take the URL of the tenant's calendar back")
  @APIResponse(responseCode = "204", description = "It is worth nothing any more")
  @APIResponse(responseCode = "404", ref = ApiDescription.PROBLEM)
  public Uni<Response> delete() {
    call.query().check();
    return writes.changeEntity(
        call,
        (statements, requester) ->
            feeds.revoke(statements, requester.tenant()).map(gone -> Answer.noContent()));
  }

  @GET
  @Path("/feeds/{file}")
  @Produces(CalendarAnswer.MEDIA_TYPE)
  @Operation(
      operationId = "readCalendarFeed",
      summary = "Show a tenant's calendar to whoever knows its URL",
      description =
          "iCalendar (RFC 5545), for no tenant header and nobody signed in: all schedules that"
              + " fire, up to 1,000, with up to 5,000 events that they share fairly.")
  @Parameter(name = "file", in = ParameterIn.PATH, description = "The token and .ics")
  @APIResponse(
      responseCode = "200",
      description = "The calendar, with a tag of its content as ETag",
      content = @Content(mediaType = "text/calendar", schema = @Schema(type = SchemaType.STRING)))
  @APIResponse(responseCode = "304", description = "It is as If-None-Match says")
  @APIResponse(responseCode = "404", ref = ApiDescription.PROBLEM)
  public Uni<Response> feed(@PathParam("file") String file) {
    call.query().check();
    String known = call.header("If-None-Match");
    String token = file.endsWith(ICS) ? file.substring(0, file.length() - ICS.length()) : "";
    return feeds.read(token).map(calendar -> CalendarAnswer.of(calendar, known, "carillon"));
  }
}
