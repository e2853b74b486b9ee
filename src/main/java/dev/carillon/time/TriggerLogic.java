package dev.carillon.time;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The questions about a schedule's time, as pure functions: whoever asks brings the clock's
 * reading. A null {@code nextFire} means that there is no fire any more.
 *
 * <pre>{@code
 * TestClock clock = TestClock.at("2026-03-27T07:59:00Z");                  // a Friday
 * Fires fires = Cron.parse("0 9 * * MON-FRI").in(Zones.parse("Europe/Berlin"), clock.instant());
 * Instant next = TriggerLogic.nextRunTime(fires, clock.instant());         // 08:00Z
 * TriggerLogic.isDue(next, clock.instant());                               // false
 *
 * clock.advance(Duration.ofMinutes(1));
 * TriggerLogic.canExecute(true, next, clock.instant(), null, null);        // true
 * clock.advance(Duration.ofMinutes(5));
 * TriggerLogic.isOverdue(next, clock.instant(), Duration.ofMinutes(1));    // true
 * TriggerLogic.nextRunTime(fires, next);           // Monday, 07:00Z: summer time has begun
 * }</pre>
 *
 * All instants are UTC. Nothing is thrown but what is said, and a null argument where none is
 * allowed is a NullPointerException.
 */
public final class TriggerLogic {

  private TriggerLogic() {}

  /**
   * Whether a fire is due: its instant has come.
   *
   * @param nextFire the nominal instant, or null when there is none
   * @param now the clock's reading
   * @return true from exactly {@code nextFire} on
   */
  public static boolean isDue(@Nullable Instant nextFire, Instant now) {
    return nextFire != null && !nextFire.isAfter(now);
  }

  /**
   * Whether a fire is later than is tolerated. At exactly {@code nextFire + grace} it is not yet.
   *
   * @param nextFire the nominal instant, or null when there is none
   * @param now the clock's reading
   * @param grace how late is still on time (the schedule's misfireGrace), not negative
   */
  public static boolean isOverdue(@Nullable Instant nextFire, Instant now, Duration grace) {
    return nextFire != null && Duration.between(nextFire, now).compareTo(grace) > 0;
  }

  /**
   * The next nominal instant of a trigger, whether or not it is past already.
   *
   * @param fires a trigger bound to its zone, see {@link Trigger#in}
   * @param after exclusive: the previous <em>nominal</em> instant, so that lateness never shifts
   *     later fires
   * @return null when there is none any more
   * @throws EvaluationGaveUp as {@link Fires#next}
   */
  public static @Nullable Instant nextRunTime(Fires fires, Instant after) {
    return fires.next(after);
  }

  /**
   * Whether a fire may be executed now: the schedule is enabled, the fire is due and lies within
   * the schedule's own span of time.
   *
   * @param enabled whether the schedule is enabled
   * @param nextFire the nominal instant, or null when there is none
   * @param now the clock's reading; how late it is does not matter here, see {@link #isOverdue}
   * @param startAt inclusive; null: from ever
   * @param endAt inclusive; null: for ever
   */
  public static boolean canExecute(
      boolean enabled,
      @Nullable Instant nextFire,
      Instant now,
      @Nullable Instant startAt,
      @Nullable Instant endAt) {
    return enabled
        && isDue(nextFire, now)
        && (startAt == null || !nextFire.isBefore(startAt))
        && (endAt == null || !nextFire.isAfter(endAt));
  }
}
