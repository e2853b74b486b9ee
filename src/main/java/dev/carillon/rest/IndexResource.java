package dev.carillon.rest;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.LinkedHashMap;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Where everything is. */
@Path("/")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Index")
public class IndexResource {

  private static final Map<String, String> LINKS = new LinkedHashMap<>();

  static {
    LINKS.put("jobs", "/jobs");
    LINKS.put("schedules", "/schedules");
    LINKS.put("runs", "/runs");
    LINKS.put("groups", "/groups");
    LINKS.put("calendars", "/calendars");
    LINKS.put("events", "/events");
    LINKS.put("preview", "/triggers/preview");
    LINKS.put("openapi", "/q/openapi");
    LINKS.put("health", "/q/health");
    LINKS.put("metrics", "/q/metrics");
  }

  private final Call call;

  IndexResource(Call call) {
    this.call = call;
  }

  @GET
  @Operation(operationId = "index", summary = "Where everything is")
  public Response index() {
    call.query().check();
    return Answer.ok(Map.of("name", "Carillon", "links", LINKS)).response();
  }
}
