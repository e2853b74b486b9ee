package dev.carillon.catalog;

import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A trigger's fields, for the API's description only; the JSON itself is kept as it was written.
 */
@Schema(
    name = "Trigger",
    description =
        "When: CRON (expression), RRULE (rrule, dtstart), INTERVAL (every), FIXED_DELAY (delay) or"
            + " ONE_SHOT (at).")
public record TriggerSchema(
    @Schema(
            required = true,
            enumeration = {"CRON", "RRULE", "INTERVAL", "FIXED_DELAY", "ONE_SHOT"})
        String type,
    @Schema(
            description =
                "CRON: UNIX five fields, or six with seconds first; QUARTZ six, or seven with a"
                    + " year; SPRING six",
            example = "0 9 * * MON-FRI")
        @Nullable String expression,
    @Schema(
            description = "CRON: whose rules the expression follows",
            enumeration = {"UNIX", "QUARTZ", "SPRING"},
            defaultValue = "UNIX")
        @Nullable String dialect,
    @Schema(description = "RRULE: RFC 5545", example = "FREQ=MONTHLY;BYDAY=-1FR")
        @Nullable String rrule,
    @Schema(description = "RRULE: local", example = "2026-01-01T09:00:00") @Nullable String dtstart,
    @Nullable List<String> rdate,
    @Nullable List<String> exdate,
    @Nullable List<String> exrule,
    @Schema(description = "INTERVAL: ISO 8601", example = "P1D") @Nullable String every,
    @Schema(description = "INTERVAL: local; absent: createdAt", example = "2026-01-01T09:00:00")
        @Nullable String anchor,
    @Schema(
            description = "FIXED_DELAY: ISO 8601, from the end of a run to the next",
            example = "PT15M")
        @Nullable String delay,
    @Schema(description = "ONE_SHOT: RFC 3339", example = "2026-12-01T10:00:00Z")
        @Nullable String at) {}
