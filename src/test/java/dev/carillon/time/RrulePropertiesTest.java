package dev.carillon.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import org.dmfs.rfc5545.DateTime;
import org.dmfs.rfc5545.recur.InvalidRecurrenceRuleException;
import org.dmfs.rfc5545.recur.RecurrenceRule;
import org.dmfs.rfc5545.recur.RecurrenceRuleIterator;

/** Properties of recurrences, and lib-recur as the second opinion where it is right. */
class RrulePropertiesTest {

  private static final LocalDateTime START = LocalDateTime.parse("2023-12-29T09:10:00");

  /**
   * It makes a week 53 of week 1; it has no week 1 in December; below a day it does not count from
   * the end of the year; in DTSTART's year it counts BYSETPOS from DTSTART on, and finds no weeks
   * of the year before.
   */
  private static final List<String> KNOWN_ERRORS_OF_LIB_RECUR =
      List.of(
          ".*BYWEEKNO=[^;]*53.*",
          ".*BYMONTH=.*BYWEEKNO=.*",
          ".*(HOURLY|MINUTELY).*BYYEARDAY=.*-.*",
          "FREQ=YEARLY.*BYSETPOS=.*",
          ".*BYWEEKNO=.*BYYEARDAY=.*");

  private static Rrule rule(String rrule) {
    return Rrule.parse(rrule, START + ":00", List.of(), List.of(), List.of());
  }

  private static Arbitrary<String> part(String name, String... values) {
    return Arbitraries.of(values).map(value -> value.isEmpty() ? "" : ";" + name + "=" + value);
  }

  @Provide
  Arbitrary<String> rules() {
    Arbitrary<String> monthly =
        Combinators.combine(
                part("BYMONTH", "", "", "2", "1,6,12"),
                part("BYMONTHDAY", "", "", "1,15", "-1", "31,-31", "13,29"),
                part("BYDAY", "", "", "FR", "MO,TU,WE,TH,FR", "1MO,-1FR", "-5SU"),
                part("BYSETPOS", "", "", "1", "-1,2"))
            .as(
                (month, day, weekday, position) ->
                    "FREQ=MONTHLY" + month + day + weekday + position);
    Arbitrary<String> yearly =
        Combinators.combine(
                part("BYMONTH", "", "", "3", "1,12"),
                part("BYWEEKNO", "", "", "1,2", "20", "-1,52", "53"),
                part("BYYEARDAY", "", "", "1,366", "-1,-2,60", "100,200"),
                part("BYMONTHDAY", "", "", "1,29,30", "-1"),
                part("BYDAY", "", "TU", "2MO,-1SU", "FR,2SA"),
                part("BYSETPOS", "", "", "1,-1"))
            .as(
                (month, week, yearDay, day, weekday, position) ->
                    "FREQ=YEARLY"
                        + month
                        + week
                        + yearDay
                        + day
                        + (week.isEmpty() ? weekday : weekday.replaceAll("-?\\d", ""))
                        + position);
    Arbitrary<String> weekly =
        Combinators.combine(
                part("BYDAY", "", "MO,WE", "SU,TU", "SA"),
                part("WKST", "", "SU", "WE"),
                part("BYMONTH", "", "2,3"))
            .as((weekday, start, month) -> "FREQ=WEEKLY" + weekday + start + month);
    Arbitrary<String> daily =
        Combinators.combine(
                part("BYDAY", "", "MO,WE"),
                part("BYMONTHDAY", "", "1,-1,15"),
                part("BYHOUR", "", "2,14", "0"),
                part("BYMINUTE", "", "0,30"))
            .as((weekday, day, hour, minute) -> "FREQ=DAILY" + weekday + day + hour + minute);
    Arbitrary<String> below =
        Combinators.combine(
                Arbitraries.of("HOURLY", "MINUTELY"),
                part("BYHOUR", "", "2,3,9", "21"),
                part("BYMINUTE", "", "0,10,50"),
                part("BYYEARDAY", "", "", "", "1,50,363", "-1"),
                part("BYDAY", "", "MO,FR,SU"),
                part("BYSETPOS", "", "", "1,-1", "2"))
            .as(
                (freq, hour, minute, yearDay, weekday, position) ->
                    "FREQ=" + freq + hour + minute + yearDay + weekday + position);
    return Combinators.combine(
            Arbitraries.oneOf(monthly, yearly, weekly, daily, below),
            part("INTERVAL", "", "", "2", "3", "7", "25"))
        .as((rule, interval) -> choosing(rule) + interval);
  }

  /** BYSETPOS has to have something to choose from. */
  private static String choosing(String rule) {
    boolean chooses = rule.replaceAll("BYSETPOS", "").contains("BY");
    return chooses ? rule : rule.replaceAll(";BYSETPOS=[^;]*", "");
  }

