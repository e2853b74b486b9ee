package dev.carillon.run;

import org.jspecify.annotations.Nullable;

/**
 * What is to be done with a group as it stands, in this order:
 *
 * <pre>
 * no run is open                            → it has ended: CANCELED, PARTIAL or COMPLETED
 * it was cancelled, has stopped, or stops   → end what waits, ask what runs
 * otherwise                                 → let as many go as there is room for
 * </pre>
 *
 * @param end its status from now on; null: it goes on
 * @param stop whether the rest is to be cancelled
 * @param release how many of those that wait may be let go
 */
public record GroupPlan(@Nullable GroupStatus end, boolean stop, int release) {

  /** Where nothing says how many: as many as there are. */
  public static final int ALL = Integer.MAX_VALUE;

  /**
   * A group and what has become of its runs.
   *
   * @param maxParallel null: any number; of no meaning where the mode is SEQUENTIAL
   * @param stopsOnFailure whether the rest is cancelled once a run has failed
   * @param status as it was
   * @param canceled whether somebody cancelled the group itself
   * @param stopped whether it has cancelled the rest before
   * @param failedNow whether a run was found to have ended FAILED, DEAD or CANCELED for good, and
   *     not by the group
   * @param atWork how many were let go and have not ended
   */
  public record Standing(
      GroupMode mode,
      @Nullable Integer maxParallel,
      boolean stopsOnFailure,
      GroupStatus status,
      boolean canceled,
      boolean stopped,
      boolean failedNow,
      GroupTally tally,
      int atWork) {

    /** How many may be at work at once. */
    public int room() {
      if (mode == GroupMode.SEQUENTIAL) {
        return 1;
      }
      return maxParallel == null ? ALL : maxParallel;
    }
  }

  private static final GroupPlan NOTHING = new GroupPlan(null, false, 0);

  public static GroupPlan of(Standing group) {
    if (group.status.isFinal() || group.status == GroupStatus.CREATED) {
      return NOTHING;
    }
    if (group.tally.open() <= 0) {
      return new GroupPlan(end(group), false, 0);
    }
    if (group.canceled || group.stopped || group.stopsOnFailure && group.failedNow) {
      return new GroupPlan(null, true, 0);
    }
    int room = group.room();
    return new GroupPlan(null, false, room == ALL ? ALL : Math.max(0, room - group.atWork));
  }

  private static GroupStatus end(Standing group) {
    if (group.canceled) {
      return GroupStatus.CANCELED;
    }
    return group.tally.wrong() > 0 ? GroupStatus.PARTIAL : GroupStatus.COMPLETED;
  }
}
