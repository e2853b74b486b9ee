package dev.carillon.ticker;

import dev.carillon.lease.Lease;
import dev.carillon.run.RunIds;
import dev.carillon.schedule.FirePlan;
import dev.carillon.schedule.TzdataVersion;
import dev.carillon.ticker.FireEvaluation.Planned;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What {@link PlanSql#PLAN} is told: columns of schedules, of fires, and of what is only counted.
 */
final class PlanParameters {

  private final TzdataVersion ours;

  // One element a schedule.
  private final List<UUID> schedules = new ArrayList<>();
  private final List<@Nullable OffsetDateTime> oldNext = new ArrayList<>();
  private final List<@Nullable OffsetDateTime> newNext = new ArrayList<>();
  private final List<Long> revisions = new ArrayList<>();
  private final List<@Nullable OffsetDateTime> lastFires = new ArrayList<>();
  private final List<@Nullable UUID> awaited = new ArrayList<>();
  private final List<@Nullable OffsetDateTime> lastDue = new ArrayList<>();
  private final List<Boolean> over = new ArrayList<>();
  private final List<Integer> used = new ArrayList<>();
  private final List<@Nullable String> rules = new ArrayList<>();
  private final List<@Nullable OffsetDateTime> lastLetGo = new ArrayList<>();

  // One element a fire.
  private final List<UUID> fireSchedules = new ArrayList<>();
  private final List<UUID> runs = new ArrayList<>();
  private final List<OffsetDateTime> fireAt = new ArrayList<>();
  private final List<OffsetDateTime> dueAt = new ArrayList<>();
  private final List<@Nullable OffsetDateTime> expiresAt = new ArrayList<>();
  private final List<Boolean> missed = new ArrayList<>();
  private final List<Boolean> late = new ArrayList<>();

  // One element a schedule of whose fires some are only counted.
  private final List<UUID> countedSchedules = new ArrayList<>();
  private final List<Long> counts = new ArrayList<>();
  private final List<String> countedFrom = new ArrayList<>();
  private final List<String> countedTo = new ArrayList<>();
  private final List<Boolean> countedAtLeast = new ArrayList<>();

  PlanParameters(TzdataVersion ours) {
    this.ours = ours;
  }

  /**
   * @param fires those of the plan, with the instants at which they are due
   */
  void add(Planned planned, List<PlannedFire> fires, Instant now) {
    PlanRow row = planned.row();
    FirePlan plan = planned.plan();
    plan.missed().forEach(fire -> addFire(row, new PlannedFire(fire, fire, null, false), true));
    UUID run = null;
    Instant last = null;
    Instant due = now;
    for (PlannedFire fire : fires) {
      run = addFire(row, fire, false);
      last = fire.at();
      due = fire.due().isAfter(due) ? fire.due() : due;
    }
    schedules.add(row.schedule());
    oldNext.add(utc(row.next()));
    newNext.add(utc(plan.next()));
    revisions.add(row.revision());
    lastFires.add(utc(last));
    awaited.add(row.fixedDelay() ? run : null);
    lastDue.add(utc(due));
    over.add(planned.isOver());
    used.add(row.runsLeft() == null ? 0 : fires.size());
    rules.add(plan.isNextKnown() ? ours.name() : null);
    lastLetGo.add(utc(plan.lastLetGo()));
    FirePlan.Rest rest = plan.rest();
    if (rest != null) {
      countedSchedules.add(row.schedule());
      counts.add(rest.count());
      countedFrom.add(rest.from().toString());
      countedTo.add(rest.to().toString());
      countedAtLeast.add(!rest.isWhole());
    }
  }

  private UUID addFire(PlanRow row, PlannedFire fire, boolean letGo) {
    UUID run = RunIds.ofFire(row.tenant(), row.key(), fire.at());
    fireSchedules.add(row.schedule());
    runs.add(run);
    fireAt.add(utc(fire.at()));
    dueAt.add(utc(fire.due()));
    expiresAt.add(utc(fire.expires()));
    missed.add(letGo);
    late.add(fire.late());
    return run;
  }

  Tuple under(Lease.Held lease, Instant now) {
    return Tuple.tuple()
        .addString(lease.name())
        .addUUID(lease.holder())
        .addLong(lease.epoch())
        .addArrayOfUUID(schedules.toArray(UUID[]::new))
        .addArrayOfOffsetDateTime(oldNext.toArray(OffsetDateTime[]::new))
        .addArrayOfOffsetDateTime(newNext.toArray(OffsetDateTime[]::new))
        .addArrayOfLong(revisions.toArray(Long[]::new))
        .addArrayOfOffsetDateTime(lastFires.toArray(OffsetDateTime[]::new))
        .addArrayOfUUID(awaited.toArray(UUID[]::new))
        .addArrayOfOffsetDateTime(lastDue.toArray(OffsetDateTime[]::new))
        .addArrayOfBoolean(over.toArray(Boolean[]::new))
        .addArrayOfInteger(used.toArray(Integer[]::new))
        .addArrayOfString(rules.toArray(String[]::new))
        .addArrayOfOffsetDateTime(lastLetGo.toArray(OffsetDateTime[]::new))
        .addArrayOfUUID(fireSchedules.toArray(UUID[]::new))
        .addArrayOfUUID(runs.toArray(UUID[]::new))
        .addArrayOfOffsetDateTime(fireAt.toArray(OffsetDateTime[]::new))
        .addArrayOfOffsetDateTime(dueAt.toArray(OffsetDateTime[]::new))
        .addArrayOfOffsetDateTime(expiresAt.toArray(OffsetDateTime[]::new))
        .addArrayOfBoolean(missed.toArray(Boolean[]::new))
        .addArrayOfBoolean(late.toArray(Boolean[]::new))
        .addArrayOfUUID(countedSchedules.toArray(UUID[]::new))
        .addArrayOfLong(counts.toArray(Long[]::new))
        .addArrayOfString(countedFrom.toArray(String[]::new))
        .addArrayOfString(countedTo.toArray(String[]::new))
        .addArrayOfBoolean(countedAtLeast.toArray(Boolean[]::new))
        .addOffsetDateTime(utc(now));
  }

  private static @Nullable OffsetDateTime utc(@Nullable Instant at) {
    return at == null ? null : at.atOffset(ZoneOffset.UTC);
  }
}
