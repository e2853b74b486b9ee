package dev.carillon.catalog;

import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A target's fields, for the API's description only; the JSON itself is kept as it was written. */
@Schema(name = "Target", description = "Where the work happens; absent means HANDLER.")
public record TargetSchema(
    @Schema(
            required = true,
            enumeration = {"HANDLER", "HTTP"})
        String type,
    @Schema(description = "HANDLER: the handler's name; absent: the job's key")
        @Nullable String name,
    @Schema(description = "HTTP: where to", example = "https://example.org/hooks/invoices")
        @Nullable String url,
    @Schema(
            description = "HTTP",
            enumeration = {"POST", "PUT", "PATCH", "GET", "DELETE"},
            defaultValue = "POST")
        @Nullable String method,
    @Schema(description = "HTTP: headers without credentials")
        @Nullable Map<String, String> headers,
    @Schema(description = "HTTP: of the request, ISO 8601", example = "PT30S")
        @Nullable String timeout) {}
