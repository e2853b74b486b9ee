package dev.carillon.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever a group looks like. */
class GroupPlanProperties {

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
