package dev.carillon.event;

import dev.carillon.run.RunState;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Tuple;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What one batch of the outbox says of schedules: how many of their runs started, and what became
 * of them. A run without a schedule leaves nothing here.
 *
 * <p>Of failures in a row, a batch knows only how it goes on from what was before it: those that
 * come before its first success prolong what was, the others do not. Runs of a backfill are counted
 * like all others, but their failures are not in the row; a success of theirs ends it.
 */
final class Rollup {

  private static final String MISSED = "scheduler.run.missed";

  private final Map<UUID, Counts> schedules = new LinkedHashMap<>();

  private static final class Counts {

    private long fired;
    private long succeeded;
    private long failed;
    private long missed;
    private long skipped;

    /** Failures before the first success. */
    private int leading;

    /** The most in a row after it. */
    private int longest;

    /** Since the last success; null: there was none. */
    private @Nullable Integer trailing;

    private void add(Counts later) {
      fired += later.fired;
      succeeded += later.succeeded;
      failed += later.failed;
      missed += later.missed;
      skipped += later.skipped;
      if (trailing == null) {
        leading += later.leading;
        trailing = later.trailing;
      } else {
        longest = Math.max(longest, trailing + later.leading);
        trailing = later.trailing == null ? (Integer) (trailing + later.leading) : later.trailing;
      }
      longest = Math.max(longest, later.longest);
    }

    private void succeed() {
      succeeded++;
      trailing = 0;
    }

    private void fail(boolean inRow) {
      failed++;
      if (!inRow) {
        return;
      }
      if (trailing == null) {
        leading++;
      } else {
        trailing++;
        longest = Math.max(longest, trailing);
      }
    }
  }

  /** A run that no worker had begun before: not another try, but one that was revived. */
  void addFirstStart(RunEvent event) {
    UUID schedule = event.run().scheduleId();
    if (schedule != null) {
      counts(schedule).fired++;
    }
  }

  /**
   * How an attempt ended.
   *
   * @param event the first of those that tell of it; a dead one has two
   * @param backfilled whether a backfill made the run: that an old fire fails again says nothing of
   *     those to come
   */
  void addEnd(RunEvent event, boolean backfilled) {
    UUID schedule = event.run().scheduleId();
    RunEvent.End end = event.end();
    if (schedule != null && end != null && end.finalState() != null) {
      end(schedule, end.finalState(), backfilled);
    }
  }

  private void end(UUID schedule, RunState state, boolean backfilled) {
    switch (state) {
      case SUCCEEDED -> counts(schedule).succeed();
      case FAILED, DEAD -> counts(schedule).fail(!backfilled);
      case MISSED -> counts(schedule).missed++;
      case SKIPPED -> counts(schedule).skipped++;
      default -> {
        // Somebody's own wish.
      }
    }
  }

  /** Fires that were let go and are only counted. */
  void add(ChangeEvent event) {
    JsonObject data = event.data();
    if (MISSED.equals(event.type()) && data.getString("id") != null) {
      counts(UUID.fromString(data.getString("id"))).missed += data.getLong("count", 0L);
    }
  }

  /** What follows upon this. */
  Rollup and(Rollup later) {
    later.schedules.forEach((schedule, counts) -> counts(schedule).add(counts));
    return this;
  }

  boolean isEmpty() {
    return schedules.isEmpty();
  }

  private Counts counts(UUID schedule) {
    return schedules.computeIfAbsent(schedule, id -> new Counts());
  }

  /** Appends the parameters $7 and following of {@link RelaySql#NEXT_COUNTING}. */
  Tuple onto(Tuple parameters) {
    Collection<Counts> all = schedules.values();
    return parameters
        .addArrayOfUUID(schedules.keySet().toArray(UUID[]::new))
        .addArrayOfLong(longs(all, counts -> counts.fired))
        .addArrayOfLong(longs(all, counts -> counts.succeeded))
        .addArrayOfLong(longs(all, counts -> counts.failed))
        .addArrayOfLong(longs(all, counts -> counts.missed))
        .addArrayOfLong(longs(all, counts -> counts.skipped))
        .addArrayOfInteger(integers(all, counts -> counts.leading))
        .addArrayOfInteger(integers(all, counts -> counts.longest))
        .addArrayOfInteger(integers(all, counts -> counts.trailing));
  }

  private static Long[] longs(Collection<Counts> all, Function<Counts, Long> which) {
    return all.stream().map(which).toArray(Long[]::new);
  }

  private static Integer[] integers(
      Collection<Counts> all, Function<Counts, @Nullable Integer> which) {
    return all.stream().map(which).toArray(Integer[]::new);
  }
}
