package dev.carillon.catalog;

import dev.carillon.catalog.input.FieldErrors;
import dev.carillon.catalog.input.ScheduleDeclaration;
import dev.carillon.schedule.MisfirePolicy;
import dev.carillon.schedule.MisfireRule;
import dev.carillon.time.FixedDelay;
import dev.carillon.time.OneShot;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * When a schedule fires next, after it was created or edited. Pure; what it decides is written by
 * {@link Schedules} and {@link ScheduleClock}.
 *
 * <pre>
 * disabled                     → none; PAUSED
 * paused                       → the first from its end on; none without an end; PAUSED
 * FIXED_DELAY, its run alive   → none: the end of that run sets it
 * no run left of maxRuns       → none; EXHAUSTED
 * same instants as before      → the earliest withdrawn, else what the clock said: an edit is no downtime
 * other instants               → as of a new schedule, from now on: what was withdrawn says nothing of it
 * enabled                      → the first from the earliest withdrawn on, inclusive, else after now: no catching up
 * none left                    → EXHAUSTED
 * </pre>
 *
 * @param at null: none, for the reason that the status says
 * @param delayMillis of a FIXED_DELAY; null for other triggers
 * @param awaited the run whose end a FIXED_DELAY counts from; null: none
 * @param workedOut whether it was worked out here, by our time zone rules, and not taken over
 * @param runsLeft how many fires may still become runs; null: any number
 */
