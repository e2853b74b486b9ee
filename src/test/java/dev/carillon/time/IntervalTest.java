package dev.carillon.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IntervalTest {

  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  private static List<String> locals(Trigger trigger, ZoneId zone, String from, int count) {
    return Preview.of(trigger, zone, DstPolicy.DEFAULT, Instant.parse(from), count).fires().stream()
        .map(fire -> fire.local().toLocalDateTime().toString())
        .toList();
  }

  @Test
  void countsMonthsFromTheAnchorAndNotFromThePreviousFire() {
    assertEquals(
        List.of("2026-02-28T09:00", "2026-03-31T09:00", "2026-04-30T09:00", "2026-05-31T09:00"),
        locals(Interval.parse("P1M", "2026-01-31T09:00:00"), BERLIN, "2026-02-01T00:00:00Z", 4));
  }

  @Test
  void keepsTheTimeOnTheWallForDaysAndElapsedTimeForHours() {
    assertEquals(
        List.of("2026-03-29T09:00", "2026-03-30T09:00"),
        locals(Interval.parse("P1D", "2026-03-28T09:00:00"), BERLIN, "2026-03-28T08:00:00Z", 2));
    assertEquals(
        List.of("2026-03-29T10:00", "2026-03-30T10:00"),
        locals(Interval.parse("PT24H", "2026-03-28T09:00:00"), BERLIN, "2026-03-28T08:00:00Z", 2));
  }

  @Test
  void theAnchorIsAFireOnlyWhenItIsExplicit() {
    Instant created = Instant.parse("2026-01-01T00:00:00Z");
    Fires implied = Interval.parse("P1D", null).in(BERLIN, created);
    assertEquals(created.plus(Duration.ofDays(1)), implied.next(Instant.EPOCH));
    Fires explicit = Interval.parse("PT1H", "2026-01-01T01:00:00").in(BERLIN, Instant.EPOCH);
    assertEquals(created, explicit.next(Instant.EPOCH));
    assertEquals(created.plusSeconds(3600), explicit.next(created));
  }

  @Test
  void shiftsAGapAndCollapsesASkippedDayIntoTheNext() {
    ZoneId apia = ZoneId.of("Pacific/Apia");
    assertEquals(
        List.of("2011-12-29T09:00", "2011-12-31T09:00", "2012-01-01T09:00"),
        locals(Interval.parse("P1D", "2011-12-29T09:00:00"), apia, "2011-12-29T00:00:00Z", 3));
    assertEquals(
        List.of("2026-03-28T02:30", "2026-03-29T03:30", "2026-03-30T02:30"),
        locals(Interval.parse("P1D", "2026-03-28T02:30:00"), BERLIN, "2026-03-27T12:00:00Z", 3));
  }

  @ParameterizedTest
  @CsvSource({"P1D", "P3D", "P1W", "P1M", "P1Y", "P1M3D", "P1Y2M10D", "PT1S", "PT7H", "PT90M"})
  void isFoundByArithmeticAsByWalking(String every) {
    Instant anchor = Instant.parse("2024-02-29T23:30:00Z");
    Fires fires = Interval.parse(every, null).in(BERLIN, anchor);
    Instant at = anchor;
    for (int i = 0; i < 500; i++) {
      Instant next = fires.next(at);
      if (next == null) {
        break;
      }
      assertTrue(next.isAfter(at));
      assertEquals(next, fires.next(next.minusNanos(1)));
      at = next;
    }
    assertNull(fires.next(Instant.parse("9999-12-31T23:59:59Z")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "P1DT1H | 3 | PT25H",
        "PT0S   | 0 | longer than zero",
        "P0D    | 0 | longer than zero",
        "-P1D   | 0 | negative",
        "PT-1H  | 2 | negative",
        "PT0.5S | 3 | fractions",
        "1D     | 0 | starts with P",
        "P      | 1 | amount",
        "PT     | 2 | hours",
        "P1H    | 2 | unit",
        "P1D1W  | 4 | order",
        "P1     | 2 | unit",
        "P9999999999D | 1 | digits",
        "PT5\u017f   | 3 | unit",
      })
  void refusesWithPositionAndReason(String every, int position, String reason) {
    InvalidTrigger refused =
        assertThrows(InvalidTrigger.class, () -> Interval.parse(every.strip(), null));
    assertEquals("every", refused.field());
    assertEquals(position, refused.position());
    assertTrue(refused.getMessage().contains(reason), refused::getMessage);
    Interval.parse(refused.example(), null);
  }

  @Test
  void aFixedDelayCountsFromTheAnchorAsIfRunsTookNoTime() {
    Instant anchor = Instant.parse("2026-01-01T00:00:00.5Z");
    Fires fires = FixedDelay.parse("PT15M").in(BERLIN, anchor);
    assertEquals(anchor.plusSeconds(900), fires.next(anchor));
    assertEquals(anchor.plusSeconds(2700), fires.next(anchor.plusSeconds(1801)));
    assertEquals(Duration.ofHours(36), FixedDelay.parse("P1DT12H").delay());
    assertEquals("delay", refusedDelay("PT0.9S").field());
    assertEquals("delay", refusedDelay("P1M").field());
    assertEquals(
        "15 minutes after the end of the previous run", FixedDelay.parse("PT15M").describe());
  }

  private static InvalidTrigger refusedDelay(String delay) {
    return assertThrows(InvalidTrigger.class, () -> FixedDelay.parse(delay));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "P1D | Every day",
        "P2W | Every 2 weeks",
        "P1Y6M | Every 1 year and 6 months",
        "PT1H | Every hour",
        "PT90M | Every 1 hour and 30 minutes",
      })
  void saysWhatTheIntervalMeans(String every, String meaning) {
    assertEquals(meaning, Interval.parse(every, null).describe());
  }
}
