package dev.carillon.catalog;

import dev.carillon.catalog.OpenedSchedule.Withdrawn;
import dev.carillon.catalog.input.FieldErrors;
import dev.carillon.catalog.input.PauseRequest;
import dev.carillon.catalog.input.ScheduleDeclaration;
import dev.carillon.pg.Statements;
import dev.carillon.run.RunIds;
import dev.carillon.tenancy.Requester;
import dev.carillon.tenancy.Tenant;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Lets fires go on purpose: for a while, or one. Neither is downtime, so nothing of it is caught
 * up. The declaration stays as it is but for the note.
 */
@Singleton
public class SchedulePauses {

  /** A skipped fire is written as a run, and there is room made for runs a year ahead. */
  private static final Duration FARTHEST = Duration.ofDays(330);

  private final InstantSource clock;
  private final Schedules schedules;
  private final ScheduleClock clocks;

  SchedulePauses(InstantSource clock, Schedules schedules, ScheduleClock clocks) {
    this.clock = clock;
    this.schedules = schedules;
    this.clocks = clocks;
  }

  /**
   * Pauses, or changes until when and why. Fails with a {@link Refusal} when the schedule is
   * disabled, parked or exhausted; with {@link dev.carillon.catalog.input.InvalidInput} when the
   * end is past.
   */
  public Uni<ScheduleView> pause(
      Statements statements,
      Requester requester,
      String idOrKey,
      IntPredicate expected,
      PauseRequest request) {
    Instant now = clock.instant();
    requireToCome(request.until(), now);
    return clocks
        .open(statements, requester, idOrKey, expected)
        .invoke(opened -> requirePausable(opened.row()))
        .flatMap(
            opened ->
                isSo(opened.row(), request)
                    ? Uni.createFrom().item(opened.view())
                    : pause(statements, requester, opened, request, now));
  }

  private Uni<ScheduleView> pause(
      Statements statements,
      Requester requester,
      OpenedSchedule opened,
      PauseRequest request,
      Instant now) {
    return clocks
        .withdraw(statements, opened, now)
        .flatMap(
            withdrawn ->
                paused(statements, opened.row(), opened.before(withdrawn), request)
                    .invoke(next -> opened.row().pause(request.until(), request.note(), now))
                    .flatMap(
                        next ->
                            clocks.replan(statements, requester, opened, next, withdrawn, now)));
  }

  private Uni<NextFire> paused(
      Statements statements, ScheduleEntity row, NextFire.Before before, PauseRequest request) {
    Instant until = request.until();
    return until == null
        ? Uni.createFrom().item(NextFire.ofPaused(before))
        : evaluated(statements, row, draft -> NextFire.ofPaused(before, draft, until));
  }

  /**
   * Lets the next fire go: its run is SKIPPED, with its event, and does not count towards maxRuns.
   * Fails with a {@link Refusal} when there is no next fire, as things stand.
   */
  public Uni<ScheduleView> skipNext(
      Statements statements, Requester requester, String idOrKey, IntPredicate expected) {
    Instant now = clock.instant();
    return clocks
        .open(statements, requester, idOrKey, expected)
        .flatMap(
            opened ->
                clocks
                    .withdraw(statements, opened, now)
                    .flatMap(withdrawn -> skipNext(statements, requester, opened, withdrawn, now)));
  }

  private Uni<ScheduleView> skipNext(
      Statements statements,
      Requester requester,
      OpenedSchedule opened,
      Withdrawn withdrawn,
      Instant now) {
    ScheduleEntity row = opened.row();
    NextFire.Before before = opened.before(withdrawn);
    Instant fire = upcoming(row, before);
    requireNear(fire, now);
    return evaluated(statements, row, draft -> NextFire.ofSkipped(before, draft, fire))
        .call(next -> statements.query(ClockSql.SKIP, skipped(row, fire, now)))
        .invoke(next -> row.updatedAt = now)
        .flatMap(next -> clocks.replan(statements, requester, opened, next, withdrawn, now));
  }

  private static Instant upcoming(ScheduleEntity row, NextFire.Before before) {
    Instant fire = before.upcoming();
    if (!row.isFiring() || fire == null || before.hasNoRunLeft()) {
      throw Refusal.wrongState(
          before.stillAwaited() == null
              ? "there is no next fire to skip: the schedule is " + row.status
              : "there is no next fire to skip yet: it follows the end of the run "
                  + before.stillAwaited());
    }
    return fire;
  }

  private static void requireNear(Instant fire, Instant now) {
    if (fire.isAfter(now.plus(FARTHEST))) {
      throw Refusal.wrongState(
          "the next fire, "
              + fire
              + ", is more than "
              + FARTHEST.toDays()
              + " days away; skip it nearer its time, or pause the schedule until after it");
    }
  }

  private static Tuple skipped(ScheduleEntity row, Instant fire, Instant now) {
    return Tuple.of(
        row.id,
        row.tenant,
        RunIds.ofFire(row.tenant, row.key, fire),
        Times.utc(fire),
        Times.utc(now),
        Times.utc(row.jitter().due(fire)));
  }

  /** Asks the schedule as it stands for its fires, on a worker thread. */
  private Uni<NextFire> evaluated(
      Statements statements, ScheduleEntity row, Function<ScheduleDraft, NextFire> question) {
    return Evaluation.aside(() -> row.declared(null))
        .flatMap(declared -> evaluated(statements, row, declared, question));
  }

  private Uni<NextFire> evaluated(
      Statements statements,
      ScheduleEntity row,
      ScheduleDeclaration declared,
      Function<ScheduleDraft, NextFire> question) {
    return schedules
        .timing(statements, new Tenant(row.tenant), declared, row.createdAt)
        .flatMap(
            timing ->
                Evaluation.aside(
                    () -> question.apply(ScheduleDraft.ofStanding(row, declared, timing))));
  }

  private static boolean isSo(ScheduleEntity row, PauseRequest request) {
    return !row.isFiring()
        && Objects.equals(row.pausedUntil, request.until())
        && (request.note() == null || request.note().equals(row.policies.note));
  }

  private static void requirePausable(ScheduleEntity row) {
    if (!row.enabled) {
      throw Refusal.wrongState("the schedule is disabled; enable it before pausing it");
    }
    if (row.status == ScheduleStatus.PARKED || row.status == ScheduleStatus.EXHAUSTED) {
      throw Refusal.wrongState(
          "the schedule is " + row.status + " and does not fire; there is nothing to pause");
    }
  }

  private static void requireToCome(@Nullable Instant until, Instant now) {
    if (until != null && !until.isAfter(now)) {
      throw FieldErrors.invalid(
          "/until",
          "until: " + until + " is past; leave it out to pause until the schedule is enabled",
          now.plus(Duration.ofDays(1)).truncatedTo(ChronoUnit.SECONDS).toString());
    }
  }
}
