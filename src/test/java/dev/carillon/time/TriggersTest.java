package dev.carillon.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.time.civil.Effort;
import dev.carillon.time.testing.TestClock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One shots, zones, previews and the pure questions. */
class TriggersTest {

  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  @Test
  void aOneShotFiresOnceAtItsInstant() {
    Fires fires = OneShot.parse("2026-12-01T12:00:00+02:00").in(ZoneOffset.UTC, NOON);
    Instant at = Instant.parse("2026-12-01T10:00:00Z");
    assertEquals(at, fires.next(NOON));
    assertNull(fires.next(at));
    assertEquals("Once, on 1 December 2026 at 10:00 UTC", new OneShot(at).describe());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"2026-12-01T10:00:00", "2026-12-01", "tomorrow", "", "1800-01-01T00:00:00Z"})
  void aOneShotNeedsAnInstant(String at) {
    InvalidTrigger refused = assertThrows(InvalidTrigger.class, () -> OneShot.parse(at));
    assertEquals("at", refused.field());
    OneShot.parse(refused.example());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Berlin          | Europe/Berlin",
        "Europe/Berlni   | Europe/Berlin",
        "europe/berlin   | Europe/Berlin",
        "America/NewYork | America/New_York",
        "+02:00          | fixed offset",
        "UTC+2           | fixed offset",
        "Z               | UTC",
        "Mars/Olympus    | Mars/Olympus",
      })
  void anUnknownZoneIsRefusedWithTheNearestNames(String id, String mentioned) {
    InvalidTrigger refused = assertThrows(InvalidTrigger.class, () -> Zones.parse(id));
    assertEquals("timezone", refused.field());
    assertTrue(refused.getMessage().contains(mentioned), refused::getMessage);
    Zones.parse(refused.example());
  }

  @Test
  void zonesAreNamesOfTheDatabaseAndUtc() {
    assertEquals(ZoneId.of("UTC"), Zones.parse("UTC"));
    assertEquals(ZoneId.of("Asia/Kathmandu"), Zones.parse(" Asia/Kathmandu "));
  }

  @Test
  void aPreviewIsWhatNextWalks() {
    Trigger trigger = Cron.parse("*/20 * * * *");
    ZoneId zone = ZoneId.of("Europe/Berlin");
    Preview preview = Preview.of(trigger, zone, DstPolicy.DEFAULT, NOON, 1_000);
    Fires fires = trigger.in(zone, NOON);
    Instant at = NOON;
    for (Fire fire : preview.fires()) {
      at = fires.next(at);
      assertEquals(at, fire.at());
    }
    assertEquals(1_000, preview.fires().size());
    assertFalse(preview.exhausted());
    assertEquals("Every 20 minutes", preview.description());
  }

  @Test
  void aPreviewSaysWhenThereIsNoMore() {
    Preview preview =
        Preview.of(new OneShot(NOON), ZoneOffset.UTC, DstPolicy.DEFAULT, NOON.minusSeconds(1), 5);
    assertEquals(List.of(NOON), preview.fires().stream().map(Fire::at).toList());
    assertTrue(preview.exhausted());
    assertTrue(
        Preview.of(new OneShot(NOON), ZoneOffset.UTC, DstPolicy.DEFAULT, NOON, 5)
            .fires()
            .isEmpty());
  }

  @Test
  void aPreviewIsInTheOrderOfWhatItShows() {
    Timing timing = Timing.of(ZoneOffset.UTC, NOON, DstPolicy.DEFAULT);
    Jitter hour = new Jitter("s", Duration.ofHours(1));
    Instant to = NOON.plusSeconds(3_600);

    List<Instant> shown =
        Preview.between(Cron.parse("* * * * *"), timing, hour, NOON, to, 60).fires().stream()
            .map(Fire::at)
            .toList();

    assertEquals(60, shown.size());
    assertEquals(shown.stream().sorted().toList(), shown);
    assertTrue(shown.get(59).isAfter(to));
  }

  @Test
  void aPreviewLeavesOutWhatWillNotRun() {
    Instant now = NOON.plusSeconds(7_200);

    // 13 and 14 are past, 15 was skipped, two more may run.
    assertEquals(List.of(13, 14, 16, 17), hours(coming(NOON, null, 9, now, 16, 2)));
    assertTrue(coming(NOON, null, 9, now, 16, 2).exhausted());
    assertFalse(coming(NOON, null, 3, now, 16, 2).exhausted());
    assertEquals(List.of(17), hours(coming(NOON.plusSeconds(14_400), null, 9, now, 16, 2)));
    assertEquals(List.of(), hours(coming(NOON.plusSeconds(90_000), null, 9, now, 16, 2)));
    assertTrue(coming(NOON.plusSeconds(90_000), null, 9, now, 16, 2).exhausted());
    // Up to an instant.
    assertEquals(List.of(13, 14), hours(coming(NOON, NOON.plusSeconds(10_800), 9, now, 16, 2)));
    assertEquals(List.of(13), hours(coming(NOON, NOON.plusSeconds(3_600), 9, now, 16, 2)));
    // None runs any more, or all do.
    assertEquals(List.of(13, 14), hours(coming(NOON, null, 9, now, 12, 0)));
    assertEquals(List.of(13, 14, 15), hours(coming(NOON, null, 3, now, 12, Coming.ANY)));
  }

  private static Preview coming(
      Instant from, @Nullable Instant to, int limit, Instant now, int first, long most) {
    Timing timing = Timing.of(ZoneOffset.UTC, NOON, DstPolicy.DEFAULT);
    Instant start = NOON.atOffset(ZoneOffset.UTC).withHour(first).toInstant();
    return Preview.between(
        Cron.parse("0 * * * *"),
        timing,
        Jitter.NONE,
        from,
        to,
        limit,
        new Coming(now, start, most));
  }

  private static List<Integer> hours(Preview preview) {
    return preview.fires().stream().map(fire -> fire.local().getHour()).toList();
  }

  private static Preview window(Trigger trigger, String from, String to, int limit) {
    ZoneId zone = ZoneId.of("Europe/Berlin");
    return Preview.between(
        trigger,
        Timing.of(zone, NOON, DstPolicy.DEFAULT),
        Jitter.NONE,
        Instant.parse(from),
        Instant.parse(to),
        limit);
  }

  @Test
  void aWindowIsExclusiveAtItsStartInclusiveAtItsEndAndLimited() {
    Trigger hourly = Interval.parse("PT1H", null);
    Preview four = window(hourly, "2026-01-01T13:00:00Z", "2026-01-01T17:00:00Z", 50);
    assertEquals(
        List.of(NOON.plusSeconds(7_200), NOON.plusSeconds(18_000)),
        List.of(four.fires().get(0).at(), four.fires().get(3).at()));
    assertEquals(4, four.fires().size());
    assertFalse(four.exhausted());
    Preview two = window(hourly, "2026-01-01T13:00:00Z", "2026-01-01T17:00:00Z", 2);
    assertEquals(four.fires().subList(0, 2), two.fires());
    Preview none = window(hourly, "2026-01-01T17:00:00Z", "2026-01-01T13:00:00Z", 2);
    assertTrue(none.fires().isEmpty() && !none.exhausted());
  }

  @Test
  void aWindowIsExhaustedWhenNoFireFollowsWhatItShows() {
    Trigger three =
        Rrule.parse("FREQ=DAILY;COUNT=3", "2026-01-02T13:00:00", List.of(), List.of(), List.of());
    assertTrue(window(three, "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", 50).exhausted());
    assertTrue(window(three, "2026-01-01T00:00:00Z", "2026-01-04T12:00:00Z", 3).exhausted());
    assertFalse(window(three, "2026-01-01T00:00:00Z", "2026-01-04T11:59:59Z", 50).exhausted());
    assertFalse(window(three, "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", 2).exhausted());
    // DTSTART at the start does not count: the window before this one has shown it.
    assertEquals(
        2, window(three, "2026-01-02T12:00:00Z", "2026-02-01T00:00:00Z", 50).fires().size());
    assertTrue(window(three, "2026-01-04T12:00:00Z", "2026-02-01T00:00:00Z", 50).exhausted());
  }

  /** Ten years of seconds are not built in memory. */
  @Test
  void aWindowOfVeryManyFiresStopsAtItsLimit() {
    Preview preview =
        window(Cron.parse("* * * * * *"), "2026-01-01T00:00:00Z", "2036-01-01T00:00:00Z", 1_000);
    assertEquals(1_000, preview.fires().size());
    assertFalse(preview.exhausted());
  }

  /** Every minute is excluded: behind the date beside them one would look for ever. */
  @ParameterizedTest
  @CsvSource({
    "2026-01-05T00:00:00, 'was not found within the work allowed; make the rule simpler'",
    "2026-01-05T00:00:30, 'only 1 fire was found within the work allowed; ask for fewer'",
  })
  void aHostilePreviewIsGivenUpAsOneAndSaysWhatToDo(String added, String message) {
    Trigger trigger =
        Rrule.parse(
            "FREQ=MINUTELY;UNTIL=99990101",
            "2026-01-01T00:00:00",
            List.of(added),
            List.of(),
            List.of("FREQ=MINUTELY;UNTIL=99980101"));
    EvaluationGaveUp gaveUp =
        assertThrows(
            EvaluationGaveUp.class,
            () -> Preview.of(trigger, ZoneOffset.UTC, DstPolicy.DEFAULT, NOON, 1_000));
    assertTrue(gaveUp.getMessage().contains(message), gaveUp::getMessage);
  }

  @Test
  void allFiresOfAPreviewShareOneBudget() {
    Fires fires =
        Rrule.parse(
                "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
                "2000-01-01T00:00:00",
                List.of(),
                List.of(),
                List.of())
            .in(ZoneOffset.UTC, NOON);
    Effort effort = new Effort(400);
    Instant at = fires.nextFire(NOON, effort).at();
    assertEquals(Instant.parse("2028-02-29T00:00:00Z"), at);
    assertThrows(
        EvaluationGaveUp.class,
        () -> {
          for (Fire fire = fires.nextFire(at, effort); fire != null; ) {
            fire = fires.nextFire(fire.at(), effort);
          }
        });
    assertThrows(IllegalArgumentException.class, () -> new Effort(0));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
        "FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO",
        "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
        "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        "FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE,FR",
        "FREQ=HOURLY;INTERVAL=5;BYDAY=MO,TU;BYHOUR=9,10,11",
        "FREQ=MINUTELY;INTERVAL=15;BYHOUR=9,10,11,12",
        "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=29;BYHOUR=3;BYMINUTE=7;BYSECOND=9",
      })
  void aSaneRuleTakesLessThanATenthOfAPreviewsBudget(String rrule) {
    Fires fires =
        Rrule.parse(rrule, "2026-01-01T09:00:00", List.of(), List.of(), List.of())
            .in(ZoneId.of("Europe/Berlin"), NOON);
    Effort effort = new Effort(Preview.STEPS / 10);
    Instant at = NOON;
    for (int i = 0; i < 1_000; i++) {
      at = fires.nextFire(at, effort).at();
    }
    assertTrue(at.isAfter(NOON));
  }

  /** The example of TriggerLogic, as it stands there. */
  @Test
  void aSchedulesQuestionsAreAnsweredByTheClockOneBrings() {
    TestClock clock = TestClock.at("2026-03-27T07:59:00Z");
    Fires fires = Cron.parse("0 9 * * MON-FRI").in(Zones.parse("Europe/Berlin"), clock.instant());
    Instant next = TriggerLogic.nextRunTime(fires, clock.instant());
    assertFalse(TriggerLogic.isDue(next, clock.instant()));

    clock.advance(Duration.ofMinutes(1));
    assertTrue(TriggerLogic.canExecute(true, next, clock.instant(), null, null));
    clock.advance(Duration.ofMinutes(5));
    assertTrue(TriggerLogic.isOverdue(next, clock.instant(), Duration.ofMinutes(1)));
    assertEquals(Instant.parse("2026-03-30T07:00:00Z"), TriggerLogic.nextRunTime(fires, next));
  }

  @Test
  void aFireIsDueFromItsInstantAndOverdueAfterItsGrace() {
    Duration grace = Duration.ofMinutes(1);
    assertTrue(TriggerLogic.isDue(NOON, NOON));
    assertFalse(TriggerLogic.isDue(NOON, NOON.minusNanos(1)));
    assertFalse(TriggerLogic.isDue(null, NOON));
    assertFalse(TriggerLogic.isOverdue(NOON, NOON.plus(grace), grace));
    assertTrue(TriggerLogic.isOverdue(NOON, NOON.plus(grace).plusNanos(1), grace));
    assertFalse(TriggerLogic.isOverdue(null, NOON, grace));
  }

  @Test
  void aFireCanBeExecutedWhenEnabledDueAndWithinTheScheduleSpan() {
    Instant later = NOON.plusSeconds(5);
    assertTrue(TriggerLogic.canExecute(true, NOON, later, null, null));
    assertTrue(TriggerLogic.canExecute(true, NOON, later, NOON, NOON));
    assertFalse(TriggerLogic.canExecute(false, NOON, later, null, null));
    assertFalse(TriggerLogic.canExecute(true, later, NOON, null, null));
    assertFalse(TriggerLogic.canExecute(true, NOON, later, later, null));
    assertFalse(TriggerLogic.canExecute(true, NOON, later, null, NOON.minusSeconds(1)));
    assertFalse(TriggerLogic.canExecute(true, null, later, null, null));
    Fires once = new OneShot(NOON).in(ZoneOffset.UTC, NOON);
    assertEquals(NOON, TriggerLogic.nextRunTime(once, NOON.minusSeconds(1)));
  }

  /** The database keeps microseconds: a finer fire would come again after its own stored self. */
  @Test
  void aOneShotIsNoFinerThanAMicrosecond() {
    Fires once = OneShot.parse("2026-12-01T12:00:00.123456789Z").in(ZoneOffset.UTC, NOON);
    Instant at = once.next(NOON);
    assertEquals(at.truncatedTo(ChronoUnit.MICROS), at);
    assertNull(once.next(at));
  }
}
