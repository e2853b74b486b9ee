package dev.carillon.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carillon.catalog.input.JobDeclaration;
import dev.carillon.catalog.input.JsonText;
import dev.carillon.run.Backoff;
import dev.carillon.run.RetryPolicy;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
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
    @Schema(readOnly = true) JobStatus status,
    @Schema(readOnly = true) int version,
    @Schema(readOnly = true) Instant createdAt,
    @Schema(readOnly = true) Instant updatedAt) {

  /** When a failed attempt is tried again, as it is shown and stored. */
  @Schema(name = "Retry")
  public record Retry(
      @Schema(defaultValue = "5", minimum = "1", maximum = "1000") int maxAttempts,
      @Schema(defaultValue = "EXPONENTIAL") Backoff backoff,
      @Schema(type = SchemaType.STRING, format = "duration", defaultValue = "PT1M")
          Duration initialDelay,
      @Schema(type = SchemaType.STRING, format = "duration", defaultValue = "PT1H")
          Duration maxDelay) {

    static Retry of(RetryPolicy policy) {
      return new Retry(
          policy.maxAttempts(), policy.backoff(), policy.initialDelay(), policy.maxDelay());
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
        row.status,
        row.version,
        row.createdAt,
        row.updatedAt);
  }

  /**
   * What events carry of it: all but the parameters, which may be personal, and what of the target
   * may be secret.
   */
  JsonObject eventData() {
    ObjectNode data = JsonText.tree(this);
    data.remove("params");
    EventTargets.redact(data);
    return new JsonObject(JsonText.write(data));
  }
}
