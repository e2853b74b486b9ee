package dev.carillon.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carillon.catalog.input.EventPayload;
import dev.carillon.catalog.input.JobDeclaration;
import dev.carillon.catalog.input.JsonText;
import dev.carillon.run.Backoff;
import dev.carillon.run.RetryJitter;
import dev.carillon.run.RetryPolicy;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A job as it is shown. */
@Schema(name = "Job", description = "What kind of work: its target, parameters, retry, timeout.")
public record JobView(
    @Schema(readOnly = true, example = "019a0000-0000-7000-8000-000000000001") UUID id,
    @Schema(
            required = true,
            pattern = "[A-Za-z0-9][A-Za-z0-9._:-]{0,127}",
            example = "send-invoices",
            description = "Stable; not UUID-shaped")
        String key,
    @Schema(nullable = true, example = "Send invoices") @Nullable String name,
    @Schema(nullable = true) @Nullable String description,
    @Schema(implementation = TargetSchema.class) JsonNode target,
    @Schema(defaultValue = "default", pattern = "[a-z0-9][a-z0-9_-]{0,62}") String queue,
    @Schema(
            type = SchemaType.OBJECT,
            implementation = Object.class,
            nullable = true,
            example = "{\"month\":\"2026-01\"}")
        @Nullable JsonNode params,
    Retry retry,
    @Schema(
            type = SchemaType.STRING,
            format = "duration",
            defaultValue = "PT5M",
            example = "PT5M",
            description = "Of one attempt, ISO 8601")
        Duration timeout,
    @Schema(minimum = "0", maximum = "4", defaultValue = "2", description = "0 goes first")
        int priority,
    @Schema(
            type = SchemaType.OBJECT,
            implementation = Object.class,
            nullable = true,
            description =
                "JSON Schema (2020-12, or the draft that $schema names) that the parameters of each"
                    + " run fit, once job's, schedule's and run's lie over each other. References stay"
                    + " within it")
        @Nullable JsonNode paramsSchema,
    @Schema(
            nullable = true,
            minimum = "1",
            description = "Of its runs, so many run at once; with a concurrencyKey, of each value")
        @Nullable Integer maxConcurrency,
    @Schema(
            nullable = true,
            maxLength = 256,
            example = "customer-{params.customer}",
            description =
                "With {params.path} and {scope.NAME} in it; runs of one value share a limit")
        @Nullable String concurrencyKey,
    @Schema(
            nullable = true,
            type = SchemaType.STRING,
            format = "duration",
            example = "P1D",
            description = "How long a dedupeKey counts since it was taken; absent: for ever")
        @Nullable Duration dedupeWindow,
    @Schema(
            defaultValue = "REFERENCE",
            description = "FULL: events of its runs carry parameters and output")
        EventPayload eventPayload,
    @Schema(
            nullable = true,
            example = "tell-operators",
            description =
                "Key of the job of which a run starts when one of this ends FAILED or DEAD, once for"
                    + " each generation, with failedRun, jobKey, scheduleId, generation, attempt,"
                    + " state and errorClass among its params. That job's paramsSchema is not asked:"
                    + " a failure is answered in any case")
        @Nullable String onFailure,
    @Schema(nullable = true, description = "In the form of Kubernetes labels")
        @Nullable Map<String, String> labels,
    @Schema(readOnly = true) JobStatus status,
    @Schema(readOnly = true) int version,
    @Schema(readOnly = true) Instant createdAt,
    @Schema(readOnly = true) Instant updatedAt) {

  /** When a failed attempt is tried again, as it is shown and stored. */
  @Schema(name = "Retry")
  public record Retry(
      @Schema(defaultValue = "5", minimum = "1", maximum = "1000") int maxAttempts,
      @Schema(
              nullable = true,
              type = SchemaType.STRING,
              format = "duration",
              description = "No try begins later than this after the run was due")
          @Nullable Duration maxAge,
      @Schema(defaultValue = "EXPONENTIAL") Backoff backoff,
      @Schema(type = SchemaType.STRING, format = "duration", defaultValue = "PT1M")
          Duration initialDelay,
      @Schema(type = SchemaType.STRING, format = "duration", defaultValue = "PT1H")
          Duration maxDelay,
      @Schema(defaultValue = "NONE") @Nullable RetryJitter jitter,
      @Schema(
              nullable = true,
              example = "[\"PT10S\",\"PT1M\"]",
              description = "Of the backoff LIST: one a try, the last again and again")
          @Nullable List<Duration> delays,
      @Schema(
              nullable = true,
              example = "[\"java.io.IOException\",\"org.example.*\"]",
              description = "Classes of errors that are tried again; absent: all")
          @Nullable List<String> retryOn,
      @Schema(nullable = true, description = "Classes of errors that are not, before retryOn")
          @Nullable List<String> noRetryOn) {

    static Retry of(RetryPolicy policy) {
      return new Retry(
          policy.maxAttempts(),
          policy.maxAge(),
          policy.backoff(),
          policy.initialDelay(),
          policy.maxDelay(),
          policy.jitter(),
          some(policy.delays()),
          some(policy.retryOn()),
          some(policy.noRetryOn()));
    }

    RetryPolicy policy() {
      return new RetryPolicy(
          maxAttempts,
          maxAge,
          backoff,
          initialDelay,
          maxDelay,
          jitter == null ? RetryJitter.NONE : jitter,
          delays == null ? List.of() : delays,
          retryOn == null ? List.of() : retryOn,
          noRetryOn == null ? List.of() : noRetryOn);
    }

    private static <T> @Nullable List<T> some(List<T> list) {
      return list.isEmpty() ? null : list;
    }
  }

  static JobView of(JobEntity row) {
    JobDeclaration declared = row.declared();
    return new JobView(
        row.id,
        row.key,
        row.name,
        row.description,
        declared.target(),
        row.queue,
        declared.params(),
        Retry.of(declared.retry()),
        declared.timeout(),
        row.priority,
        declared.paramsSchema(),
        declared.maxConcurrency(),
        declared.concurrencyKey(),
        declared.dedupeWindow(),
        declared.eventPayload(),
        declared.onFailure(),
        declared.labels(),
        row.status,
        row.version,
        row.createdAt,
        row.updatedAt);
  }

  /**
   * What events carry of it: all but the parameters and their schema, which may be personal, and
   * what of the target may be secret.
   */
  JsonObject eventData() {
    ObjectNode data = JsonText.tree(this);
    data.remove("params");
    data.remove("paramsSchema");
    EventTargets.redact(data);
    return new JsonObject(JsonText.write(data));
  }
}
