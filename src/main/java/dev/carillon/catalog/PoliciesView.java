package dev.carillon.catalog;

import dev.carillon.schedule.MisfirePolicy;
import dev.carillon.schedule.OverlapPolicy;
import dev.carillon.schedule.SchedulePolicies;
import dev.carillon.time.calendar.Convention;
import java.time.Duration;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** What a schedule chose, as it is shown among its fields. */
public record PoliciesView(
    @Schema(nullable = true, description = "Nominal fires before it are none")
        @Nullable Instant startAt,
    @Schema(nullable = true, description = "Nominal fires after it are none")
        @Nullable Instant endAt,
    @Schema(
            nullable = true,
            minimum = "1",
            description = "How many fires become runs; a skipped one does not count")
        @Nullable Integer maxRuns,
    @Schema(
            nullable = true,
            example = "PT5M",
            description = "The most by which a fire is put off, up to a day; the same each time")
        @Nullable Duration jitter,
    @Schema(
            nullable = true,
            example = "PT15M",
            description = "How long after it is due a run may still start, else it is MISSED")
        @Nullable Duration window,
    @Schema(
            nullable = true,
            example = "DE",
            description = "Whose business days count: one of your own or a built-in one")
        @Nullable String calendar,
    @Schema(nullable = true, description = "Whose days off do not count, besides")
        @Nullable String excludeCalendar,
    @Schema(
            nullable = true,
            description = "What becomes of days that do not count; absent, with a calendar: SKIP")
        @Nullable Convention convention,
    @Schema(defaultValue = "LAST", description = "What becomes of fires missed in an outage")
        MisfirePolicy misfirePolicy,
    @Schema(defaultValue = "PT1M", description = "How late a fire may be without being missed")
        Duration misfireGrace,
    @Schema(defaultValue = "P1D", description = "How old a missed fire may be and still run")
        Duration catchUpWindow,
    @Schema(defaultValue = "ALLOW_ALL", description = "What a fire does while an earlier run lives")
        OverlapPolicy overlapPolicy,
    @Schema(
            nullable = true,
            minimum = "1",
            description = "After so many failed runs in a row it is paused")
        @Nullable Integer pauseAfterFailures,
    @Schema(defaultValue = "false", description = "Whether it goes once its last run has ended")
        boolean deleteAfterCompletion,
    @Schema(nullable = true, maxLength = 2000, description = "For people") @Nullable String note) {

  static PoliciesView of(SchedulePolicies chosen) {
    return new PoliciesView(
        chosen.startAt(),
        chosen.endAt(),
        chosen.maxRuns(),
        chosen.jitter(),
        chosen.window(),
        chosen.calendar(),
        chosen.excludeCalendar(),
        chosen.convention(),
        chosen.misfire().policy(),
        chosen.misfire().grace(),
        chosen.misfire().catchUpWindow(),
        chosen.overlap(),
        chosen.pauseAfterFailures(),
        chosen.deleteAfterCompletion(),
        chosen.note());
  }
}
