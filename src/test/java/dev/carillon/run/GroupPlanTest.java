package dev.carillon.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
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

  @Property
  void doesOneThingAtMost(@ForAll("standings") GroupPlan.Standing group) {
    GroupPlan plan = GroupPlan.of(group);

    int things =
        (plan.end() == null ? 0 : 1) + (plan.stop() ? 1 : 0) + (plan.release() > 0 ? 1 : 0);
    assertTrue(things <= 1, plan.toString());
  }

  @Property
  void neverHasMoreAtWorkThanItMay(@ForAll("standings") GroupPlan.Standing group) {
    GroupPlan plan = GroupPlan.of(group);

    if (plan.release() > 0 && group.room() != GroupPlan.ALL) {
      assertTrue(group.atWork() + plan.release() <= group.room());
    }
  }

  @Property
  void endsExactlyWhenNothingIsOpen(@ForAll("standings") GroupPlan.Standing group) {
    GroupPlan plan = GroupPlan.of(group);

    boolean living = group.status() == GroupStatus.QUEUED || group.status() == GroupStatus.RUNNING;
    assertEquals(living && group.tally().open() == 0, plan.end() != null);
  }

  @Property
  void alwaysHasSomethingToWaitFor(@ForAll("standings") GroupPlan.Standing group) {
    GroupPlan plan = GroupPlan.of(group);

    boolean living = group.status() == GroupStatus.QUEUED || group.status() == GroupStatus.RUNNING;
    if (living && plan.end() == null && !plan.stop() && plan.release() == 0) {
      assertTrue(group.atWork() > 0, "nobody would ever let it go on: " + group);
    }
  }

  @Property
  void countsEachEndOnce(@ForAll("tallies") GroupTally before, @ForAll("tallies") GroupTally ends) {
    int ended = ends.succeeded() + ends.wrong() + ends.skipped() + ends.missed();

    GroupTally after = before.after(ends, ended);

    assertEquals(total(before), total(after));
    assertEquals(before.wrong() + ends.wrong(), after.wrong());
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

  private static int total(GroupTally tally) {
    return tally.open() + tally.succeeded() + tally.wrong() + tally.skipped() + tally.missed();
  }

  @Provide
  Arbitrary<GroupTally> tallies() {
    Arbitrary<Integer> few = Arbitraries.integers().between(0, 4);
    return Combinators.combine(few, few, few, few, few, few, few).as(GroupTally::new);
  }

  @Provide
  Arbitrary<GroupPlan.Standing> standings() {
    Arbitrary<Boolean> flag = Arbitraries.of(true, false);
    return Combinators.combine(
            Arbitraries.of(GroupMode.class),
            Arbitraries.integers().between(1, 5).injectNull(0.3),
            Arbitraries.of(GroupStatus.class),
            tallies(),
            Arbitraries.integers().between(0, 6),
            Combinators.combine(flag, flag, flag, flag)
                .as((a, b, c, d) -> new boolean[] {a, b, c, d}))
        .as(
            (mode, most, status, tally, atWork, flags) ->
                new GroupPlan.Standing(
                    mode, most, flags[0], status, flags[1], flags[2], flags[3], tally, atWork));
  }
}
