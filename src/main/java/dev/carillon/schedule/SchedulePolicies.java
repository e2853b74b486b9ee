package dev.carillon.schedule;

import dev.carillon.time.calendar.Convention;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * All that a schedule may choose besides its trigger, its zone and what it runs.
 *
 * @param startAt nominal fires before it are none, UTC; null: no bound
 * @param endAt nominal fires after it are none, UTC; null: no bound
 * @param maxRuns how many fires become runs at most; null: any number
 * @param jitter the most by which a fire is put off; null: none is
 * @param window how long after its due instant a run may still start, else it is MISSED; null: for
 *     ever
 * @param calendar the name of the one whose business days count; null: all days do
 * @param excludeCalendar the name of one whose days off do not count; null: none
 * @param convention what becomes of dates that do not count; null: SKIP where there is a calendar
 * @param pauseAfterFailures how many runs may fail in a row; null: any number
 * @param deleteAfterCompletion whether it goes once it is exhausted and its last run has ended
 * @param note for people
 */
public record SchedulePolicies(
    @Nullable Instant startAt,
    @Nullable Instant endAt,
    @Nullable Integer maxRuns,
    @Nullable Duration jitter,
    @Nullable Duration window,
    @Nullable String calendar,
    @Nullable String excludeCalendar,
    @Nullable Convention convention,
    MisfireRule misfire,
    OverlapPolicy overlap,
    @Nullable Integer pauseAfterFailures,
    boolean deleteAfterCompletion,
    @Nullable String note) {

  /** Nothing chosen. */
  public static final SchedulePolicies DEFAULT =
      new SchedulePolicies(
          null,
          null,
          null,
          null,
          null,
          null,
          null,
          null,
          MisfireRule.DEFAULT,
          OverlapPolicy.ALLOW_ALL,
          null,
          false,
          null);

  /** What holds for dates that do not count. */
  public Convention conventionOrDefault() {
    if (convention != null) {
      return convention;
    }
    return calendar == null && excludeCalendar == null ? Convention.UNADJUSTED : Convention.SKIP;
  }

  /** Whether the instants at which the two fire are the same, as far as they decide about them. */
  public boolean timesAs(SchedulePolicies other) {
    return Objects.equals(startAt, other.startAt)
        && Objects.equals(endAt, other.endAt)
        && Objects.equals(calendar, other.calendar)
        && Objects.equals(excludeCalendar, other.excludeCalendar)
        && conventionOrDefault() == other.conventionOrDefault();
  }
}
