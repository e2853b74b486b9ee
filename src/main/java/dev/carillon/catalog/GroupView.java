package dev.carillon.catalog;

import dev.carillon.run.GroupMode;
import dev.carillon.run.GroupStatus;
import dev.carillon.run.RunState;
import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A group as it is shown. */
@Schema(name = "Group", description = "Runs that belong together.")
public record GroupView(
    @Schema(readOnly = true) UUID id,
    @Schema(readOnly = true) String tenant,
    @Schema(maxLength = 200, example = "Month end") @Nullable String name,
    @Schema(required = true) GroupMode mode,
    @Schema(
            minimum = "1",
            maximum = "10000",
            description = "Of PARALLEL: how many at once; absent: any number")
        @Nullable Integer maxParallel,
    @Schema(
            enumeration = {"STOP", "CONTINUE"},
            defaultValue = "CONTINUE",
            description = "STOP cancels the rest once a run has ended FAILED, DEAD or CANCELED")
        String onFailure,
    @Schema(readOnly = true) GroupStatus status,
    @Schema(readOnly = true) Counts counts,
    @Schema(readOnly = true) int version,
    @Schema(readOnly = true) Instant createdAt,
    @Schema(readOnly = true) Instant updatedAt,
    @Schema(readOnly = true, description = "When somebody cancelled the group itself")
        @Nullable Instant canceledAt,
    @Schema(readOnly = true) @Nullable Instant endedAt,
    @Schema(
            type = SchemaType.ARRAY,
            implementation = Object.class,
            description =
                "To be made: bodies of POST /runs, at most 1,000 at once. Shown: the first 1,000 in"
                    + " order, each with id, jobKey, dueAt and state; not in lists")
        @Nullable List<Member> runs) {

  /** Of its runs, by how they stand. */
  @Schema(name = "GroupCounts")
  public record Counts(
      long total,
      @Schema(description = "Wait for their turn") long pending,
      long scheduled,
      long queued,
      long running,
      long retryScheduled,
      long succeeded,
      long failed,
      long dead,
      long canceled,
      long skipped,
      long missed) {}

  /** A run in its place. */
  @Schema(name = "GroupMember")
  public record Member(UUID id, @Nullable String jobKey, Instant dueAt, RunState state) {

    /** A row of {@link GroupShownSql#MEMBERS}. */
    static Member of(Row row) {
      return new Member(
          row.getUUID("id"),
          row.getString("job_key"),
          row.getOffsetDateTime("due_at").toInstant(),
          RunState.valueOf(row.getString("state")));
    }
  }

  /** A row of {@link GroupShownSql#READ}. */
  static GroupView of(Row row) {
    return new GroupView(
        row.getUUID("id"),
        row.getString("tenant_id"),
        row.getString("name"),
        GroupMode.valueOf(row.getString("mode")),
        row.getInteger("max_parallel"),
        row.getString("on_failure"),
        GroupStatus.valueOf(row.getString("shown_status")),
        new Counts(
            row.getLong("total"),
            row.getLong("pending"),
            row.getLong("scheduled"),
            row.getLong("queued"),
            row.getLong("running"),
            row.getLong("retrying"),
            row.getLong("succeeded"),
            row.getLong("failed"),
            row.getLong("dead"),
            row.getLong("canceled"),
            row.getLong("skipped"),
            row.getLong("missed")),
        row.getInteger("version"),
        row.getOffsetDateTime("created_at").toInstant(),
        row.getOffsetDateTime("updated_at").toInstant(),
        Times.instant(row, "canceled_at"),
        Times.instant(row, "ended_at"),
        null);
  }

  GroupView with(List<Member> members) {
    return new GroupView(
        id,
        tenant,
        name,
        mode,
        maxParallel,
        onFailure,
        status,
        counts,
        version,
        createdAt,
        updatedAt,
        canceledAt,
        endedAt,
        members);
  }
}
