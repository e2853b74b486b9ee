package dev.carillon.catalog;

import dev.carillon.catalog.input.FieldErrors;
import dev.carillon.catalog.input.ScheduleDeclaration;
import dev.carillon.time.EvaluationGaveUp;
import dev.carillon.time.FixedDelay;
import dev.carillon.time.OneShot;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * When a schedule fires next, after it was created or edited. Pure; what it decides is written by
 * {@link Schedules}.
 *
 * <pre>
 * disabled                     → none; PAUSED
 * same instants as before      → the earliest withdrawn, else what the clock said: an edit is no downtime
 * other trigger or zone        → as of a new schedule, from now on: what was withdrawn says nothing of it
 * enabled                      → the first from the earliest withdrawn on, inclusive, else after now: no catching up
 * FIXED_DELAY, its run alive   → none: the end of that run sets it
 * none left                    → EXHAUSTED
 * </pre>
 *
 * @param at null: none, for the reason that the status says
 * @param delayMillis of a FIXED_DELAY; null for other triggers
 * @param awaited the run whose end a FIXED_DELAY counts from; null: none
 * @param workedOut whether it was worked out here, by our time zone rules, and not taken over
 */
record NextFire(
    @Nullable Instant at,
    @Nullable Long delayMillis,
    @Nullable UUID awaited,
    ScheduleStatus status,
    @Nullable String statusReason,
    boolean workedOut) {

  /** How old the instant of a ONE_SHOT may be when it is given: it then fires at once. */
  static final Duration CATCH_UP = Duration.ofDays(1);

  /** What the clock said before an edit, and what the edit withdrew. */
  record Before(
      ScheduleDeclaration declared,
      ScheduleStatus status,
      @Nullable String statusReason,
      @Nullable Instant next,
      @Nullable UUID awaited,
      boolean awaitedLives,
      @Nullable Instant withdrawn) {}

  /**
   * @throws dev.carillon.catalog.input.InvalidInput when it cannot ever fire as it is meant to
   */
  static NextFire ofNew(ScheduleDeclaration declared, ZoneId zone, Instant createdAt) {
    return declared.enabled()
        ? firing(declared, first(declared, zone, createdAt, createdAt))
        : paused(declared, null);
  }

  /**
   * @throws dev.carillon.catalog.input.InvalidInput when it cannot ever fire as it is meant to
   */
  static NextFire ofEdited(
      Before before, ScheduleDeclaration declared, ZoneId zone, Instant createdAt, Instant now) {
    boolean delays = declared.trigger() instanceof FixedDelay;
    boolean sameInstants = declared.firesAs(before.declared());
    // Whether the clock waits for the end of a run that will still come.
    UUID awaited =
        delays && before.awaitedLives() && before.withdrawn() == null ? before.awaited() : null;
    if (!declared.enabled()) {
      return paused(declared, awaited);
    }
    if (awaited != null) {
      return new NextFire(null, delayMillis(declared), awaited, ScheduleStatus.ACTIVE, null, false);
    }
    if (!sameInstants) {
      return firing(declared, first(declared, zone, createdAt, now));
    }
    if (before.declared().enabled()) {
      return undisturbed(before, declared);
    }
    if (delays) {
      return firing(
          declared, before.withdrawn() != null ? before.withdrawn() : now.plus(delay(declared)));
    }
    Instant from = before.withdrawn() == null ? now : before.withdrawn().minusNanos(1);
    return firing(declared, next(declared, zone, createdAt, from));
  }

  private static NextFire undisturbed(Before before, ScheduleDeclaration declared) {
    if (before.withdrawn() != null) {
      return takenOver(declared, before.withdrawn(), ScheduleStatus.ACTIVE, null);
    }
    return takenOver(declared, before.next(), before.status(), before.statusReason());
  }

  private static NextFire takenOver(
      ScheduleDeclaration declared,
      @Nullable Instant at,
      ScheduleStatus status,
      @Nullable String reason) {
    return new NextFire(at, delayMillis(declared), null, status, reason, false);
  }

  private static NextFire paused(ScheduleDeclaration declared, @Nullable UUID awaited) {
    return new NextFire(
        null, delayMillis(declared), awaited, ScheduleStatus.PAUSED, "DISABLED", false);
  }

  private static NextFire firing(ScheduleDeclaration declared, @Nullable Instant at) {
    return new NextFire(
        at,
        delayMillis(declared),
        null,
        at == null ? ScheduleStatus.EXHAUSTED : ScheduleStatus.ACTIVE,
        null,
        true);
  }

  /** As of a trigger that was just given. */
  private static @Nullable Instant first(
      ScheduleDeclaration declared, ZoneId zone, Instant createdAt, Instant now) {
    if (declared.trigger() instanceof OneShot once) {
      if (once.at().isBefore(now.minus(CATCH_UP))) {
        throw FieldErrors.invalid(
            "/trigger/at",
            "at: " + once.at() + " is past by more than a day and would never fire",
            now.plus(CATCH_UP).truncatedTo(ChronoUnit.SECONDS).toString());
      }
      return once.at();
    }
    if (declared.trigger() instanceof FixedDelay fixed) {
      return now.plus(fixed.delay());
    }
    return next(declared, zone, createdAt, now);
  }

  private static @Nullable Instant next(
      ScheduleDeclaration declared, ZoneId zone, Instant createdAt, Instant after) {
    return evaluated(() -> declared.trigger().in(zone, createdAt, declared.dst()).next(after));
  }

  private static @Nullable Instant evaluated(Supplier<@Nullable Instant> question) {
    try {
      return question.get();
    } catch (EvaluationGaveUp gaveUp) {
      throw FieldErrors.invalid(
          "/trigger", "its next fire could not be found: " + gaveUp.getMessage(), null);
    }
  }

  private static Duration delay(ScheduleDeclaration declared) {
    return ((FixedDelay) declared.trigger()).delay();
  }

  private static @Nullable Long delayMillis(ScheduleDeclaration declared) {
    return declared.trigger() instanceof FixedDelay fixed ? (Long) fixed.delay().toMillis() : null;
  }
}
