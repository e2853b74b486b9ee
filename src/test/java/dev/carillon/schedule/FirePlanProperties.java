package dev.carillon.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.time.Cron;
import dev.carillon.time.EvaluationGaveUp;
import dev.carillon.time.Fires;
import dev.carillon.time.civil.Effort;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

class FirePlanProperties {

  private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");

  @Provide
  Arbitrary<String> crons() {
    return Arbitraries.of(
        "* * * * *",
        "*/7 * * * *",
        "30 2 * * *",
        "0 9 * * MON-FRI",
        "15 */5 * * *",
        "59 23 31 * *");
  }

  @Provide
  Arbitrary<MisfireRule> rules() {
    return Combinators.combine(
            Arbitraries.of(MisfirePolicy.class),
            Arbitraries.of(0L, 60L, 600L, 90_000L),
            Arbitraries.of(0L, 30L, 3_600L, 86_400L, 60L * 86_400))
        .as(
            (policy, grace, window) ->
                new MisfireRule(policy, Duration.ofSeconds(grace), Duration.ofSeconds(window)));
  }

  /**
   * Every fire of the outage runs, is let go by name or is counted; none of them twice. The same
   * cases each time: where the work is used up among fires within a long grace, LAST runs those
   * that are left, for the next round sees no outage any more.
   */
  @Property(seed = "20261121", shrinking = ShrinkingMode.OFF)
  void losesNothingAndMakesNothingTwice(
      @ForAll("crons") String cron,
      @ForAll("rules") MisfireRule rule,
      @ForAll @LongRange(min = 0, max = 40 * 86_400) long lateSeconds,
      @ForAll @IntRange(min = 200, max = 3_000_000) int steps) {
    Fires fires = Cron.parse(cron).in(ZoneId.of("Europe/Berlin"), START);
    Instant due = fires.next(START);
    Instant now = due.plusSeconds(lateSeconds);
    Instant horizon = now.plusSeconds(5);

    Outcome outcome = new Outcome();
    Instant next = due;
    for (int rounds = 0; !next.isAfter(horizon); rounds++) {
      assertTrue(rounds < 60_000, "goes on for ever");
      FirePlan plan;
      try {
        plan = FirePlan.between(fires, next, now, horizon, rule, 100, new Effort(steps));
      } catch (EvaluationGaveUp tooLittle) {
        return;
      }
      outcome.add(plan, fires);
      assertTrue(plan.next().isAfter(next), "no progress");
      next = plan.next();
    }

    List<Instant> all = new ArrayList<>();
    for (Instant at = due; !at.isAfter(horizon); at = fires.next(at)) {
      all.add(at);
    }
    assertEquals(all, outcome.all);
    // Where counting is too dear, ALL makes up for what it meets.
    if (rule.policy() != MisfirePolicy.ALL || steps > 1_000_000) {
      assertEquals(expected(all, now, rule), outcome.run);
    }
  }

  /** What became of all fires, in the order in which it was decided. */
  private static final class Outcome {

    private final List<Instant> all = new ArrayList<>();
    private final List<Instant> run = new ArrayList<>();

    void add(FirePlan plan, Fires fires) {
      assertTrue(plan.missed().size() <= FirePlan.MOST_MISSED);
      assertTrue(plan.fires().size() <= FirePlan.MOST_AT_ONCE);
      assertTrue(plan.isNextKnown());
      all.addAll(plan.missed());
      FirePlan.Rest rest = plan.rest();
      if (rest != null) {
        int before = all.size();
        for (Instant at = rest.from(); !at.isAfter(rest.to()); at = fires.next(at)) {
          all.add(at);
        }
        assertEquals(rest.count(), all.size() - before);
        assertEquals(rest.to(), all.get(all.size() - 1));
      }
      all.addAll(plan.fires());
      run.addAll(plan.fires());
    }
  }

  /** By walking through all of them. */
  private static List<Instant> expected(List<Instant> all, Instant now, MisfireRule rule) {
    List<Instant> missed = all.stream().filter(at -> at.isBefore(now.minus(rule.grace()))).toList();
    List<Instant> others = all.subList(missed.size(), all.size());
    List<Instant> madeUp =
        missed.stream().filter(at -> !at.isBefore(now.minus(rule.catchUpWindow()))).toList();
    List<Instant> late = others.stream().filter(at -> !at.isAfter(now)).toList();
    if (rule.policy() == MisfirePolicy.LAST && !missed.isEmpty()) {
      List<Instant> either = late.isEmpty() ? madeUp : late;
      List<Instant> run =
          new ArrayList<>(either.subList(Math.max(0, either.size() - 1), either.size()));
      run.addAll(others.subList(late.size(), others.size()));
      return run;
    }
    int most = rule.policy() == MisfirePolicy.ALL ? 1_000 : 0;
    List<Instant> run =
        new ArrayList<>(madeUp.subList(Math.max(0, madeUp.size() - most), madeUp.size()));
    run.addAll(others);
    return run;
  }
}
