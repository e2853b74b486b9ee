package dev.carillon.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.time.Cron;
import dev.carillon.time.EvaluationGaveUp;
import dev.carillon.time.Fire;
import dev.carillon.time.Fires;
import dev.carillon.time.OneShot;
import dev.carillon.time.Rrule;
import dev.carillon.time.civil.Effort;
import java.time.Duration;
import java.time.Instant;
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
    FirePlan plan = FirePlan.between(cron("* * * * * *"), NOW, NOW, HORIZON);

    assertEquals(Stream.iterate(NOW, at -> at.plusSeconds(1)).limit(6).toList(), plan.fires());
    assertEquals(NOW.plusSeconds(6), plan.next());
    assertNull(plan.missed());
  }

  @Test
  void runsEveryFireThatIsSlightlyLate() {
    Instant due = NOW.minusSeconds(60);

    FirePlan plan = FirePlan.between(cron("* * * * * *"), due, NOW, HORIZON);

    assertEquals(66, plan.fires().size());
    assertEquals(due, plan.fires().get(0));
  }

  @Test
  void runsOnlyTheNewestOfWhatAnOutageMissed() {
    FirePlan plan =
        FirePlan.between(cron("0 * * * *"), NOW.minus(Duration.ofHours(9)), NOW, HORIZON);

    assertEquals(List.of(NOW), plan.fires());
    assertEquals(NOW.plus(Duration.ofHours(1)), plan.next());
    assertNull(plan.missed());
  }

  @Test
  void recordsAFireAsMissedThatIsTooOldToBeMadeUpFor() {
    Instant due = Instant.parse("2026-06-01T09:00:00Z");

    FirePlan plan = FirePlan.between(cron("0 9 1 * *"), due, NOW, HORIZON);

    assertEquals(List.of(), plan.fires());
    assertEquals(due, plan.missed());
    assertEquals(Instant.parse("2026-07-01T09:00:00Z"), plan.next());
  }

  @Test
  void makesUpForAOneShotWithinADayAndNoLater() {
    Fires within = OneShot.parse("2026-06-14T12:00:00Z").in(UTC, NOW);
    Fires beyond = OneShot.parse("2026-06-14T11:59:59Z").in(UTC, NOW);

    FirePlan madeUp = FirePlan.between(within, Instant.parse("2026-06-14T12:00:00Z"), NOW, HORIZON);
    FirePlan letGo = FirePlan.between(beyond, Instant.parse("2026-06-14T11:59:59Z"), NOW, HORIZON);

    assertEquals(List.of(Instant.parse("2026-06-14T12:00:00Z")), madeUp.fires());
    assertNull(madeUp.next());
    assertEquals(Instant.parse("2026-06-14T11:59:59Z"), letGo.missed());
    assertNull(letGo.next());
  }

  @Test
  void takesNoMoreThanItsShareAtATimeAndGoesOnThere() {
    FirePlan plan = FirePlan.between(cron("* * * * * *"), NOW, NOW, NOW.plus(Duration.ofHours(1)));

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

    FirePlan plan = FirePlan.between(counted, due, NOW, HORIZON);

    assertEquals(newest, plan.missed() == null ? plan.fires().get(0) : plan.missed());
    assertTrue(calls.get() < 150, () -> calls + " evaluations");
  }

  /** A rule whose plan would be too much work is planned piece by piece, and not given up. */
  @Test
  void endsAPlanWhoseWorkIsUsedUpAndNamesTheNext() {
    Fires fires = rule("FREQ=SECONDLY");
    FirePlan whole = FirePlan.between(fires, NOW, NOW, NOW.plusSeconds(60));

    FirePlan cut = FirePlan.between(fires, NOW, NOW, NOW.plusSeconds(60), new Effort(100));

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
    "2026-06-05T00:00:00Z, 2027-06-05T12:00:00Z, 2027-06-04T21:59:59Z",
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

    FirePlan plan = FirePlan.between(fires, due, now, now.plusSeconds(5));

    assertEquals(newest, plan.missed() == null ? plan.fires().get(0) : plan.missed());
  }

  /** Each round finds more of it, so the newest is found in the end. */
  @Test
  void goesOnWhereTheWorkForAnOutageWasUsedUp() {
    Fires fires = rule("FREQ=HOURLY");
    Instant due = NOW.minus(Duration.ofDays(300));
    FirePlan whole = FirePlan.between(fires, due, NOW, HORIZON);

    FirePlan plan = FirePlan.between(fires, due, NOW, HORIZON, new Effort(12));
    assertEquals(List.of(), plan.fires());
    int rounds = 1;
    for (; plan.fires().isEmpty() && rounds < 50; rounds++) {
      plan = FirePlan.between(fires, plan.next(), NOW, HORIZON, new Effort(12));
    }

    assertEquals(whole.fires(), plan.fires().subList(0, 1));
    assertTrue(rounds > 1);
  }

  @Test
  void givesUpWhereNotEvenTheFireThatFollowsCanBeFound() {
    Fires fires = rule("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO");
    Effort little = new Effort(3);

    assertThrows(EvaluationGaveUp.class, () -> FirePlan.between(fires, NOW, NOW, HORIZON, little));
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
    };
  }
}
