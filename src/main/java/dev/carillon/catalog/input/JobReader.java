package dev.carillon.catalog.input;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carillon.run.RetryPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads a job's declaration. */
public final class JobReader {

  /** What a person may write. */
  public static final List<String> WRITABLE =
      List.of(
          "key",
          "name",
          "description",
          "target",
          "queue",
          "params",
          "retry",
          "timeout",
          "priority",
          "paramsSchema",
          "maxConcurrency",
          "concurrencyKey",
          "dedupeWindow",
          "eventPayload",
          "onFailure",
          "labels");

  private static final List<String> READ_ONLY =
      List.of("id", "status", "version", "createdAt", "updatedAt");

  static final String KEY_EXAMPLE = "send-invoices";
  static final String PARAMS_EXAMPLE = "{\"month\":\"2026-01\"}";
  private static final String SCHEMA_EXAMPLE =
      "{\"type\":\"object\",\"properties\":{\"month\":{\"type\":\"string\"}},\"required\":[\"month\"]}";
  private static final int MOST_AT_ONCE = 100_000;
  private static final Duration LONGEST_WINDOW = Duration.ofDays(3_660);
  private static final Duration LONGEST_TIMEOUT = Duration.ofDays(7);

  private JobReader() {}

  /**
   * @throws InvalidInput saying everything that is wrong
   */
  public static JobDeclaration read(JsonNode body) {
    FieldErrors errors = new FieldErrors();
    Fields fields = Fields.of(body, errors);
    String key = fields.required("key", fields.key("key", KEY_EXAMPLE), KEY_EXAMPLE);
    String name = fields.text("name", 200, "Send invoices");
    String description = fields.text("description", 4_000, "Sends the invoices of a month.");
    ObjectNode target = TargetReader.read(fields, true);
    String queue = fields.queue("queue");
    ObjectNode params = Params.read(fields);
    RetryPolicy retry = RetryReader.whole(fields);
    Duration timeout = fields.duration("timeout", Duration.ofMillis(1), LONGEST_TIMEOUT, "PT5M");
    Integer priority = fields.integer("priority", 0, JobDeclaration.LAST_PRIORITY);
    ObjectNode schema = fields.freeObject("paramsSchema", SCHEMA_EXAMPLE);
    Integer atOnce = fields.integer("maxConcurrency", 1, MOST_AT_ONCE);
    String concurrencyKey = ConcurrencyKeys.template(fields);
    Duration window = fields.duration("dedupeWindow", Duration.ofMillis(1), LONGEST_WINDOW, "P1D");
    EventPayload payload = fields.choice("eventPayload", EventPayload.class);
    String onFailure = onFailure(fields, key);
    Map<String, String> labels = Labels.read(fields);
    fields.refuseReadOnly(READ_ONLY);
    fields.refuseOthers();
    errors.throwIfAny();
    return new JobDeclaration(
        Objects.requireNonNull(key),
        name,
        description,
        target == null ? JsonText.object().put("type", "HANDLER") : target,
        queue == null ? JobDeclaration.DEFAULT_QUEUE : queue,
        params,
        retry,
        timeout == null ? JobDeclaration.DEFAULT_TIMEOUT : timeout,
        priority == null ? JobDeclaration.DEFAULT_PRIORITY : priority,
        schema,
        atOnce,
        concurrencyKey,
        window,
        payload == null ? EventPayload.REFERENCE : payload,
        onFailure,
        labels);
  }

  /**
   * Reads what is declared under a key, which the body need not name.
   *
   * @throws InvalidInput saying everything that is wrong
   */
  public static JobDeclaration readByKey(JsonNode body, String key) {
    JsonNode own = body.path("key");
    if (!own.isMissingNode() && !own.asText().equals(key)) {
      throw FieldErrors.invalid("/key", "key: is not the one in the path; leave it out", key);
    }
    return read(body instanceof ObjectNode object ? object.deepCopy().put("key", key) : body);
  }

  /** It may be declared later than this job: whoever declares many need not sort them. */
  private static @Nullable String onFailure(Fields fields, @Nullable String key) {
    String other = fields.key("onFailure", "tell-operators");
    return other != null && other.equals(key)
        ? fields.wrong("onFailure", "must be another job than this one", "tell-operators")
        : other;
  }
}
