package dev.carillon.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import dev.carillon.catalog.input.BackfillRequest;
import dev.carillon.catalog.input.JsonText;
import dev.carillon.schedule.OverlapPolicy;
import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A backfill as it is shown. */
@Schema(name = "Backfill", description = "The runs of a past window, made again")
public record BackfillView(
    @Schema(description = "Absent: a dry run") @Nullable UUID id,
    UUID scheduleId,
    State state,
    Instant from,
    Instant to,
    OverlapPolicy overlapPolicy,
    int ratePerSecond,
    @Schema(description = "Runs that it makes or revives") int planned,
    @Schema(description = "Runs that it has made or revived so far") int created,
    @Schema(description = "Of these, runs that had been MISSED or SKIPPED") int revived,
    @Schema(description = "Fires of the window that ran, or are about to") int leftAlone,
    @Schema(
            type = SchemaType.OBJECT,
            implementation = Object.class,
            description = "How many of its runs are in which state")
        @Nullable JsonNode runs,
    Instant createdAt,
    @Nullable Instant canceledAt) {

  /** How far it has come. */
  @Schema(name = "BackfillState")
  public enum State {
    /** Nothing was made. */
    DRY_RUN,
    /** Some of its runs have not ended yet. */
    RUNNING,
    /** All of its runs have ended, however. */
    COMPLETED,
    /** What had not begun was cancelled; what had, may still run. */
    CANCELED
  }

  static BackfillView dry(
      UUID schedule, BackfillRequest request, int planned, int revived, int left, Instant now) {
    return new BackfillView(
        null,
        schedule,
        State.DRY_RUN,
        request.from(),
        request.to(),
        request.overlapPolicy(),
        request.ratePerSecond(),
        planned,
        0,
        revived,
        left,
        null,
        now,
        null);
  }

  /** A row of {@link BackfillSql#READ}. */
  static BackfillView of(Row row) {
    Instant canceled = Times.instant(row, "canceled_at");
    State running = row.getInteger("open") > 0 ? State.RUNNING : State.COMPLETED;
    return new BackfillView(
        row.getUUID("id"),
        row.getUUID("schedule_id"),
        canceled == null ? running : State.CANCELED,
        Times.instant(row, "from_at"),
        Times.instant(row, "to_at"),
        OverlapPolicy.valueOf(row.getString("overlap_policy")),
        row.getInteger("rate"),
        row.getInteger("planned"),
        row.getInteger("planned"),
        row.getInteger("revived"),
        row.getInteger("left_alone"),
        JsonText.stored(row.getString("states")),
        Times.instant(row, "created_at"),
        canceled);
  }
}