  @Property(shrinking = ShrinkingMode.OFF)
  void expandsAsLibRecurDoes(@ForAll("rules") String rrule) throws InvalidRecurrenceRuleException {
    Assume.that(KNOWN_ERRORS_OF_LIB_RECUR.stream().noneMatch(error -> rrule.matches(error)));
    List<LocalDateTime> theirs = libRecur(rrule, 40);
    Rrule trigger;
    try {
      trigger = rule(rrule);
    } catch (InvalidTrigger never) {
      assertEquals(List.of(), theirs, rrule + ": " + never.getMessage());
      return;
    }
    Fires fires = trigger.in(ZoneOffset.UTC, Instant.EPOCH);
    List<LocalDateTime> ours = new ArrayList<>();
    Instant at = Instant.EPOCH;
    while (ours.size() < theirs.size()) {
      at = fires.next(at);
      assertNotNull(at, rrule);
      ours.add(LocalDateTime.ofInstant(at, ZoneOffset.UTC));
    }
    assertEquals(theirs, ours, rrule);
  }

  private static List<LocalDateTime> libRecur(String rrule, int count)
      throws InvalidRecurrenceRuleException {
    RecurrenceRule rule = new RecurrenceRule(rrule, RecurrenceRule.RfcMode.RFC5545_STRICT);
    DateTime start =
        new DateTime(
            DateTime.UTC,
            START.getYear(),
            START.getMonthValue() - 1,
            START.getDayOfMonth(),
            START.getHour(),
            START.getMinute(),
            START.getSecond());
    List<LocalDateTime> found = new ArrayList<>();
    try {
      RecurrenceRuleIterator instances = rule.iterator(start);
      while (instances.hasNext() && found.size() < count) {
        long millis = instances.nextMillis();
        LocalDateTime local = LocalDateTime.ofEpochSecond(millis / 1000, 0, ZoneOffset.UTC);
        if (local.getYear() > 9999) {
          break;
        }
        found.add(local);
      }
    } catch (IllegalArgumentException | IllegalStateException tooManyEmptySets) {
      return found;
    }
    return found;
  }

  /** Why the expansion is our own, see the essay of time.rrule: each of these is right in ours. */
  @Example
  void libRecurErrsWhereOursIsRight() throws InvalidRecurrenceRuleException {
    // It throws after 1,000 empty sets.
    assertEquals(List.of(), libRecur("FREQ=HOURLY;BYMONTH=11", 1));
    assertEquals(LocalDateTime.parse("2024-11-01T00:10:00"), first("FREQ=HOURLY;BYMONTH=11"));
    String sparse = "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=29;BYHOUR=3";
    assertEquals(List.of(), libRecur(sparse, 1));
    assertEquals(LocalDateTime.parse("2024-02-29T03:00:00"), first(sparse));

    // It does not find the last day of the year below a day.
    String lastDay = "FREQ=HOURLY;BYYEARDAY=-1;BYHOUR=5";
    assertEquals(List.of(), libRecur(lastDay, 1));
    assertEquals(LocalDateTime.parse("2023-12-31T05:10:00"), first(lastDay));

    // It makes a week 53 of week 1 in years that have 52.
    String week53 = "FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO";
    assertNotEquals(first(week53), libRecur(week53, 1).get(0));
    assertEquals(LocalDateTime.parse("2026-12-28T09:10:00"), first(week53));
  }

  private static LocalDateTime first(String rrule) {
    Instant next = rule(rrule).in(ZoneOffset.UTC, Instant.EPOCH).next(Instant.EPOCH);
    assertNotNull(next);
    return LocalDateTime.ofInstant(next, ZoneOffset.UTC);
  }