record NextFire(
    @Nullable Instant at,
    @Nullable Long delayMillis,
    @Nullable UUID awaited,
    Standing standing,
    boolean workedOut,
    @Nullable Integer runsLeft) {

  /** Where it leaves the schedule. */
  record Standing(ScheduleStatus status, @Nullable String reason) {

    static final Standing ACTIVE = new Standing(ScheduleStatus.ACTIVE, null);
    static final Standing EXHAUSTED = new Standing(ScheduleStatus.EXHAUSTED, null);
    static final Standing DISABLED = new Standing(ScheduleStatus.PAUSED, "DISABLED");
    static final Standing PAUSED = new Standing(ScheduleStatus.PAUSED, "PAUSED");
  }

  /**
   * What the clock of a FIXED_DELAY waits for.
   *
   * @param delayMillis null for other triggers
   * @param lives whether the run's end is still to come
   */
  record Awaited(@Nullable Long delayMillis, @Nullable UUID run, boolean lives) {}

  /**
   * What was so before an edit, and what the edit withdrew.
   *
   * @param sameInstants whether what is declared now fires when the former did
   * @param pausedUntil null: not paused, or without an end
   * @param withdrawn the earliest fire that was planned and no longer is; null: none
   * @param runsLeft how many fires may still become runs after the edit; null: any number
   */
  record Before(
      boolean enabled,
      boolean sameInstants,
      ScheduleStatus status,
      @Nullable String statusReason,
      @Nullable Instant pausedUntil,
      @Nullable Instant next,
      Awaited awaited,
      @Nullable Instant withdrawn,
      @Nullable Integer runsLeft) {

    /** The run whose end will still come and set the next fire; null: none. */
    @Nullable UUID stillAwaited() {
      return awaited.lives && withdrawn == null ? awaited.run : null;
    }

    boolean isPaused() {
      return enabled && status == ScheduleStatus.PAUSED;
    }

    boolean hasNoRunLeft() {
      return runsLeft != null && runsLeft == 0;
    }

    /** The fire that would come next; null: none, as things stand. */
    @Nullable Instant upcoming() {
      return withdrawn == null ? next : withdrawn;
    }
  }

  /**
   * @throws dev.carillon.catalog.input.InvalidInput when it cannot ever fire as it is meant to
   */
  static NextFire ofNew(ScheduleDraft draft) {
    Integer runs = draft.declared().policies().maxRuns();
    if (draft.declared().enabled()) {
      return firing(draft, first(draft), runs);
    }
    requireFires(draft);
    return standing(Standing.DISABLED, null, delayMillis(draft.declared()), null, runs);
  }

  /** Without a look at the trigger, so that one which cannot be read can be switched off. */
  static NextFire ofDisabled(Before before) {
    return stopped(before, Standing.DISABLED);
  }

  /** Paused without an end, which needs no look at the trigger either. */
  static NextFire ofPaused(Before before) {
    return stopped(before, Standing.PAUSED);
  }

  private static NextFire stopped(Before before, Standing standing) {
    Long delay = before.awaited.delayMillis;
    UUID awaited = delay == null ? null : before.stillAwaited();
    return standing(standing, null, delay, awaited, before.runsLeft);
  }

  /**
   * Paused until an instant.
   *
   * @throws dev.carillon.catalog.input.InvalidInput when its next fire was not found
   */
  static NextFire ofPaused(Before before, ScheduleDraft draft, Instant until) {
    if (draft.declared().trigger() instanceof FixedDelay) {
      UUID awaited = before.stillAwaited();
      // The end of its run sets an instant, which the ticker puts off to the end of the pause.
      Instant at = awaited == null ? until : null;
      return standing(Standing.PAUSED, at, delayMillis(draft.declared()), awaited, before.runsLeft);
    }
    Instant at = draft.fires().next(until.minusNanos(1));
    return standing(Standing.PAUSED, at, null, null, before.runsLeft);
  }

  /**
   * With one fire let go.
   *
   * @param skipped the one that was next
   * @throws dev.carillon.catalog.input.InvalidInput when the one after it was not found
   */
  static NextFire ofSkipped(Before before, ScheduleDraft draft, Instant skipped) {
    return firing(
        draft,
        draft.declared().trigger() instanceof FixedDelay
            ? draft.fires().delayed(skipped)
            : draft.fires().next(skipped),
        before.runsLeft);
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
      return standing(Standing.DISABLED, null, delayMillis(declared), awaited, before.runsLeft);
    }
    if (before.isPaused()) {
      return stillPaused(before, draft, awaited);
    }
    if (awaited != null) {
      boolean stays = before.hasNoRunLeft() && before.status == ScheduleStatus.EXHAUSTED;
      Standing standing = stays ? Standing.EXHAUSTED : Standing.ACTIVE;
      return standing(standing, null, delayMillis(declared), awaited, before.runsLeft);
    }
    if (before.hasNoRunLeft()) {
      return standing(Standing.EXHAUSTED, null, delayMillis(declared), null, 0);
    }
    if (!before.sameInstants()) {
      return firing(draft, first(draft), before.runsLeft);
    }
    // Exhausted, of which there are runs left, or fires: it may be because a bound was raised.
    boolean over = before.status == ScheduleStatus.EXHAUSTED && before.next == null;
    if (before.enabled() && !over) {
      return undisturbed(before, declared);
    }
    return resumed(before, draft, delays);
  }

  private static NextFire resumed(Before before, ScheduleDraft draft, boolean delays) {
    Instant withdrawn = before.withdrawn;
    if (delays) {
      return firing(
          draft,
          withdrawn != null ? withdrawn : draft.fires().delayed(draft.now()),
          before.runsLeft);
    }
    Instant from = withdrawn == null ? draft.now() : withdrawn.minusNanos(1);
    return firing(draft, draft.fires().next(from), before.runsLeft);
  }

  private static NextFire stillPaused(Before before, ScheduleDraft draft, @Nullable UUID awaited) {
    if (before.pausedUntil != null) {
      return ofPaused(before, draft, before.pausedUntil);
    }
    if (!before.sameInstants()) {
      requireFires(draft);
    }
    return standing(Standing.PAUSED, null, delayMillis(draft.declared()), awaited, before.runsLeft);
  }

  private static NextFire undisturbed(Before before, ScheduleDeclaration declared) {
    Standing standing =
        before.withdrawn == null
            ? new Standing(before.status, before.statusReason)
            : Standing.ACTIVE;
    return standing(standing, before.upcoming(), delayMillis(declared), null, before.runsLeft);
  }

  private static NextFire standing(
      Standing standing,
      @Nullable Instant at,
      @Nullable Long delayMillis,
      @Nullable UUID awaited,
      @Nullable Integer runsLeft) {
    return new NextFire(at, delayMillis, awaited, standing, false, runsLeft);
  }

  private static NextFire firing(
      ScheduleDraft draft, @Nullable Instant at, @Nullable Integer runsLeft) {
    return new NextFire(
        at,
        delayMillis(draft.declared()),
        null,
        at == null ? Standing.EXHAUSTED : Standing.ACTIVE,
        true,
        runsLeft);
  }

  /** As of a trigger that was just given. */
  private static @Nullable Instant first(ScheduleDraft draft) {
    Instant now = draft.now();
    if (draft.declared().trigger() instanceof OneShot once) {
      Instant at = draft.fires().next(Instant.MIN);
      if (at != null) {
        requireInTime(draft.declared().policies().misfire(), once, at, now);
      }
      return at;
    }
    if (draft.declared().trigger() instanceof FixedDelay) {
      return draft.fires().delayed(now);
    }
    return draft.fires().next(now);
  }

  /** How old the only fire may be when it is given: it then fires at once. */
  private static void requireInTime(MisfireRule misfire, OneShot once, Instant at, Instant now) {
    Duration oldest =
        misfire.policy() == MisfirePolicy.NONE ? misfire.grace() : misfire.catchUpWindow();
    if (at.isBefore(now.minus(oldest))) {
      throw FieldErrors.invalid(
          "/trigger/at",
          "at: "
              + once.at()
              + " is past by more than "
              + (oldest.equals(MisfireRule.DEFAULT.catchUpWindow()) ? "a day" : oldest)
              + " and would never fire",
          now.plus(Duration.ofDays(1)).truncatedTo(ChronoUnit.SECONDS).toString());
    }
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
