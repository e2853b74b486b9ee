package dev.carillon.catalog.input;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carillon.run.GroupMode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads what somebody wants of a group. */
public final class GroupReader {

  /** Well under a second to make, and far below what a body may hold. */
  public static final int MOST_RUNS_AT_ONCE = 1_000;

  /** So many are ordered, cancelled and retried in one transaction of a second or two. */
  public static final int MOST_RUNS = 10_000;

  public static final String RUNS = "runs";

  private static final int MOST_PARALLEL = 10_000;
  private static final String RUNS_EXAMPLE = "[{\"jobKey\":\"send-invoices\"}]";
  private static final String ORDER_EXAMPLE = "[\"019a0000-0000-7000-8000-000000000001\"]";
  private static final List<String> READ_ONLY =
      List.of(
          "id",
          "tenant",
          "status",
          "counts",
          "version",
          "createdAt",
          "updatedAt",
          "canceledAt",
          "endedAt");

  /** What happens to the rest once a run has failed. */
  private enum OnFailure {
    STOP,
    CONTINUE
  }

  private GroupReader() {}

  /**
   * The body of POST /groups.
   *
   * @throws InvalidInput saying everything that is wrong
   */
  public static GroupDeclaration read(JsonNode body) {
    FieldErrors errors = new FieldErrors();
    Fields fields = Fields.of(body, errors);
    String name = fields.text("name", 200, "Month end");
    GroupMode mode = fields.choice("mode", GroupMode.class);
    fields.required("mode", mode, "PARALLEL");
    Integer maxParallel = fields.integer("maxParallel", 1, MOST_PARALLEL);
    if (mode == GroupMode.SEQUENTIAL && maxParallel != null && maxParallel > 1) {
      fields.wrong("maxParallel", "is 1 where the mode is SEQUENTIAL; leave it out", null);
    }
    OnFailure onFailure = fields.choice("onFailure", OnFailure.class);
    fields.has(RUNS);
    List<RunRequest> runs =
        body.hasNonNull(RUNS) ? runs(body.get(RUNS), errors) : List.<RunRequest>of();
    fields.refuseReadOnly(READ_ONLY);
    fields.refuseOthers();
    errors.throwIfAny();
    return new GroupDeclaration(
        name,
        Objects.requireNonNull(mode),
        mode == GroupMode.SEQUENTIAL ? null : maxParallel,
        onFailure == OnFailure.STOP,
        runs);
  }

  /**
   * What is added to a group.
   *
   * @param several whether a list was sent, and not a run by itself
   */
  public record Added(List<RunRequest> runs, boolean several) {}

  /**
   * The body of POST /groups/{id}/runs: a run, or a list of them.
   *
   * @throws InvalidInput saying everything that is wrong
   */
  public static Added readAdded(JsonNode body) {
    if (!body.has(RUNS)) {
      FieldErrors errors = new FieldErrors();
      RunRequest run = run(body, "", errors);
      errors.throwIfAny();
      return new Added(List.of(Objects.requireNonNull(run)), false);
    }
    FieldErrors errors = new FieldErrors();
    Fields fields = Fields.of(body, errors);
    fields.has(RUNS);
    List<RunRequest> runs = runs(body.get(RUNS), errors);
    if (errors.isEmpty() && runs.isEmpty()) {
      fields.wrong(RUNS, "must not be empty", RUNS_EXAMPLE);
    }
    fields.refuseOthers();
    errors.throwIfAny();
    return new Added(runs, true);
  }

  /**
   * The body of PUT /groups/{id}/order.
   *
   * @throws InvalidInput saying everything that is wrong
   */
  public static List<UUID> readOrder(JsonNode body) {
    FieldErrors errors = new FieldErrors();
    Fields fields = Fields.of(body, errors);
    List<String> named = fields.list(RUNS, MOST_RUNS, "019a0000-0000-7000-8000-000000000001");
    fields.required(RUNS, named, ORDER_EXAMPLE);
    fields.refuseOthers();
    Set<UUID> order = new LinkedHashSet<>();
    for (int i = 0; named != null && i < named.size(); i++) {
      String pointer = "/runs/" + i;
      if (!Fields.isUuid(named.get(i))) {
        errors.wrong(pointer, "runs/" + i + ": must be the id of a run", ORDER_EXAMPLE);
      } else if (!order.add(UUID.fromString(named.get(i)))) {
        errors.wrong(pointer, "runs/" + i + ": the run is named twice", null);
      }
    }
    errors.throwIfAny();
    return List.copyOf(order);
  }

  private static List<RunRequest> runs(JsonNode list, FieldErrors errors) {
    if (!list.isArray()) {
      errors.wrongType("/runs", "runs: must be a list of runs", RUNS_EXAMPLE);
      return List.of();
    }
    if (list.size() > MOST_RUNS_AT_ONCE) {
      errors.wrong(
          "/runs",
          "runs: has more than "
              + MOST_RUNS_AT_ONCE
              + " elements; add the others by POST /groups/{id}/runs",
          null);
      return List.of();
    }
    List<RunRequest> runs = new ArrayList<>(list.size());
    for (int i = 0; i < list.size(); i++) {
      RunRequest run = run(list.get(i), "/runs/" + i, errors);
      if (run != null) {
        runs.add(run);
      }
    }
    return runs;
  }

  /** As the body of POST /runs; the group is known. */
  private static @Nullable RunRequest run(JsonNode node, String pointer, FieldErrors errors) {
    JsonNode alone = node;
    if (node.has("groupId")) {
      errors.wrong(
          pointer + "/groupId", "groupId: is given by the group that it is added to", null);
      alone = ((ObjectNode) node).deepCopy().without("groupId");
    }
    try {
      return RunReader.read(alone);
    } catch (InvalidInput invalid) {
      errors.addAll(pointer, invalid);
      return null;
    }
  }
}
