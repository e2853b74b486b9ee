package dev.carillon.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.time.cron.CronDialect;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NeverFiresTest {

  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
  private static final Instant NOW = Instant.parse("2026-06-15T12:00:00Z");
  private static final DstPolicy SKIP = new DstPolicy(DstGap.SKIP, null);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          0 30 2 ? 3 SUNL      | Europe/Berlin | dstGap SKIP
          0 30 2 ? 3 SUNL 2026-2099 | UTC      |
          0 30 2 ? 3 SUNL 2026 | Europe/Berlin |
          0 30 2 ? 3 SUNL      | UTC           |
          0 30 2 ? 3 SUN       | Europe/Berlin |
          * * 2 ? 3 SUNL       | Europe/Berlin | clocks jump over
          * * 2 ? 3 SUNL       | Asia/Tokyo    |
          """)
  void tellsACronPatternThatAlwaysFallsIntoAGap(String cron, String zone, @Nullable String why) {
    assertNever(why, Cron.parse(cron, CronDialect.QUARTZ), ZoneId.of(zone), SKIP, NOW);
  }

  @Test
  void anotherChoiceMakesItFire() {
    Trigger trigger = Cron.parse("0 30 2 ? 3 SUNL", CronDialect.QUARTZ);

    assertNotNull(trigger.in(BERLIN, NOW, DstPolicy.DEFAULT).next(NOW));
    assertNever(null, trigger, BERLIN, DstPolicy.DEFAULT, NOW);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU;BYHOUR=2;BYMINUTE=30                | 2026-01-01T00:00:00 | dstGap SKIP
          # ended, by what they say
          FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU;BYHOUR=2;BYMINUTE=30;COUNT=2        | 2026-01-01T00:00:00 |
          FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU;BYHOUR=2;BYMINUTE=30;UNTIL=20300101 | 2026-01-01T00:00:00 |
          FREQ=DAILY;UNTIL=20200101                                            | 2026-01-01T00:00:00 |
          # fired while Berlin knew no daylight saving
          FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU;BYHOUR=2;BYMINUTE=30                | 1970-01-01T00:00:00 |
          """)
  void tellsARule(String rule, String start, @Nullable String why) {
    Trigger trigger = Rrule.parse(rule, start, List.of(), List.of(), List.of());

    assertNever(why, trigger, BERLIN, SKIP, NOW);
  }

  @Test
  void aRuleOfWhichExruleCanLeaveNothingHasEnded() {
    String always = "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU;BYHOUR=2;BYMINUTE=30";
    Trigger trigger =
        Rrule.parse(
            always,
            "2026-01-01T00:00:00",
            List.of(),
            List.of(),
            List.of("FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=1"));

    assertNever(null, trigger, BERLIN, SKIP, NOW);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          P9000Y       |                     | after the year 9999
          PT999999999H |                     | after the year 9999
          P7000Y       |                     |
          P9000Y       | 2020-01-01T09:00:00 |
          # 400 years are whole weeks, so each is the Sunday of the change
          P400Y        | 2026-03-29T02:30:00 | dstGap SKIP
          PT3504000H   | 2026-03-29T02:30:00 |
          """)
  void tellsAnInterval(String every, @Nullable String anchor, @Nullable String why) {
    assertNever(why, Interval.parse(every, anchor), BERLIN, SKIP, NOW);
  }

  @Test
  void tellsADelayThatOutlastsTime() {
    assertNever("shorter delay", FixedDelay.parse("P4000000D"), BERLIN, DstPolicy.DEFAULT, NOW);
    assertNever(null, FixedDelay.parse("P400D"), BERLIN, DstPolicy.DEFAULT, NOW);
  }

  @Test
  void aOneShotThatIsPastIsOver() {
    assertNever(null, OneShot.parse("2001-01-01T00:00:00Z"), BERLIN, SKIP, NOW);
  }

  /** On the last evening of time nothing fires any more, which is no mistake of the trigger. */
  @Test
  void whoAsksAtTheEndIsToldThatItIsOver() {
    Instant last = Instant.parse("9999-12-31T22:00:00Z");

    for (Trigger trigger :
        List.of(
            Cron.parse("0 9 * * *"),
            Cron.parse("0 0 29 2 *"),
            Interval.parse("P1D", null),
            FixedDelay.parse("P1D"),
            Rrule.parse("FREQ=DAILY", "2026-01-01T09:00:00", List.of(), List.of(), List.of()))) {
      assertNull(trigger.in(BERLIN, last).next(last));
      assertNever(null, trigger, BERLIN, DstPolicy.DEFAULT, last);
    }
  }

  @Test
  void saysWhatDependsOnZoneAndChoices() {
    assertDepends(true, true, Cron.parse("0 9 * * *"));
    assertDepends(true, false, Cron.parse("*/5 * * * *"));
    assertDepends(true, false, Cron.parse("0 * * * *"));
    assertDepends(
        true,
        true,
        Rrule.parse("FREQ=HOURLY", "2026-01-01T09:00:00", List.of(), List.of(), List.of()));
    assertDepends(true, true, Interval.parse("P1D", null));
    assertDepends(true, true, Interval.parse("PT1H", "2026-03-29T02:30:00"));
    assertDepends(false, false, Interval.parse("PT1H", null));
    assertDepends(false, false, FixedDelay.parse("PT1H"));
    assertDepends(false, false, OneShot.parse("2026-01-01T09:00:00Z"));
  }

  private static void assertDepends(boolean onZone, boolean onDst, Trigger trigger) {
    assertEquals(onZone, trigger.dependsOnZone(), trigger.describe());
    assertEquals(onDst, trigger.dependsOnDst(), trigger.describe());
  }

  private static void assertNever(
      @Nullable String why, Trigger trigger, ZoneId zone, DstPolicy policy, Instant now) {
    NeverFires never = NeverFires.of(trigger, zone, policy, now, now);
    if (why == null) {
      assertNull(never);
    } else {
      assertNotNull(never);
      assertTrue(never.message().contains(why), never::message);
      assertFalse(never.example().isEmpty());
    }
  }
}