  @Property(shrinking = ShrinkingMode.OFF)
  void continuesFromAnyInstantAsIfWalkedFromDtstart(
      @ForAll("rules") String rrule, @ForAll("zones") String zone, @ForAll int seed) {
    Rrule trigger;
    try {
      trigger = rule(rrule);
    } catch (InvalidTrigger never) {
      return;
    }
    Fires fires = trigger.in(ZoneId.of(zone), Instant.EPOCH);
    Instant from = Instant.parse("2023-12-01T00:00:00Z");
    Instant to = from.plus(Duration.ofDays(900));
    Instant cut = from.plusSeconds(Math.floorMod((long) seed * 7919, 900L * 86_400));
    Instant at = from;
    List<Instant> walked = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      Instant next = fires.next(at);
      if (next == null || next.isAfter(to)) {
        break;
      }
      assertTrue(next.isAfter(at), rrule);
      assertEquals(next, fires.next(next.minusNanos(1)), rrule + " just before " + next);
      walked.add(next);
      at = next;
    }
    if (cut.isBefore(at)) {
      Instant expected = new TreeSet<>(walked).higher(cut);
      assertEquals(expected, fires.next(cut), rrule + " after " + cut + " in " + zone);
    }
  }

  @Provide
  Arbitrary<String> zones() {
    return Arbitraries.of(
        "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "UTC");
  }

  /**
   * Around a change, against the definition: each nominal time shifted or read at its first pass.
   */
  @Property(shrinking = ShrinkingMode.OFF)
  void readsEachNominalTimeByTheRfcAroundAChange(
      @ForAll("changes") String zoneAndDay, @ForAll("dense") String rrule) {
    ZoneId zone = ZoneId.of(zoneAndDay.split(" ")[0]);
    LocalDateTime day = LocalDateTime.parse(zoneAndDay.split(" ")[1] + "T00:00:00");
    Rrule trigger = rule(rrule);
    List<Instant> nominal =
        Walk.between(
            trigger.in(ZoneOffset.UTC, Instant.EPOCH),
            day.minusDays(2).toInstant(ZoneOffset.UTC),
            day.plusDays(3).toInstant(ZoneOffset.UTC));
    TreeSet<Instant> expected = new TreeSet<>();
    // java.time resolves a gap by its length, and an overlap to the earlier offset, as the RFC
    // does.
    nominal.forEach(
        at -> expected.add(LocalDateTime.ofInstant(at, ZoneOffset.UTC).atZone(zone).toInstant()));
    Instant from = day.minusDays(1).atZone(zone).toInstant();
    Instant to = day.plusDays(2).atZone(zone).toInstant();

    List<Instant> fires = Walk.between(trigger.in(zone, Instant.EPOCH), from, to);

    assertEquals(List.copyOf(expected.subSet(from, false, to, true)), fires, rrule);
  }

  @Provide
  Arbitrary<String> changes() {
    return Arbitraries.of(
        "Europe/Berlin 2026-03-29",
        "Europe/Berlin 2026-10-25",
        "Australia/Lord_Howe 2026-10-04",
        "Australia/Lord_Howe 2026-04-05",
        "Africa/Cairo 2026-04-24",
        "Africa/Cairo 2026-10-29",
        "America/New_York 2026-03-08",
        "Antarctica/Troll 2026-03-29");
  }

  @Provide
  Arbitrary<String> dense() {
    return Arbitraries.of(
        "FREQ=MINUTELY;INTERVAL=7",
        "FREQ=MINUTELY;INTERVAL=45",
        "FREQ=HOURLY",
        "FREQ=HOURLY;BYMINUTE=0,15,30,45",
        "FREQ=DAILY;BYHOUR=0,1,2,3;BYMINUTE=5,35",
        "FREQ=DAILY;BYHOUR=2;BYMINUTE=0,30",
        "FREQ=DAILY;BYHOUR=1,2,3;BYMINUTE=0,59");
  }

  @Property
  void garbageIsRefusedAndNothingElse(@ForAll("garbage") String text) {
    try {
      rule(text).in(ZoneOffset.UTC, Instant.EPOCH).next(Instant.EPOCH);
    } catch (InvalidTrigger refused) {
      assertEquals("rrule", refused.field());
    } catch (EvaluationGaveUp rare) {
      assertNotNull(rare.getMessage());
    }
    assertThrows(
        InvalidTrigger.class,
        () -> Rrule.parse("FREQ=DAILY", text, List.of(), List.of(), List.of()));
    List<String> one = List.of(text);
    refusesOrTakes("rdate/0", text, one, List.of(), List.of());
    refusesOrTakes("exdate/0", text, List.of(), one, List.of());
    refusesOrTakes("exrule/0", text, List.of(), List.of(), one);
  }

  private static void refusesOrTakes(
      String field, String text, List<String> rdate, List<String> exdate, List<String> exrule) {
    try {
      Rrule.parse("FREQ=DAILY;COUNT=3", START + ":00", rdate, exdate, exrule);
    } catch (InvalidTrigger refused) {
      assertEquals(field, refused.field());
      Integer position = refused.position();
      assertTrue(position == null || position >= 0 && position <= text.length());
    }
  }

  @Provide
  Arbitrary<String> garbage() {
    Arbitrary<String> alike =
        Arbitraries.of(
                "FREQ=",
                "DAILY",
                "YEARLY",
                ";",
                "BYDAY=",
                "1",
                "-",
                "MO",
                ",",
                "=",
                "BYSETPOS=",
                "UNTIL=",
                "2026",
                "T",
                "Z",
                "COUNT=",
                "BYMONTHDAY=",
                "31",
                "RRULE:",
                "ß",
                "99999")
            .list()
            .ofMaxSize(10)
            .map(parts -> String.join("", parts));
    return Arbitraries.oneOf(alike, Arbitraries.strings().ofMaxLength(40));
  }
}
