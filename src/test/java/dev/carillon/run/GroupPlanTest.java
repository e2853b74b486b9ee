package dev.carillon.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GroupPlanTest {

  /** Mode, most at once, stops, status, cancelled, stopped, failed now, open, wrong, at work. */
  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        // It ends once nothing is open, as what became of its runs says.
        "PARALLEL,   -, false, RUNNING, false, false, false, 0, 0, 0, COMPLETED, false, 0",
        "PARALLEL,   -, false, RUNNING, false, false, true,  0, 1, 0, PARTIAL,   false, 0",
        "SEQUENTIAL, -, true,  RUNNING, false, true,  true,  0, 3, 0, PARTIAL,   false, 0",
        "PARALLEL,   -, false, RUNNING, true,  false, false, 0, 0, 0, CANCELED,  false, 0",
        "PARALLEL,   -, true,  QUEUED,  true,  true,  true,  0, 2, 0, CANCELED,  false, 0",
        // The rest is cancelled once one has failed, if it stops then; or once somebody says so.
        "SEQUENTIAL, -, true,  RUNNING, false, false, true,  2, 1, 0, -,         true,  0",
        "SEQUENTIAL, -, true,  RUNNING, false, true,  false, 2, 1, 0, -,         true,  0",
        "SEQUENTIAL, -, false, RUNNING, false, false, true,  2, 1, 0, -,         false, 1",
        "PARALLEL,   4, false, RUNNING, true,  false, false, 2, 0, 1, -,         true,  0",
        // One that was retried since has failures behind it, and goes on.
        "SEQUENTIAL, -, true,  RUNNING, false, false, false, 2, 1, 0, -,         false, 1",
        // As many as there is room for.
        "SEQUENTIAL, -, true,  QUEUED,  false, false, false, 5, 0, 0, -,         false, 1",
        "SEQUENTIAL, -, true,  RUNNING, false, false, false, 5, 0, 1, -,         false, 0",
        "PARALLEL,   3, false, RUNNING, false, false, false, 5, 0, 1, -,         false, 2",
        "PARALLEL,   3, false, RUNNING, false, false, false, 5, 0, 4, -,         false, 0",
        "PARALLEL,   -, false, QUEUED,  false, false, false, 5, 0, 0, -,         false, 2147483647",
        // Nothing becomes of one that has no runs, or has ended.
        "PARALLEL,   -, false, CREATED, false, false, false, 0, 0, 0, -,         false, 0",
        "PARALLEL,   -, true,  PARTIAL, false, false, true,  0, 1, 0, -,         false, 0"
      })
  void doesWhatTheTableSays(
      GroupMode mode,
      Integer maxParallel,
      boolean stops,
      GroupStatus status,
      boolean canceled,
      boolean stopped,
      boolean failedNow,
      int open,
      int wrong,
      int atWork,
      GroupStatus end,
      boolean stop,
      int release) {
    GroupTally tally = new GroupTally(open, 1, wrong, 0, 0, 0, 0);

    GroupPlan plan =
        GroupPlan.of(
            new GroupPlan.Standing(
                mode, maxParallel, stops, status, canceled, stopped, failedNow, tally, atWork));

    assertEquals(new GroupPlan(end, stop, release), plan);
  }

  @ParameterizedTest
  @CsvSource({
    "CREATED, false",
    "QUEUED, false",
    "RUNNING, false",
    "COMPLETED, true",
    "PARTIAL, true",
    "CANCELED, true"
  })
  void isFinalWhereNothingMoreBecomesOfIt(GroupStatus status, boolean last) {
    assertEquals(last, status.isFinal());
    if (last) {
      GroupPlan plan =
          GroupPlan.of(
              new GroupPlan.Standing(
                  GroupMode.PARALLEL, null, true, status, true, true, true, GroupTally.NONE, 0));
      assertNull(plan.end());
      assertFalse(plan.stop());
    }
  }
}
