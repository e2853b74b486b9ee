package dev.carillon.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import dev.carillon.run.AttemptOutcome;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * One try at a run, as it is shown; {@code startedAt} is absent when the run ended without
 * executing.
 */
@Schema(name = "Attempt")
public record AttemptView(
    int number,
    int generation,
    AttemptOutcome outcome,
    @Nullable UUID workerId,
    @Schema(type = SchemaType.OBJECT, implementation = Object.class, description = "The run's")
        @Nullable JsonNode params,
    @Nullable Integer jobVersion,
    @Nullable Instant startedAt,
    Instant finishedAt,
    @Nullable Long durationMs,
    @Nullable Integer exitCode,
    @Schema(type = SchemaType.OBJECT, implementation = Object.class) @Nullable JsonNode error,
    @Schema(type = SchemaType.OBJECT, implementation = Object.class) @Nullable JsonNode output,
    @Schema(
            type = SchemaType.ARRAY,
            implementation = Object.class,
            example = "[{\"name\":\"report\",\"uri\":\"s3://reports/4711.pdf\"}]")
        @Nullable JsonNode artifacts,
    @Schema(description = "Where its log is read; absent: it wrote none") @Nullable String logUrl) {

  /** With what a row of its own does not hold: the run's parameters, and how long it took. */
  AttemptView of(@Nullable JsonNode parameters) {
    return new AttemptView(
        number,
        generation,
        outcome,
        workerId,
        parameters,
        jobVersion,
        startedAt,
        finishedAt,
        startedAt == null ? null : (Long) Duration.between(startedAt, finishedAt).toMillis(),
        exitCode,
        error,
        output,
        artifacts,
        logUrl);
  }
}
