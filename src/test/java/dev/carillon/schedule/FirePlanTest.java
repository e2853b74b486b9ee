package dev.carillon.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.time.Cron;
import dev.carillon.time.DstPolicy;
import dev.carillon.time.EvaluationGaveUp;
import dev.carillon.time.Fire;
import dev.carillon.time.Fires;
import dev.carillon.time.OneShot;
import dev.carillon.time.Rrule;
import dev.carillon.time.Timing;
import dev.carillon.time.calendar.BusinessDays;
import dev.carillon.time.calendar.Convention;
import dev.carillon.time.calendar.OutsideCalendar;
import dev.carillon.time.civil.Effort;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FirePlanTest {

  private static final ZoneId UTC = ZoneId.of("UTC");
  private static final Instant NOW = Instant.parse("2026-06-15T12:00:00Z");
  private static final Instant HORIZON = NOW.plusSeconds(5);

  @Test
  void plansEveryFireUpToTheHorizonAndNamesTheNext() {
    FirePlan plan = plan(cron("* * * * * *"), NOW);

    assertEquals(Stream.iterate(NOW, at -> at.plusSeconds(1)).limit(6).toList(), plan.fires());
    assertEquals(NOW.plusSeconds(6), plan.next());
    assertEquals(List.of(), plan.missed());
  }

  @Test
  void runsEveryFireThatIsSlightlyLate() {
    Instant due = NOW.minusSeconds(60);

    FirePlan plan = plan(cron("* * * * * *"), due);

    assertEquals(66, plan.fires().size());
    assertEquals(due, plan.fires().get(0));
  }

  @Test
  void runsOnlyTheNewestOfWhatAnOutageMissed() {
    FirePlan plan = plan(cron("0 * * * *"), NOW.minus(Duration.ofHours(9)));

    assertEquals(List.of(NOW), plan.fires());
    assertEquals(NOW.plus(Duration.ofHours(1)), plan.next());
    assertEquals(9, plan.missed().size());
  }

  @Test
  void recordsAFireAsMissedThatIsTooOldToBeMadeUpFor() {
    Instant due = Instant.parse("2026-06-01T09:00:00Z");

    FirePlan plan = plan(cron("0 9 1 * *"), due);

    assertEquals(List.of(), plan.fires());
    assertEquals(List.of(due), plan.missed());
    assertEquals(Instant.parse("2026-07-01T09:00:00Z"), plan.next());
  }

  @Test
  void makesUpForAOneShotWithinADayAndNoLater() {
    Fires within = OneShot.parse("2026-06-14T12:00:00Z").in(UTC, NOW);
    Fires beyond = OneShot.parse("2026-06-14T11:59:59Z").in(UTC, NOW);

    FirePlan madeUp = plan(within, Instant.parse("2026-06-14T12:00:00Z"));
    FirePlan letGo = plan(beyond, Instant.parse("2026-06-14T11:59:59Z"));

    assertEquals(List.of(Instant.parse("2026-06-14T12:00:00Z")), madeUp.fires());
    assertNull(madeUp.next());
    assertEquals(List.of(Instant.parse("2026-06-14T11:59:59Z")), letGo.missed());
    assertNull(letGo.next());
  }

  @Test
  void takesNoMoreThanItsShareAtATimeAndGoesOnThere() {
    FirePlan plan =
        FirePlan.between(
            cron("* * * * * *"), NOW, NOW, NOW.plus(Duration.ofHours(1)), MisfireRule.DEFAULT);

    assertEquals(FirePlan.MOST_AT_ONCE, plan.fires().size());
    assertEquals(NOW.plusSeconds(FirePlan.MOST_AT_ONCE), plan.next());
  }

  /** kubernetes#42649: more than 100 missed starts, and it never ran again. */
  @ParameterizedTest
  @CsvSource({
    // every second, ten years of it
    "* * * * * *,        2016-06-15T12:00:00Z, 2026-06-15T12:00:00Z",
    // sparse
    "0 9 1 * *,          2016-06-01T09:00:00Z, 2026-06-01T09:00:00Z",
    // dense for a while, then nothing for long: no look-back from now is short enough to find few
    "* * * 1-31 1 *,     2026-01-05T00:00:00Z, 2026-01-31T23:59:59Z",
    "* * * 1-31 1 *,     2016-01-05T00:00:00Z, 2026-01-31T23:59:59Z",
    "0 0 29 2 *,         2016-02-29T00:00:00Z, 2024-02-29T00:00:00Z"
  })
  void findsTheNewestMissedFireWithoutEnumerating(String cron, Instant due, Instant newest) {
    AtomicInteger calls = new AtomicInteger();
    Fires counted = counting(cron(cron), calls);

    FirePlan plan = plan(counted, due);

    assertEquals(newest, newest(plan, NOW));
    assertTrue(calls.get() < 300, () -> calls + " evaluations");
  }

  /** A rule whose plan would be too much work is planned piece by piece, and not given up. */
  @Test
  void endsAPlanWhoseWorkIsUsedUpAndNamesTheNext() {
    Fires fires = rule("FREQ=SECONDLY");
    FirePlan whole = FirePlan.between(fires, NOW, NOW, NOW.plusSeconds(60), MisfireRule.DEFAULT);

    FirePlan cut =
        FirePlan.between(
            fires, NOW, NOW, NOW.plusSeconds(60), MisfireRule.DEFAULT, 100, new Effort(100));

    assertEquals(61, whole.fires().size());
    int planned = cut.fires().size();
    assertTrue(planned > 0 && planned < 61, () -> planned + " planned");
    assertEquals(whole.fires().subList(0, planned), cut.fires());
    assertEquals(whole.fires().get(planned), cut.next());
  }

  /** A weekend without fires is longer than most outages; neither gives the schedule up. */
  @ParameterizedTest
  @CsvSource({
    "2026-06-05T21:00:00Z, 2026-06-06T00:00:00Z, 2026-06-05T21:59:59Z",
    "2026-06-05T21:00:00Z, 2026-06-07T10:00:00Z, 2026-06-05T21:59:59Z",
    "2026-06-04T09:00:00Z, 2026-06-07T10:00:00Z, 2026-06-05T21:59:59Z",
    "2026-06-01T10:00:00Z, 2026-06-06T00:00:00Z, 2026-06-05T21:59:59Z",
    "2026-06-05T00:00:00Z, 2026-06-06T12:00:00Z, 2026-06-05T21:59:59Z",
    "2026-06-05T21:00:00Z, 2026-06-10T12:00:00Z, 2026-06-10T12:00:00Z",
  })
  void isNotGivenUpForAnOutageThatEndsInAStretchWithoutFires(
      Instant due, Instant now, Instant newest) {
    Fires fires =
        Rrule.parse(
                "FREQ=SECONDLY",
                "2026-01-01T00:00:00",
                List.of(),
                List.of(),
                List.of("FREQ=SECONDLY;BYDAY=SA,SU"))
            .in(ZoneId.of("Europe/Berlin"), Instant.EPOCH);

    Instant last = due;
    Instant next = due;
    for (int rounds = 0; !next.isAfter(now); rounds++) {
      assertTrue(rounds < 40);
      FirePlan plan = FirePlan.between(fires, next, now, now.plusSeconds(5), MisfireRule.DEFAULT);
      last = newest(plan, now);
      next = plan.next();
    }

    assertEquals(newest, last);
  }

  /**
   * 31 million fires of a rule that can only be counted one by one: still one outage, told once.
   */
  @Test
  void tellsOnceOfAnOutageWhoseFiresAreTooManyToBeCounted() {
    Instant due = NOW.minus(Duration.ofDays(365));

    FirePlan plan = plan(rule("FREQ=SECONDLY;BYMINUTE=0,1,2,3,4,5,6,7,8,9"), due);

    assertEquals(FirePlan.MOST_MISSED, plan.missed().size());
    assertFalse(plan.rest().isWhole());
    assertTrue(plan.rest().count() > 1_000, () -> plan.rest().toString());
    assertEquals(NOW, newest(plan, NOW));
    assertFalse(plan.fires().isEmpty());
  }

  /** Each round lets more of it go, so the newest is found in the end. */
  @Test
  void goesOnWhereTheWorkForAnOutageWasUsedUp() {
    Fires fires = rule("FREQ=HOURLY");
    Instant due = NOW.minus(Duration.ofDays(30));
    FirePlan whole = plan(fires, due);
    long letGo = 0;

    FirePlan plan = FirePlan.of(List.of(), due);
    int rounds = 0;
    for (; plan.fires().isEmpty() && rounds < 800; rounds++) {
      plan =
          FirePlan.between(
              fires, plan.next(), NOW, HORIZON, MisfireRule.DEFAULT, 100, new Effort(60));
      letGo += plan.missed().size() + (plan.rest() == null ? 0 : plan.rest().count());
    }

    assertEquals(whole.fires(), plan.fires());
    assertEquals(30 * 24, letGo);
    assertTrue(rounds > 1);
  }

  @Test
  void givesUpWhereNotEvenTheFireThatFollowsCanBeFound() {
    Fires fires = rule("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO");
    Effort little = new Effort(3);

    assertThrows(
        EvaluationGaveUp.class,
        () -> FirePlan.between(fires, NOW, NOW, HORIZON, MisfireRule.DEFAULT, 100, little));
  }

  // ── what becomes of an outage ──────────────────────────────────────────────────────────────────

  private static final Instant TWO_HOURS_AGO = NOW.minus(Duration.ofHours(2));

  @ParameterizedTest
  @CsvSource({
    // policy, grace, window → runs up to now, first that runs
    "LAST, PT1M,  P1D,  1,    2026-06-15T12:00:00Z",
    "LAST, PT10M, PT0S, 1,    2026-06-15T12:00:00Z",
    "LAST, PT30S, P1D,  1,    2026-06-15T12:00:00Z",
    "NONE, PT1M,  P1D,  2,    2026-06-15T11:59:00Z",
    "NONE, PT30S, P1D,  1,    2026-06-15T12:00:00Z",
    "NONE, PT10M, P1D,  11,   2026-06-15T11:50:00Z",
    "ALL,  PT1M,  P1D,  100,  2026-06-15T10:00:00Z",
    "ALL,  PT1M,  PT1H, 61,   2026-06-15T11:00:00Z",
    "ALL,  PT1M,  PT0S, 2,    2026-06-15T11:59:00Z",
  })
  void runsWhatThePolicySaysAfterTwoHoursOfMinutes(
      MisfirePolicy policy, Duration grace, Duration window, int runs, Instant first) {
    MisfireRule rule = new MisfireRule(policy, grace, window);

    FirePlan plan = plan(cron("* * * * *"), TWO_HOURS_AGO, rule);

    assertEquals(runs, plan.fires().size());
    assertEquals(first, plan.fires().get(0));
    long letGo = plan.missed().size() + (plan.rest() == null ? 0 : plan.rest().count());
    assertEquals(Duration.between(TWO_HOURS_AGO, first).toMinutes(), letGo);
    assertEquals(plan.fires().get(runs - 1).plusSeconds(60), plan.next());
  }

  @ParameterizedTest
  @CsvSource({
    // The newest is 90 s late, and nothing is late by less.
    "LAST, P1D,   1, 0",
    "LAST, PT80S, 0, 1",
    "ALL,  P1D,   1, 0",
    "ALL,  PT80S, 0, 1",
    "NONE, P1D,   0, 1",
  })
  void makesUpForTheOnlyFireOfAOneShotAsThePolicySays(
      MisfirePolicy policy, Duration window, int run, int letGo) {
    Instant at = NOW.minusSeconds(90);
    MisfireRule rule = new MisfireRule(policy, Duration.ofMinutes(1), window);

    FirePlan plan = plan(new OneShot(at).in(UTC, NOW), at, rule);

    assertEquals(run, plan.fires().size());
    assertEquals(letGo, plan.missed().size());
    assertNull(plan.next());
  }

  @Test
  void madeUpForIsTheNewestWhereNothingRunsAnyway() {
    Instant newest = NOW.minus(Duration.ofMinutes(30));

    FirePlan plan = plan(cron("30 * * * *"), newest.minus(Duration.ofHours(9)));

    assertEquals(List.of(newest), plan.fires());
    assertEquals(9, plan.missed().size());
    assertEquals(newest.plus(Duration.ofHours(1)), plan.next());
  }

  @Test
  void runsAtMostTheNewestThousandOfAll() {
    MisfireRule all = rule(MisfirePolicy.ALL);
    Instant due = NOW.minus(Duration.ofHours(20));

    FirePlan plan = plan(cron("* * * * *"), due, all);

    // 1,200 but those of the last minute are missed
    assertEquals(100, plan.missed().size());
    assertEquals(99, plan.rest().count());
    assertEquals(due.plus(Duration.ofMinutes(100)), plan.rest().from());
    assertEquals(due.plus(Duration.ofMinutes(198)), plan.rest().to());
    assertEquals(100, plan.fires().size());
    assertEquals(due.plus(Duration.ofMinutes(199)), plan.fires().get(0));
    // And goes on there.
    FirePlan second = plan(cron("* * * * *"), plan.next(), all);
    assertEquals(List.of(), second.missed());
    assertEquals(plan.next(), second.fires().get(0));
  }

  @Test
  void makesNoMoreThanItMayAndStillNamesTheNext() {
    FirePlan plan =
        FirePlan.between(
            cron("* * * * * *"), NOW, NOW, HORIZON, MisfireRule.DEFAULT, 2, new Effort());

    assertEquals(List.of(NOW, NOW.plusSeconds(1)), plan.fires());
    assertEquals(NOW.plusSeconds(2), plan.next());
  }

  /** What a calendar says nothing of is neither a fire nor the end. */
  @Test
  void endsWhereTheCalendarDoesAndSaysSo() {
    LocalDate lastValid = LocalDate.of(2026, 6, 15);
    BusinessDays valid =
        date -> {
          if (date.isAfter(lastValid)) {
            throw new OutsideCalendar(date, "ends on " + lastValid);
          }
          return null;
        };
    Fires fires =
        Cron.parse("0 12 * * *")
            .in(new Timing(UTC, NOW, DstPolicy.DEFAULT, null, null, valid, Convention.SKIP));

    FirePlan plan = plan(fires, NOW);
    FirePlan late = plan(fires, NOW.minus(Duration.ofDays(9)));

    assertEquals(List.of(NOW), plan.fires());
    assertFalse(plan.isNextKnown());
    assertEquals(NOW.plusNanos(1_000), plan.next());
    assertEquals(9, late.missed().size());
    assertEquals(List.of(NOW), late.fires());
    assertFalse(late.isNextKnown());
    assertThrows(
        EvaluationGaveUp.class, () -> Recomputed.next(fires, NOW, plan.next(), NOW.plusSeconds(1)));
  }

  private static MisfireRule rule(MisfirePolicy policy) {
    return new MisfireRule(policy, Duration.ofMinutes(1), Duration.ofDays(1));
  }

  private static Fires rule(String rule) {
    return Rrule.parse(rule, "2026-01-01T00:00:00", List.of(), List.of(), List.of())
        .in(UTC, Instant.EPOCH);
  }

  private static Fires cron(String expression) {
    return Cron.parse(expression).in(UTC, Instant.EPOCH);
  }

  private static Fires counting(Fires fires, AtomicInteger calls) {
    return new Fires() {
      @Override
      public Fire nextFire(Instant after) {
        calls.incrementAndGet();
        return fires.nextFire(after);
      }

      @Override
      public long count(Instant after, Instant upTo, Effort effort) {
        calls.incrementAndGet();
        return fires.count(after, upTo, effort);
      }
    };
  }

  /** The last that is over, run or let go. */
  private static Instant newest(FirePlan plan, Instant now) {
    return plan.fires().stream()
        .filter(fire -> !fire.isAfter(now))
        .reduce((before, last) -> last)
        .orElseGet(
            () ->
                plan.rest() != null
                    ? plan.rest().to()
                    : plan.missed().get(plan.missed().size() - 1));
  }

  private static FirePlan plan(Fires fires, Instant due) {
    return FirePlan.between(fires, due, NOW, HORIZON, MisfireRule.DEFAULT);
  }

  private static FirePlan plan(Fires fires, Instant due, MisfireRule rule) {
    return FirePlan.between(fires, due, NOW, HORIZON, rule);
  }
}
