package dev.carillon.catalog;

import dev.carillon.catalog.input.FieldErrors;
import dev.carillon.catalog.input.ScheduleDeclaration;
import dev.carillon.time.FixedDelay;
import dev.carillon.time.OneShot;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * When a schedule fires next, after it was created or edited. Pure; what it decides is written by
 * {@link Schedules}.
 *
 * <pre>
 * disabled                     → none; PAUSED
 * same instants as before      → the earliest withdrawn, else what the clock said: an edit is no downtime
 * other instants               → as of a new schedule, from now on: what was withdrawn says nothing of it
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

  /**
   * What was so before an edit, and what the edit withdrew.
   *
   * @param sameInstants whether what is declared now fires when the former did
   * @param delayMillis of a FIXED_DELAY; null for other triggers
   */
  record Before(
      boolean enabled,
      boolean sameInstants,
      ScheduleStatus status,
      @Nullable String statusReason,
      @Nullable Instant next,
      @Nullable Long delayMillis,
      @Nullable UUID awaited,
      boolean awaitedLives,
      @Nullable Instant withdrawn) {

    /** The run whose end will still come and set the next fire; null: none. */
    @Nullable UUID stillAwaited() {
      return awaitedLives && withdrawn == null ? awaited : null;
    }
  }

  /**
   * @throws dev.carillon.catalog.input.InvalidInput when it cannot ever fire as it is meant to
   */
  static NextFire ofNew(ScheduleDraft draft) {
    if (draft.declared().enabled()) {
      return firing(draft, first(draft));
    }
    requireFires(draft);
    return paused(draft.declared(), null);
  }

  /** Without a look at the trigger, so that one which cannot be read can be switched off. */
  static NextFire ofDisabled(Before before) {
    UUID awaited = before.delayMillis() == null ? null : before.stillAwaited();
    return paused(before.delayMillis(), awaited);
  }

  /**
   * @throws dev.carillon.catalog.input.InvalidInput when it cannot ever fire as it is meant to
   */
  static NextFire ofEdited(Before before, ScheduleDraft draft) {
    ScheduleDeclaration declared = draft.declared();
    boolean delays = declared.trigger() instanceof FixedDelay;
    UUID awaited = delays ? before.stillAwaited() : null;
    if (!declared.enabled()) {
      if (!before.sameInstants()) {
        requireFires(draft);
      }
      return paused(declared, awaited);
    }
    if (awaited != null) {
      return new NextFire(null, delayMillis(declared), awaited, ScheduleStatus.ACTIVE, null, false);
    }
    if (!before.sameInstants()) {
      return firing(draft, first(draft));
    }
    if (before.enabled()) {
      return undisturbed(before, declared);
    }
    if (delays) {
      return firing(
          draft,
          before.withdrawn() != null ? before.withdrawn() : draft.fires().delayed(draft.now()));
    }
    Instant from = before.withdrawn() == null ? draft.now() : before.withdrawn().minusNanos(1);
    return firing(draft, draft.fires().next(from));
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
    return paused(delayMillis(declared), awaited);
  }

  private static NextFire paused(@Nullable Long delayMillis, @Nullable UUID awaited) {
    return new NextFire(null, delayMillis, awaited, ScheduleStatus.PAUSED, "DISABLED", false);
  }

  private static NextFire firing(ScheduleDraft draft, @Nullable Instant at) {
    return new NextFire(
        at,
        delayMillis(draft.declared()),
        null,
        at == null ? ScheduleStatus.EXHAUSTED : ScheduleStatus.ACTIVE,
        null,
        true);
  }

  /** As of a trigger that was just given. */
  private static @Nullable Instant first(ScheduleDraft draft) {
    Instant now = draft.now();
    if (draft.declared().trigger() instanceof OneShot once) {
      if (once.at().isBefore(now.minus(CATCH_UP))) {
        throw FieldErrors.invalid(
            "/trigger/at",
            "at: " + once.at() + " is past by more than a day and would never fire",
            now.plus(CATCH_UP).truncatedTo(ChronoUnit.SECONDS).toString());
      }
      return once.at();
    }
    if (draft.declared().trigger() instanceof FixedDelay) {
      return draft.fires().delayed(now);
    }
    return draft.fires().next(now);
  }

  /** Switched off or not: what never fires is not taken. */
  private static void requireFires(ScheduleDraft draft) {
    if (draft.declared().trigger() instanceof FixedDelay) {
      draft.fires().delayed(draft.now());
    } else {
      draft.fires().next(draft.now());
    }
  }

  private static @Nullable Long delayMillis(ScheduleDeclaration declared) {
    return declared.trigger() instanceof FixedDelay fixed ? (Long) fixed.delay().toMillis() : null;
  }
}
