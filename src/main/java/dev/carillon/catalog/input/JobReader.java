package dev.carillon.catalog.input;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carillon.run.Backoff;
import dev.carillon.run.RetryPolicy;
import java.time.Duration;
import java.util.List;
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
          "priority");

  private static final List<String> READ_ONLY =
      List.of("id", "status", "version", "createdAt", "updatedAt");
  private static final List<String> UNSUPPORTED =
      List.of(
          "paramsSchema",
          "maxConcurrency",
          "concurrencyKey",
          "dedupeWindow",
          "eventPayload",
          "onFailure",
          "labels");
  private static final List<String> UNSUPPORTED_RETRY =
      List.of("maxAge", "jitter", "delays", "retryOn", "noRetryOn");

  static final String KEY_EXAMPLE = "send-invoices";
  static final String PARAMS_EXAMPLE = "{\"month\":\"2026-01\"}";
  private static final String RETRY_EXAMPLE =
      "{\"maxAttempts\":5,\"backoff\":\"EXPONENTIAL\",\"initialDelay\":\"PT1M\"}";
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
    RetryPolicy retry = retry(fields);
    Duration timeout = fields.duration("timeout", Duration.ofMillis(1), LONGEST_TIMEOUT, "PT5M");
    Integer priority = fields.integer("priority", 0, JobDeclaration.LAST_PRIORITY);
    fields.refuseReadOnly(READ_ONLY);
    fields.refuseUnsupported(UNSUPPORTED);
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
        priority == null ? JobDeclaration.DEFAULT_PRIORITY : priority);
  }

  private static RetryPolicy retry(Fields owner) {
    RetryPolicy defaults = RetryPolicy.DEFAULT;
    Fields fields = owner.within("retry", RETRY_EXAMPLE);
    if (fields == null) {
      return defaults;
    }
    Integer attempts = fields.integer("maxAttempts", 1, RetryPolicy.MOST_ATTEMPTS);
    Backoff backoff = fields.choiceSoFar("backoff", Backoff.class);
    Duration initial =
        fields.duration("initialDelay", Duration.ZERO, RetryPolicy.LONGEST_DELAY, "PT1M");
    Duration longest =
        fields.duration("maxDelay", Duration.ZERO, RetryPolicy.LONGEST_DELAY, "PT1H");
    fields.refuseUnsupported(UNSUPPORTED_RETRY);
    fields.refuseOthers();
    Duration first = initial == null ? defaults.initialDelay() : initial;
    if (longest != null && longest.compareTo(first) < 0) {
      fields.wrong("maxDelay", "must not be shorter than initialDelay, " + first, first.toString());
      return defaults;
    }
    return new RetryPolicy(
        attempts == null ? defaults.maxAttempts() : attempts,
        backoff == null ? defaults.backoff() : backoff,
        first,
        longest == null ? longer(first, defaults.maxDelay()) : longest);
  }

  private static Duration longer(Duration one, @Nullable Duration other) {
    return other == null || one.compareTo(other) > 0 ? one : other;
  }
}
