package dev.carillon.rest;

import dev.carillon.catalog.DueNotices;
import dev.carillon.catalog.GroupEdits;
import dev.carillon.catalog.GroupView;
import dev.carillon.catalog.Groups;
import dev.carillon.catalog.input.GroupDeclaration;
import dev.carillon.catalog.input.GroupReader;
import dev.carillon.run.GroupStatus;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Runs that belong together. */
@Path("/groups")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Groups", description = "Runs that belong together, beside or after each other")
@APIResponse(responseCode = "400", ref = ApiDescription.PROBLEM)
@APIResponse(responseCode = "422", ref = ApiDescription.PROBLEM)
public class GroupResource {

  private final Groups groups;
  private final GroupEdits edits;
  private final DueNotices notices;
  private final Writes writes;
  private final Call call;

  GroupResource(Groups groups, GroupEdits edits, DueNotices notices, Writes writes, Call call) {
    this.groups = groups;
    this.edits = edits;
    this.notices = notices;
    this.writes = writes;
    this.call = call;
  }

  /** The runs that were added. */
  @Schema(name = "AddedRuns")
  public record AddedRuns(List<GroupView.Member> runs) {}

  @POST
  @Operation(
      operationId = "createGroup",
      summary = "Make a group",
      description =
          "Empty, or with at most 1,000 runs, all or none of which are made; more are added."
              + " SEQUENTIAL lets one after the other go, in order.")
  @RequestBody(
      required = true,
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = GroupView.class),
              examples =
                  @ExampleObject(
                      name = "one after the other, until one fails",
                      value =
                          """
                          {"name":"Month end","mode":"SEQUENTIAL","onFailure":"STOP",
                           "runs":[{"jobKey":"close-books"},{"jobKey":"send-invoices"}]}
                          """)))
  @Parameter(ref = ApiDescription.IDEMPOTENCY_KEY)
  @APIResponse(
      responseCode = "201",
      description = "The group",
      content = @Content(schema = @Schema(implementation = GroupView.class)))
  @APIResponse(responseCode = "409", ref = ApiDescription.PROBLEM)
  public Uni<Response> create(@Parameter(hidden = true) byte @Nullable [] body) {
    call.query().check();
    GroupDeclaration declared = GroupReader.read(call.json(body));
    return writes.post(
        call,
        body,
        (statements, requester) ->
            groups
                .create(statements, requester, declared)
                .map(
                    group ->
                        Answer.created("/groups/" + group.id(), group).then(told(group.id()))));
  }

  @GET
  @Operation(
      operationId = "listGroups",
      summary = "List groups, newest first",
      description = "A page may be short where next follows: the rest is further on.")
  @Parameter(
      name = "status",
      in = ParameterIn.QUERY,
      schema = @Schema(implementation = GroupStatus.class))
  @Parameter(ref = ApiDescription.LIMIT)
  @Parameter(ref = ApiDescription.AFTER)
  @APIResponse(
      responseCode = "200",
      description = "A page",
      content = @Content(schema = @Schema(implementation = ApiDescription.GroupPage.class)))
  public Uni<Response> list() {
    Query query = call.query("status", Query.LIMIT, Query.AFTER);
    GroupStatus status = query.choice("status", GroupStatus.class);
    UUID after = query.after();
    int limit = query.limit();
    query.check();
    return groups
        .list(call.tenant(), status, after, limit)
        .map(query::answer)
        .map(Answer::response);
  }

  @GET
  @Path("/{id}")
  @Operation(operationId = "getGroup", summary = "Show a group with its runs")
  @APIResponse(
      responseCode = "200",
      description = "The group",
      content = @Content(schema = @Schema(implementation = GroupView.class)))
  @APIResponse(responseCode = "404", ref = ApiDescription.PROBLEM)
  public Uni<Response> get(@PathParam("id") String id) {
    call.query().check();
    return groups.get(call.tenant(), id).map(Answer::ok).map(Answer::response);
  }

  @POST
  @Path("/{id}/runs")
  @Operation(
      operationId = "addRunsToGroup",
      summary = "Add runs to a group",
      description =
          "A body as of POST /runs, or {\"runs\":[…]} with at most 1,000 of them, all or none of"
              + " which are made. They come behind those that the group has. A group that has"
              + " ended, or is being cancelled, takes none.")
  @RequestBody(
      required = true,
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              examples =
                  @ExampleObject(
                      name = "one more",
                      value =
                          """
                          {"jobKey":"send-invoices","params":{"month":"2026-01"}}
                          """)))
  @Parameter(ref = ApiDescription.IDEMPOTENCY_KEY)
  @APIResponse(
      responseCode = "201",
      description = "The run, or {\"runs\":[…]}",
      content = @Content(schema = @Schema(implementation = GroupResource.AddedRuns.class)))
  @APIResponse(responseCode = "200", description = "Dedupe keys had made them before, here")
  @APIResponse(responseCode = "404", ref = ApiDescription.PROBLEM)
  @APIResponse(responseCode = "409", ref = ApiDescription.PROBLEM)
  public Uni<Response> add(
      @PathParam("id") String id, @Parameter(hidden = true) byte @Nullable [] body) {
    call.query().check();
    GroupReader.Added wanted = GroupReader.readAdded(call.json(body));
    return writes.post(
        call,
        body,
        (statements, requester) ->
            groups
                .add(statements, requester, id, wanted)
                .map(added -> answer(added, wanted.several())));
  }

  private Answer answer(Groups.Added added, boolean several) {
    int status = added.made().isEmpty() ? 200 : 201;
    Answer answer =
        several
            ? Answer.of(status, new AddedRuns(added.members()))
                .with("Location", "/groups/" + added.group())
            : Answer.of(status, added.members().get(0))
                .with("Location", "/runs/" + added.members().get(0).id());
    return answer.then(told(added.group()));
  }

  @PUT
  @Path("/{id}/order")
  @Operation(
      operationId = "orderGroup",
      summary = "Give the runs that wait another order",
      description = "All runs that are PENDING are named, each once.")
  @RequestBody(
      required = true,
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              examples =
                  @ExampleObject(
                      name = "two that wait",
                      value =
                          """
                          {"runs":["019a0000-0000-7000-8000-000000000002","019a0000-0000-7000-8000-000000000001"]}
                          """)))
  @APIResponse(
      responseCode = "200",
      description = "The group",
      content = @Content(schema = @Schema(implementation = GroupView.class)))
  @APIResponse(responseCode = "404", ref = ApiDescription.PROBLEM)
  @APIResponse(responseCode = "409", ref = ApiDescription.PROBLEM)
  public Uni<Response> order(
      @PathParam("id") String id, @Parameter(hidden = true) byte @Nullable [] body) {
    call.query().check();
    List<UUID> order = GroupReader.readOrder(call.json(body));
    return writes.change(
        call,
        Uni.createFrom().voidItem(),
        (statements, requester, nothing) ->
            edits
                .order(statements, requester, id, order)
                .map(group -> Answer.ok(group).then(told(group.id()))));
  }

  @POST
  @Path("/{id}/cancel")
  @Operation(
      operationId = "cancelGroup",
      summary = "Cancel a group",
      description =
          "All of its runs that live: at once while nobody has them; else their worker is asked to"
              + " stop, and the group is CANCELED once they have ended.")
  @Parameter(ref = ApiDescription.IDEMPOTENCY_KEY)
  @APIResponse(
      responseCode = "200",
      description = "Cancelled",
      content = @Content(schema = @Schema(implementation = GroupView.class)))
  @APIResponse(responseCode = "202", description = "Some run; their workers are asked to stop")
  @APIResponse(responseCode = "404", ref = ApiDescription.PROBLEM)
  @APIResponse(responseCode = "409", ref = ApiDescription.PROBLEM)
  public Uni<Response> cancel(
      @PathParam("id") String id, @Parameter(hidden = true) byte @Nullable [] body) {
    call.query().check();
    call.requireNoFields(body);
    return writes.post(
        call,
        body,
        (statements, requester) -> edits.cancel(statements, requester, id).map(this::answer));
  }

  private Answer answer(GroupEdits.Cancelled cancelled) {
    GroupView group = cancelled.group();
    return Answer.of(cancelled.asked().isEmpty() ? 200 : 202, group)
        .then(
            () -> {
              cancelled.asked().forEach(run -> writes.cancelNotice(run.toString()).run());
              notices.tellOfGroup(group.id());
            });
  }

  @POST
  @Path("/{id}/retry")
  @Operation(
      operationId = "retryGroup",
      summary = "Run again what did not succeed",
      description =
          "Its runs that are FAILED, DEAD or CANCELED, in their places: the group goes on.")
  @Parameter(ref = ApiDescription.IDEMPOTENCY_KEY)
  @APIResponse(
      responseCode = "200",
      description = "The group",
      content = @Content(schema = @Schema(implementation = GroupView.class)))
  @APIResponse(responseCode = "404", ref = ApiDescription.PROBLEM)
  @APIResponse(responseCode = "409", ref = ApiDescription.PROBLEM)
  public Uni<Response> retry(
      @PathParam("id") String id, @Parameter(hidden = true) byte @Nullable [] body) {
    call.query().check();
    call.requireNoFields(body);
    return writes.post(
        call,
        body,
        (statements, requester) ->
            edits
                .retry(statements, requester, id)
                .map(group -> Answer.ok(group).then(told(group.id()))));
  }

  private Runnable told(UUID group) {
    return () -> notices.tellOfGroup(group);
  }
}
