package dev.carillon.catalog;

import dev.carillon.schedule.MisfirePolicy;
import dev.carillon.schedule.MisfireRule;
import dev.carillon.schedule.OverlapPolicy;
import dev.carillon.schedule.SchedulePolicies;
import dev.carillon.time.calendar.Convention;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The columns of {@code schedules} that hold {@link SchedulePolicies}; durations in milliseconds.
 */
@Embeddable
public class ChosenPolicies {

  @Column(name = "start_at")
  public @Nullable Instant startAt;

  @Column(name = "end_at")
  public @Nullable Instant endAt;

  @Column(name = "max_runs")
  public @Nullable Integer maxRuns;

  @Column(name = "jitter_ms")
  public @Nullable Long jitterMillis;

  @Column(name = "window_ms")
  public @Nullable Long windowMillis;

  public @Nullable String calendar;

  @Column(name = "exclude_calendar")
  public @Nullable String excludeCalendar;

  @Enumerated(EnumType.STRING)
  public @Nullable Convention convention;

  @Enumerated(EnumType.STRING)
  @Column(name = "misfire_policy")
  public MisfirePolicy misfirePolicy = MisfireRule.DEFAULT.policy();

  @Column(name = "misfire_grace_ms")
  public long misfireGraceMillis = MisfireRule.DEFAULT.grace().toMillis();

  @Column(name = "catch_up_ms")
  public long catchUpMillis = MisfireRule.DEFAULT.catchUpWindow().toMillis();

  @Enumerated(EnumType.STRING)
  @Column(name = "overlap_policy")
  public OverlapPolicy overlapPolicy = OverlapPolicy.ALLOW_ALL;

  @Column(name = "pause_after_failures")
  public @Nullable Integer pauseAfterFailures;

  @Column(name = "delete_after_completion")
  public boolean deleteAfterCompletion;

  public @Nullable String note;

  static ChosenPolicies of(SchedulePolicies policies) {
    ChosenPolicies row = new ChosenPolicies();
    row.startAt = policies.startAt();
    row.endAt = policies.endAt();
    row.maxRuns = policies.maxRuns();
    row.jitterMillis = millis(policies.jitter());
    row.windowMillis = millis(policies.window());
    row.calendar = policies.calendar();
    row.excludeCalendar = policies.excludeCalendar();
    row.convention = policies.convention();
    row.misfirePolicy = policies.misfire().policy();
    row.misfireGraceMillis = policies.misfire().grace().toMillis();
    row.catchUpMillis = policies.misfire().catchUpWindow().toMillis();
    row.overlapPolicy = policies.overlap();
    row.pauseAfterFailures = policies.pauseAfterFailures();
    row.deleteAfterCompletion = policies.deleteAfterCompletion();
    row.note = policies.note();
    return row;
  }

  String[] calendarNames() {
    return Stream.of(calendar, excludeCalendar).filter(Objects::nonNull).toArray(String[]::new);
  }

  SchedulePolicies chosen() {
    return new SchedulePolicies(
        startAt,
        endAt,
        maxRuns,
        duration(jitterMillis),
        duration(windowMillis),
        calendar,
        excludeCalendar,
        convention,
        new MisfireRule(
            misfirePolicy, Duration.ofMillis(misfireGraceMillis), Duration.ofMillis(catchUpMillis)),
        overlapPolicy,
        pauseAfterFailures,
        deleteAfterCompletion,
        note);
  }

  private static @Nullable Long millis(@Nullable Duration duration) {
    return duration == null ? null : (Long) duration.toMillis();
  }

  private static @Nullable Duration duration(@Nullable Long millis) {
    return millis == null ? null : Duration.ofMillis(millis);
  }
}
