package dev.carillon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.time.Cron;
import dev.carillon.time.Interval;
import dev.carillon.time.InvalidTrigger;
import dev.carillon.time.OneShot;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ScheduleDefinitionTest {

  private static final Instant FIRST = Instant.parse("2026-01-31T08:00:00.5Z");
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  private final ScheduleDefinition plain = ScheduleDefinition.of("shred");

  @Test
  void hasAKeyOfItsOwnOrThatOfItsJobAndTarget() {
    assertEquals("shred", plain.key());
    assertEquals("shred:4711", plain.target("4711").key());
    assertEquals("mine", plain.target("4711").key("mine").key());
    assertEquals("shred", ScheduleDefinition.of(JobDefinition.of("shred")).jobKey());
  }

  @Test
  void isNotChangedByWhatIsMadeOfIt() {
    ScheduleDefinition daily = plain.params(Map.of("a", 1)).recurring(Recurrence.DAILY);

    daily.params(Map.of("b", 2)).cron("0 9 * * *").timezone("Europe/Berlin").target("4711");

    assertEquals(Map.of("params", Map.of("a", 1)), daily.fields());
    assertTrue(daily.triggerIn(BERLIN) instanceof Interval);
    assertThrows(UnsupportedOperationException.class, () -> daily.fields().put("enabled", false));
  }

  @Test
  void runsOnceAtAnInstantWithoutMore() {
    assertEquals(new OneShot(FIRST), plain.runAt(FIRST).triggerIn(BERLIN));
    assertNull(plain.runAt(FIRST).startAt());
    assertNull(plain.triggerIn(BERLIN));
  }

  @Test
  void countsEachRecurrenceFromTheFirstTimeOnTheWall() {
    LocalDateTime wall = LocalDateTime.of(2026, 1, 31, 9, 0);
    Map<Recurrence, Interval> twice =
        Map.of(
            Recurrence.HOURLY, new Interval(0, 0, Duration.ofHours(2), wall),
            Recurrence.DAILY, new Interval(0, 2, Duration.ZERO, wall),
            Recurrence.WEEKLY, new Interval(0, 14, Duration.ZERO, wall),
            Recurrence.MONTHLY, new Interval(2, 0, Duration.ZERO, wall),
            Recurrence.YEARLY, new Interval(24, 0, Duration.ZERO, wall));

    assertEquals(Recurrence.values().length, twice.size());
    twice.forEach(
        (recurrence, trigger) -> {
          ScheduleDefinition definition = plain.runAt(FIRST).recurring(recurrence, 2);
          assertEquals(trigger, definition.triggerIn(BERLIN));
          assertNull(definition.startAt());
        });
    assertThrows(IllegalArgumentException.class, () -> plain.recurring(Recurrence.DAILY, 0));
    assertThrows(IllegalArgumentException.class, () -> plain.recurring(Recurrence.DAILY, 10_001));
  }

  @Test
  void beginsWithTheFirstTimeWhereATriggerDoesNotSayIt() {
    ScheduleDefinition cron = plain.runAt(FIRST).cron("0 9 * * MON");
    Interval anchored = Interval.parse("P1D", "2026-01-01T09:00:00");

    assertEquals(Cron.parse("0 9 * * MON"), cron.triggerIn(BERLIN));
    assertEquals(FIRST, cron.startAt());
    assertNull(plain.cron("0 9 * * MON").startAt());
    assertEquals(FIRST, plain.trigger(anchored).runAt(FIRST).startAt());
    assertNull(plain.trigger(Interval.parse("P1D", null)).runAt(FIRST).startAt());
    assertNull(plain.trigger(new OneShot(FIRST)).runAt(FIRST).startAt());
    assertEquals(
        "Europe/Berlin",
        plain.runAt(FIRST.atZone(BERLIN)).cron("0 9 * * MON").fields().get("timezone"));
    assertEquals(
        LocalDateTime.of(2026, 1, 31, 8, 0),
        ((Interval) plain.runAt(FIRST).recurring(Recurrence.DAILY).triggerIn(ZoneOffset.UTC))
            .anchor());
  }

  @Test
  void saysAtOnceWhereAnExpressionIsWrong() {
    InvalidTrigger wrong = assertThrows(InvalidTrigger.class, () -> plain.cron("0 25 * * *"));

    assertEquals("expression", wrong.field());
  }
}
