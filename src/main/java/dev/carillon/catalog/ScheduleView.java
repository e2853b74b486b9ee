package dev.carillon.catalog;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carillon.catalog.input.JsonText;
import dev.carillon.time.DstGap;
import dev.carillon.time.DstOverlap;
import dev.carillon.time.Jitter;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A schedule as it is shown. */
@Schema(
    name = "Schedule",
    description = "Runs a job, or a target of its own, when its trigger says.")
public record ScheduleView(
    @Schema(readOnly = true) UUID id,
    @Schema(
            pattern = "[A-Za-z0-9][A-Za-z0-9._:-]{0,127}",
            example = "invoices-monthly",
            description = "Stable; absent: the id")
        String key,
    @Schema(nullable = true) @Nullable String name,
    @Schema(nullable = true, example = "send-invoices", description = "This or target")
        @Nullable String jobKey,
    @Schema(nullable = true, implementation = TargetSchema.class) @Nullable JsonNode target,
    @Schema(required = true, implementation = TriggerSchema.class) JsonNode trigger,
    @Schema(
            nullable = true,
            example = "Europe/Berlin",
            description = "IANA; absent: the service's default")
        @Nullable String timezone,
    @Schema(defaultValue = "true") boolean enabled,
    @Schema(
            type = SchemaType.OBJECT,
            implementation = Object.class,
            nullable = true,
            description = "Over the job's")
        @Nullable JsonNode params,
    @Schema(nullable = true, minimum = "0", maximum = "4") @Nullable Integer priority,
    @Schema(
            nullable = true,
            description =
                "Of local times that the clocks jump over; absent: FIRE_AT_GAP_END for CRON,"
                    + " SHIFT_BY_GAP for RRULE and INTERVAL")
        @Nullable DstGap dstGap,
    @Schema(
            nullable = true,
            defaultValue = "FIRST",
            description = "Of local times that the clocks repeat")
        @Nullable DstOverlap dstOverlap,
    @Schema(
            nullable = true,
            implementation = JobView.Retry.class,
            description = "What it says of retries otherwise than the job, field by field")
        @Nullable JsonNode retry,
    @Schema(nullable = true, description = "What its runs are about, for example a customer")
        @Nullable Map<String, String> scope,
    @Schema(nullable = true, description = "In the form of Kubernetes labels")
        @Nullable Map<String, String> labels,
    @JsonUnwrapped PoliciesView policies,
    @Schema(
            readOnly = true,
            nullable = true,
            description = "When a paused one goes on by itself; absent: when it is enabled")
        @Nullable Instant pausedUntil,
    @Schema(readOnly = true) ScheduleStatus status,
    @Schema(readOnly = true, nullable = true) @Nullable String statusReason,
    @Schema(readOnly = true, nullable = true) @Nullable Instant lastFireAt,
    @Schema(
            readOnly = true,
            nullable = true,
            description = "When its next run is due, its jitter included")
        @Nullable Instant nextFireAt,
    @Schema(readOnly = true, description = "What became of its runs so far") Counts counts,
    @Schema(readOnly = true) ScheduleLinks links,
    @Schema(readOnly = true) int version,
    @Schema(readOnly = true) Instant createdAt,
    @Schema(readOnly = true) Instant updatedAt) {

  /**
   * What became of a schedule's runs. It follows a moment behind the runs themselves.
   *
   * @param fired runs that a worker has begun, whichever way they came; revived ones too, retries
   *     not
   * @param succeeded runs that ended so
   * @param failed runs that failed or died
   * @param missed fires that were let go
   * @param skipped fires that were skipped
   */
  @Schema(name = "ScheduleCounts")
  public record Counts(long fired, long succeeded, long failed, long missed, long skipped) {

    static final Counts NONE = new Counts(0, 0, 0, 0, 0);
  }

  /**
   * The last and the next instant, as a person sees them: what is planned has not fired yet.
   *
   * @param planned when the next planned run is due; null: none is planned
   * @param after the fire after these
   * @param clock the same before jitter
   */
  record Fires(
      @Nullable Instant last,
      @Nullable Instant planned,
      @Nullable Instant after,
      ScheduleClockView clock,
      Counts counts) {

    static final Fires NONE = new Fires(null, null, null, ScheduleClockView.NONE, Counts.NONE);

    Fires putOffBy(Jitter jitter) {
      return after == null ? this : new Fires(last, planned, jitter.due(after), clock, counts);
    }

    @Nullable Instant next() {
      return planned == null ? after : planned;
    }
  }

  static ScheduleView of(
      ScheduleEntity row, @Nullable String jobKey, Fires fires, ZoneId defaultZone) {
    return new ScheduleView(
        row.id,
        row.key,
        row.name,
        jobKey,
        JsonText.stored(row.target),
        Objects.requireNonNull(JsonText.stored(row.trigger)),
        row.timezone,
        row.enabled,
        JsonText.stored(row.params),
        row.priority == null ? null : row.priority.intValue(),
        row.dstGap,
        row.dstOverlap,
        JsonText.stored(row.retry),
        JsonText.texts(row.scope),
        JsonText.texts(row.labels),
        PoliciesView.of(row.policies.chosen()),
        row.pausedUntil,
        row.status,
        row.statusReason,
        fires.last(),
        fires.next(),
        fires.counts(),
        ScheduleLinks.of(row, jobKey, fires.next(), defaultZone),
        row.version,
        row.createdAt,
        row.updatedAt);
  }

  /** Whether it is switched on and not paused. */
  boolean isFiring() {
    return enabled && status != ScheduleStatus.PAUSED;
  }

  /**
   * What events carry of it: all but the parameters, which may be personal, and what of the target
   * may be secret.
   */
  JsonObject eventData() {
    ObjectNode data = JsonText.tree(this);
    data.remove("params");
    // They follow the runs, whose own events tell more.
    data.remove("counts");
    // Whoever hears of it may not be who reads its calendar.
    data.remove("links");
    EventTargets.redact(data);
    return new JsonObject(JsonText.write(data));
  }
}
