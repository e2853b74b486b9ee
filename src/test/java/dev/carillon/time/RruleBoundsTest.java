package dev.carillon.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.time.civil.Effort;
import dev.carillon.time.cron.CronDialect;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written to take for ever is told off in the work of one question. */
class RruleBoundsTest {

  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
  private static final Instant FROM = Instant.parse("2026-01-01T00:00:00Z");

  /** Some twenty times what the slowest takes; each took longer while places cost nothing. */
  private static final Duration LIMIT = Duration.ofSeconds(4);

  private static final String EVERY_SECOND =
      "BYHOUR=" + to(0, 23) + ";BYMINUTE=" + to(0, 59) + ";BYSECOND=" + to(0, 59);
  private static final String EVERY_PLACE = "BYSETPOS=" + to(1, 366) + "," + to(-366, -1);
  private static final String EVERY_DAY = "BYDAY=MO,TU,WE,TH,FR,SA,SU";
  private static final String PLACES = "FREQ=DAILY;" + EVERY_SECOND + ";" + EVERY_PLACE;

  private static String to(int first, int last) {
    return IntStream.rangeClosed(first, last)
        .mapToObj(String::valueOf)
        .collect(Collectors.joining(","));
  }

  private static Rrule rule(String rule, List<String> exrule) {
    return Rrule.parse(rule, "2026-01-01T00:00:00", List.of(), List.of(), exrule);
  }

  private record Hostile(String rule, List<String> exrule) {

    Hostile(String rule, int times, String... exrule) {
      this(rule, new ArrayList<>(Collections.nCopies(times, exrule[0])));
      this.exrule.addAll(List.of(exrule).subList(1, exrule.length));
    }

    @Override
    public String toString() {
      return rule.substring(0, Math.min(50, rule.length())) + " without " + exrule.size();
    }
  }

  static List<Hostile> hostile() {
    return List.of(
        new Hostile("FREQ=MINUTELY", 100, "FREQ=SECONDLY;COUNT=600000"),
        new Hostile("FREQ=DAILY;BYHOUR=12", 99, PLACES, "FREQ=DAILY;BYHOUR=12"),
        new Hostile("FREQ=DAILY;BYHOUR=12;UNTIL=99990101", 99, PLACES, "FREQ=DAILY;BYHOUR=12"),
        new Hostile(PLACES + ";COUNT=600000", List.of()),
        new Hostile(
            "FREQ=MONTHLY;COUNT=600000;" + EVERY_DAY + ";" + EVERY_SECOND + ";" + EVERY_PLACE,
            List.of()),
        new Hostile("FREQ=SECONDLY;COUNT=1000000000", List.of()),
        new Hostile(
            "FREQ=YEARLY;BYDAY=MO;BYHOUR=12;BYYEARDAY=" + to(1, 366),
            100,
            "FREQ=YEARLY;BYHOUR=12;BYYEARDAY=" + to(-366, -1)));
  }

  @ParameterizedTest
  @MethodSource("hostile")
  void aHostileRuleTakesNoLongerThanAHeavyOne(Hostile hostile) {
    assertTimeout(
        LIMIT,
        () -> {
          try {
            Rrule rule = rule(hostile.rule(), hostile.exrule());
            Preview.of(rule, BERLIN, DstPolicy.DEFAULT, FROM, 1_000);
          } catch (InvalidTrigger | EvaluationGaveUp refused) {
            assertTrue(
                refused.getMessage().contains("work")
                    || refused.getMessage().contains("UNTIL instead"));
          }
        });
  }

  @Test
  void theRulesOfOneTriggerShareTheWorkAndTheOneThatIsTooMuchIsNamed() {
    String counted = "FREQ=SECONDLY;COUNT=600000";
    rule("FREQ=MINUTELY", List.of(counted));
    InvalidTrigger refused =
        assertThrows(
            InvalidTrigger.class,
            () -> rule("FREQ=MINUTELY", List.of("FREQ=DAILY;COUNT=9", counted, counted, counted)));
    assertTrue(refused.field().matches("exrule/[23]"), refused::field);
    assertTrue(refused.getMessage().contains("UNTIL instead of COUNT"), refused::getMessage);
  }

  @Test
  void anExruleThatTakesAwayEverythingIsRefusedAsWhatItIs() {
    InvalidTrigger refused =
        assertThrows(InvalidTrigger.class, () -> rule("FREQ=MINUTELY", List.of("FREQ=MINUTELY")));
    assertEquals("rrule", refused.field());
    assertTrue(refused.getMessage().contains("exrule takes away"), refused::getMessage);
  }

  /** A year of minutes is a schedule that somebody may want. */
  @ParameterizedTest
  @CsvSource({
    "FREQ=MINUTELY;COUNT=525600, 2026-12-31T23:59:00Z",
    "FREQ=SECONDLY;COUNT=600000, 2026-01-07T22:39:59Z",
    "FREQ=DAILY;COUNT=600000, 3668-09-28T00:00:00Z",
    "'FREQ=DAILY;BYHOUR=0,6,12,18;COUNT=10000', 2032-11-04T18:00:00Z",
    "'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=12000', 3025-12-30T00:00:00Z",
  })
  void aLongCountIsStillCounted(String rule, Instant last) {
    Fires fires = rule(rule, List.of()).in(ZoneOffset.UTC, FROM);
    assertEquals(last, fires.next(last.minusSeconds(1)));
    assertNull(fires.next(last));
  }

  /** The search goes to the year 9999, once round each change, and pays for it. */
  @ParameterizedTest
  @ValueSource(strings = {"0 30 2 ? 3 SUNL", "* * 2 ? 3 SUNL", "0 */5 2 ? 3 SUNL"})
  void aCronPatternThatEveryGapSwallowsIsLookedForOnABudget(String pattern) {
    Fires fires =
        Cron.parse(pattern, CronDialect.QUARTZ)
            .in(BERLIN, FROM, new DstPolicy(DstGap.SKIP, DstOverlap.FIRST));
    assertNull(fires.next(FROM));
    assertThrows(EvaluationGaveUp.class, () -> fires.nextFire(FROM, new Effort(10_000)));
  }
}
