package dev.carillon.rest;

import dev.carillon.broker.CloudEvents;
import dev.carillon.broker.EventFeed;
import dev.carillon.broker.EventMessage;
import dev.carillon.broker.EventsForgottenException;
import dev.carillon.catalog.input.FieldErrors;
import dev.carillon.catalog.input.Fields;
import dev.carillon.tenancy.Tenant;
import io.smallrye.mutiny.Multi;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What happens, as it happens, to whoever watches. A reader that falls too far behind is let go,
 * and may come back with the id that it saw last.
 */
@Path("/events")
@Tag(name = "Events", description = "What happens, as it happens")
@APIResponse(responseCode = "422", ref = ApiDescription.PROBLEM)
public class EventResource {

  private static final Logger LOG = Logger.getLogger(EventResource.class);

  /** Below the idle timeouts that proxies commonly have (30 s and more). */
  private static final Duration HEARTBEAT = Duration.ofSeconds(15);

  private final EventFeed feed;
  private final OpenStreams streams;
  private final Call call;
  private final Sse sse;
  private final String source;

  EventResource(
      EventFeed feed,
      OpenStreams streams,
      Call call,
      @Context Sse sse,
      @ConfigProperty(name = "carillon.instance", defaultValue = "local") String instance) {
    this.feed = feed;
    this.streams = streams;
    this.call = call;
    this.sse = sse;
    this.source = "/carillon/" + instance;
  }

  @GET
  @Produces(MediaType.SERVER_SENT_EVENTS)
  @Operation(
      operationId = "streamEvents",
      summary = "Follow events",
      description =
          "Server-sent events; each one's data is a CloudEvent 1.0 as JSON. A comment comes every"
              + " 15 seconds.")
  @Parameter(
      name = "type",
      in = ParameterIn.QUERY,
      description = "Only this type, for example scheduler.run.succeeded; may be repeated",
      schema = @Schema(implementation = String.class))
  @Parameter(
      name = "subject",
      in = ParameterIn.QUERY,
      description = "Only this subject, for example runs/019a…; may be repeated",
      schema = @Schema(implementation = String.class))
  @Parameter(
      name = "Last-Event-ID",
      in = ParameterIn.HEADER,
      description = "Go on after this event",
      schema = @Schema(implementation = UUID.class))
  @APIResponse(
      responseCode = "200",
      description = "The stream",
      content = @Content(mediaType = MediaType.SERVER_SENT_EVENTS))
  @APIResponse(responseCode = "410", ref = ApiDescription.PROBLEM)
  public Multi<OutboundSseEvent> stream() {
    Query query = call.query("type", "subject");
    query.check();
    Tenant tenant = call.tenant();
    UUID lastSeen = lastSeen();
    requireRemembered(tenant, lastSeen);
    List<String> types = query.texts("type");
    List<String> subjects = query.texts("subject");
    Multi<OutboundSseEvent> events =
        feed.of(tenant.id(), lastSeen)
            .filter(event -> isAsked(types, event.type()) && isAsked(subjects, event.subject()))
            .map(this::rendered);
    return Multi.createBy()
        .merging()
        .streams(comments(), events, streams.untilShutdown())
        .onFailure()
        .invoke(failure -> LOG.debugf("a reader of events is let go: %s", failure.getMessage()))
        .onFailure()
        .recoverWithCompletion();
  }

  /**
   * Asks before the stream begins, because its status has gone out by then. A feed that finds out
   * later ends the stream; the reader comes back, and is told.
   */
  private void requireRemembered(Tenant tenant, @Nullable UUID lastSeen) {
    if (lastSeen == null) {
      return;
    }
    AtomicReference<@Nullable Throwable> refused = new AtomicReference<>();
    feed.of(tenant.id(), lastSeen)
        .select()
        .first()
        .subscribe()
        .with(event -> {}, refused::set)
        .cancel();
    if (refused.get() instanceof EventsForgottenException forgotten) {
      throw forgotten;
    }
  }

  /** At once, so that the reader sees that it is connected, and then every so often. */
  private Multi<OutboundSseEvent> comments() {
    return Multi.createFrom()
        .ticks()
        .every(HEARTBEAT)
        .onOverflow()
        .drop()
        .map(tick -> sse.newEventBuilder().comment("alive").build());
  }

  private OutboundSseEvent rendered(EventMessage event) {
    return sse.newEventBuilder()
        .id(event.id().toString())
        .name(event.type())
        .data(String.class, CloudEvents.structured(event, source).encode())
        .build();
  }

  private static boolean isAsked(List<String> asked, String value) {
    return asked.isEmpty() || asked.contains(value);
  }

  private @Nullable UUID lastSeen() {
    String id = call.header("Last-Event-ID");
    if (id == null || id.isEmpty()) {
      return null;
    }
    if (!Fields.isUuid(id)) {
      throw FieldErrors.invalid(
          "Last-Event-ID", "the header Last-Event-ID must be the id of an event", null);
    }
    return UUID.fromString(id);
  }
}
