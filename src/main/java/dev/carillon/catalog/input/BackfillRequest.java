package dev.carillon.catalog.input;

import com.fasterxml.jackson.databind.JsonNode;
import dev.carillon.schedule.OverlapPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * What somebody asks to be run again.
 *
 * @param from inclusive, UTC
 * @param to exclusive, UTC
 * @param overlapPolicy of the runs that it makes, whatever the schedule chose
 * @param max how many runs at most
 * @param dryRun whether to say only what would be made
 * @param ratePerSecond how many of its runs become due in a second
 */
@Schema(name = "BackfillRequest", description = "A window of the past")
public record BackfillRequest(
    @Schema(required = true, description = "Inclusive") Instant from,
    @Schema(required = true, description = "Exclusive, not in the future") Instant to,
    @Schema(defaultValue = "BUFFER_ALL") OverlapPolicy overlapPolicy,
    @Schema(defaultValue = "1000", minimum = "1", maximum = "10000") int max,
    @Schema(defaultValue = "false", description = "Say only what would be made") boolean dryRun,
    @Schema(defaultValue = "100", minimum = "1", maximum = "1000") int ratePerSecond) {

  private static final int USUAL_MOST = 1_000;

  /** As many as one transaction writes in about a second. */
  private static final int MOST = 10_000;

  private static final int USUAL_RATE = 100;
  private static final int HIGHEST_RATE = 1_000;
  private static final String EXAMPLE = "2026-11-01T00:00:00Z";

  /**
   * The body of POST /schedules/{id}/backfill.
   *
   * @throws InvalidInput saying everything that is wrong
   */
  public static BackfillRequest read(JsonNode body, Instant now) {
    FieldErrors errors = new FieldErrors();
    Fields fields = Fields.of(body, errors);
    Instant from = fields.required("from", fields.instant("from"), EXAMPLE);
    Instant to = fields.required("to", fields.instant("to"), EXAMPLE);
    if (from != null && to != null && !from.isBefore(to)) {
      fields.wrong(
          "to",
          "must lie after from; the window is from "
              + from
              + ", inclusive, to "
              + to
              + ", exclusive",
          from.plus(Duration.ofDays(1)).toString());
    } else if (to != null && to.isAfter(now)) {
      fields.wrong("to", "lies in the future; the schedule fires there by itself", now.toString());
    }
    OverlapPolicy overlap = fields.choice("overlapPolicy", OverlapPolicy.class);
    Integer max = fields.integer("max", 1, MOST);
    Boolean dryRun = fields.flag("dryRun");
    Integer rate = fields.integer("ratePerSecond", 1, HIGHEST_RATE);
    fields.refuseOthers();
    errors.throwIfAny();
    return new BackfillRequest(
        Objects.requireNonNull(from),
        Objects.requireNonNull(to),
        overlap == null ? OverlapPolicy.BUFFER_ALL : overlap,
        max == null ? USUAL_MOST : max,
        dryRun != null && dryRun,
        rate == null ? USUAL_RATE : rate);
  }
}
