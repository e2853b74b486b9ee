package dev.carillon.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.time.calendar.BusinessCalendar;
import dev.carillon.time.calendar.BusinessDays;
import dev.carillon.time.calendar.Convention;
import dev.carillon.time.calendar.DayOff;
import dev.carillon.time.civil.Effort;
import dev.carillon.time.cron.CronDialect;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;

/** Conventions, bounds and validity, worked out by hand. */
class AdjustedFiresTest {

  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  /** Friday, 1 May 2026, makes a long weekend from the end of April on. */
  private static final BusinessDays MAY_DAY = calendar(null, null, "2026-05-01");

  private static BusinessCalendar calendar(
      @Nullable String from, @Nullable String to, String... holidays) {
    return BusinessCalendar.of(
        "bank",
        Set.of(DayOfWeek.SATURDAY, DayOfWeek.SUNDAY),
        List.of(),
        Set.copyOf(Arrays.stream(holidays).map(LocalDate::parse).toList()),
        List.of(),
        from == null ? null : LocalDate.parse(from),
        to == null ? null : LocalDate.parse(to));
  }

  private static Timing timing(BusinessDays days, Convention convention) {
    return timing(days, convention, null, null);
  }

  private static Timing timing(
      @Nullable BusinessDays days,
      Convention convention,
      @Nullable String startAt,
      @Nullable String endAt) {
    return new Timing(
        BERLIN,
        instant("2026-01-01T00:00:00Z"),
        DstPolicy.DEFAULT,
        startAt == null ? null : instant(startAt),
        endAt == null ? null : instant(endAt),
        days,
        convention);
  }

  private static Instant instant(String text) {
    return Instant.parse(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          nominal    | why     | SKIP  | FOLLOWING | MOD_FOLL | PRECEDING | MOD_PREC | NEAREST
          2026-05-06 |         | 05-06 | 05-06     | 05-06    | 05-06     | 05-06    | 05-06
          2026-05-01 | HOLIDAY | none  | 05-04     | 05-04    | 04-30     | 05-04    | 04-30
          2026-05-02 | WEEKEND | none  | 05-04     | 05-04    | 04-30     | 05-04    | 05-04
          2026-05-03 | WEEKEND | none  | 05-04     | 05-04    | 04-30     | 05-04    | 05-04
          2026-01-31 | WEEKEND | none  | 02-02     | 01-30    | 01-30     | 01-30    | 01-30
          2026-02-01 | WEEKEND | none  | 02-02     | 02-02    | 01-30     | 02-02    | 02-02
          """,
      useHeadersInDisplayName = true)
  void movesADateByEachConvention(
      String nominal,
      @Nullable String why,
      String skip,
      String following,
      String modifiedFollowing,
      String preceding,
      String modifiedPreceding,
      String nearest) {
    List<Convention> conventions =
        List.of(
            Convention.UNADJUSTED,
            Convention.SKIP,
            Convention.FOLLOWING,
            Convention.MODIFIED_FOLLOWING,
            Convention.PRECEDING,
            Convention.MODIFIED_PRECEDING,
            Convention.NEAREST);
    List<String> expected =
        List.of(
            nominal.substring(5),
            skip,
            following,
            modifiedFollowing,
            preceding,
            modifiedPreceding,
            nearest);
    LocalDate date = LocalDate.parse(nominal);
    Trigger once =
        Cron.parse(
            "0 0 9 " + date.getDayOfMonth() + " " + date.getMonthValue() + " ? 2026",
            CronDialect.QUARTZ);
    for (int i = 0; i < conventions.size(); i++) {
      Convention convention = conventions.get(i);
      Fire fire = once.in(timing(MAY_DAY, convention)).nextFire(instant("2026-01-01T00:00:00Z"));
      String found = fire == null ? "none" : fire.local().toLocalDate().toString().substring(5);
      assertEquals(expected.get(i), found, convention.toString());
      if (fire != null) {
        boolean stays = found.equals(nominal.substring(5));
        assertEquals(stays ? Set.of() : Set.of(Moved.valueOf(why)), fire.moved());
        assertEquals(9, fire.local().getHour());
      }
    }
  }

  /** Days off alone, at a price for each year, and a list of the years that it was asked of. */
  private static final class DearDays implements BusinessDays {

    private static final int COST = 100_000;

    private final Set<Integer> asked = new TreeSet<>();

    @Override
    public DayOff dayOff(LocalDate date) {
      asked.add(date.getYear());
      return DayOff.HOLIDAY;
    }

    @Override
    public int yearCost() {
      return COST;
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 9 25 12 * | SKIP",
        "0 9 25 12 * | FOLLOWING",
        "0 9 25 12 * | NEAREST",
        "0 9 * * *   | SKIP",
        "0 9 LB * *  | SKIP",
        "PT8765H     | SKIP",
        "PT8765H     | FOLLOWING",
      })
  void aSearchPaysForTheYearsOfTheCalendarAndGivesUpTheSameAgain(
      String text, Convention convention) {
    DearDays days = new DearDays();
    Trigger trigger =
        text.startsWith("P")
            ? Interval.parse(text, "2026-01-01T00:00:00")
            : Cron.parse(text.strip());
    for (int again = 0; again < 2; again++) {
      days.asked.clear();
      Fires fires = trigger.in(timing(days, convention));
      EvaluationGaveUp gaveUp =
          assertThrows(
              EvaluationGaveUp.class, () -> fires.nextFire(instant("2026-01-01T00:00:00Z")));
      assertFalse(gaveUp.outsideCalendar());
      int most = Effort.FREE_YEARS + Effort.ONE_QUESTION / DearDays.COST;
      // Beside them, one that could not be paid for, and those just before or behind a day.
      assertTrue(days.asked.size() <= most + 4, days.asked.toString());
    }
  }

  @Test
  void anInstantThatFollowsOtherWorkPaysAsWell() {
    DearDays days = new DearDays();

    assertThrows(
        EvaluationGaveUp.class,
        () -> Adjusted.instant(instant("2026-01-01T00:00:00Z"), timing(days, Convention.SKIP)));

    assertTrue(
        days.asked.size() <= Effort.FREE_YEARS + Effort.ONE_QUESTION / DearDays.COST,
        days.asked.toString());
  }

  @Test
  void ordinaryQuestionsPayForNoYear() {
    DearDays days = new DearDays();
    Effort effort = new Effort(1_000);
    for (int year : List.of(2026, 2027, 2025, 2026, 2024, 2027, 2024)) {
      days.dayOff(LocalDate.of(year, 1, 1), effort);
    }
    assertEquals(993, effort.left());

    assertThrows(Effort.Spent.class, () -> days.dayOff(LocalDate.of(2028, 1, 1), effort));
  }

  @Test
  void severalNominalDatesCollapseIntoOneFire() {
    Fires daily = Cron.parse("0 9 * * *").in(timing(MAY_DAY, Convention.FOLLOWING));
    Fires ofDaysOff = Cron.parse("0 9 * * FRI,SAT").in(timing(MAY_DAY, Convention.FOLLOWING));
    Instant thursday = instant("2026-04-30T07:00:00Z");
    Instant monday = instant("2026-05-04T07:00:00Z");

    assertEquals(Fire.at(monday, BERLIN), daily.nextFire(thursday));
    Fire moved = ofDaysOff.nextFire(thursday);
    assertEquals(monday, moved.at());
    assertEquals(Set.of(Moved.HOLIDAY, Moved.WEEKEND), moved.moved());
    assertEquals(instant("2026-05-08T07:00:00Z"), ofDaysOff.next(monday));
  }

  /** Sunday, 29 March 2026, has no 02:30 in Berlin, but the Monday after has. */
  @Test
  void aDateIsMovedBeforeTheZoneIsAsked() {
    Trigger gap = Cron.parse("30 2 29 3 *");
    Instant from = instant("2026-01-01T00:00:00Z");

    Fire monday = gap.in(timing(MAY_DAY, Convention.FOLLOWING)).nextFire(from);
    Fire friday = gap.in(timing(MAY_DAY, Convention.PRECEDING)).nextFire(from);
    Fire sunday = gap.in(timing(MAY_DAY, Convention.UNADJUSTED)).nextFire(from);

    assertEquals(instant("2026-03-30T00:30:00Z"), monday.at());
    assertEquals(Set.of(Moved.WEEKEND), monday.moved());
    assertEquals(instant("2026-03-27T01:30:00Z"), friday.at());
    assertEquals(instant("2026-03-29T01:00:00Z"), sunday.at());
    assertEquals(Set.of(Moved.DST_GAP), sunday.moved());
  }

  /** With Sunday a business day, Saturday's 02:30 is moved into the gap. */
  @Test
  void aMovedDateCanFallIntoAGap() {
    BusinessDays noSaturday =
        date -> date.getDayOfWeek() == DayOfWeek.SATURDAY ? DayOff.WEEKEND : null;

    Fire fire =
        Cron.parse("30 2 28 3 *")
            .in(timing(noSaturday, Convention.FOLLOWING))
            .nextFire(instant("2026-01-01T00:00:00Z"));

    assertEquals(instant("2026-03-29T01:00:00Z"), fire.at());
    assertEquals(Set.of(Moved.WEEKEND, Moved.DST_GAP), fire.moved());
  }

  @ParameterizedTest
  @EnumSource(value = Convention.class, names = "UNADJUSTED", mode = Mode.EXCLUDE)
  void fineCronStaysFastBesideLongRunsOfDaysOff(Convention convention) {
    BusinessDays yearOff = date -> date.getYear() == 2027 ? DayOff.HOLIDAY : null;
    Fires fires = Cron.parse("* * * * * *").in(timing(yearOff, convention));
    Effort effort = new Effort();

    Instant last = instant("2026-12-31T22:59:59Z");
    Fire first = fires.nextFire(last, effort);
    assertEquals(instant("2027-12-31T23:00:00Z"), first.at());
    assertEquals(last, fires.nextFire(last.minusSeconds(1), effort).at());
    assertEquals(
        86_400, fires.count(last.minusSeconds(86_400), first.at().minusSeconds(1), effort));
    assertTrue(Effort.ONE_QUESTION - effort.left() < 200_000, "left " + effort.left());
  }

  @ParameterizedTest
  @EnumSource(value = Convention.class, names = "UNADJUSTED", mode = Mode.EXCLUDE)
  void aCalendarWithoutBusinessDaysHangsNobody(Convention convention) {
    BusinessDays none = date -> DayOff.HOLIDAY;
    for (Trigger trigger :
        List.of(
            Cron.parse("* * * * * *"),
            Cron.parse("0 9 1 1 *"),
            Cron.parse("0 9 LB * *"),
            Interval.parse("PT6H", null),
            Interval.parse("P1M", null),
            FixedDelay.parse("PT1S"),
            OneShot.parse("2026-05-01T10:00:00Z"),
            Rrule.parse("FREQ=DAILY", "2026-01-01T09:00:00", List.of(), List.of(), List.of()))) {
      Fires fires = trigger.in(timing(none, convention));
      Instant found = null;
      try {
        found = fires.next(instant("2026-01-01T00:00:00Z"));
      } catch (EvaluationGaveUp gaveUp) {
        assertFalse(gaveUp.outsideCalendar());
      }
      assertNull(found, trigger.describe());
    }
  }

  @ParameterizedTest
  @EnumSource(value = Convention.class, names = "UNADJUSTED", mode = Mode.EXCLUDE)
  void whatIsKnownIsFoundAndWhatIsNotIsAnError(Convention convention) {
    BusinessDays known = calendar("2026-01-01", "2026-12-31");
    Instant last = instant("2026-12-31T08:00:00Z");
    for (Trigger trigger :
        List.of(Cron.parse("0 9 * * *"), Interval.parse("P1D", "2026-01-01T09:00:00"))) {
      Fires fires = trigger.in(timing(known, convention));

      assertEquals(last, fires.next(last.minusSeconds(1)));
      EvaluationGaveUp gaveUp = assertThrows(EvaluationGaveUp.class, () -> fires.next(last));
      assertTrue(gaveUp.outsideCalendar());
      assertTrue(
          gaveUp
              .getMessage()
              .startsWith("the calendar bank is valid from 2026-01-01 to 2026-12-31"),
          gaveUp.getMessage());
      assertNull(fires.nextFire(last, last.plusSeconds(3600), new Effort()));
      assertEquals(1, fires.count(last.minusSeconds(1), last.plusSeconds(3600), new Effort()));
    }
  }

  @ParameterizedTest
  @EnumSource(value = Convention.class, names = "UNADJUSTED", mode = Mode.EXCLUDE)
  void withinBoundsOnlyTheirDatesAreAskedFor(Convention convention) {
    BusinessDays known = calendar("2026-01-01", "2026-12-31");
    Timing year = timing(known, convention, "2025-12-31T23:00:00Z", "2026-12-31T22:59:59Z");
    for (Trigger trigger :
        List.of(
            Cron.parse("0 9 * * *"),
            Cron.parse("0 9 LB * *"),
            Interval.parse("PT24H", "2026-01-01T09:00:00"),
            Interval.parse("P1D", "2020-01-01T09:00:00"))) {
      Fires fires = trigger.in(year);
      List<Instant> found =
          Walk.between(fires, instant("2019-01-01T00:00:00Z"), instant("2030-01-01T00:00:00Z"));

      boolean last = trigger instanceof Cron cron && cron.pattern().namesBusinessDay();
      // 2026 has 261 days from Monday to Friday; it begins and ends on a Thursday.
      int shifted = trigger instanceof Interval interval && interval.days() == 0 ? 2 : 1;
      assertTrue(
          last ? found.size() == 12 : found.size() == 261 || shifted == 2 && found.size() > 261,
          trigger.describe() + " has " + found.size());
      assertEquals(instant("2026-12-31T08:00:00Z"), found.get(found.size() - 1));
      assertEquals(
          found.size(),
          fires.count(
              instant("2019-01-01T00:00:00Z"), instant("2030-01-01T00:00:00Z"), new Effort()));
    }
  }

  @Test
  void aYearlyFireIsFoundThoughTheNextYearIsUnknown() {
    Fires fires =
        Cron.parse("0 9 31 12 *").in(timing(calendar(null, "2027-12-31"), Convention.PRECEDING));

    assertEquals(instant("2027-12-31T08:00:00Z"), fires.next(instant("2027-06-01T00:00:00Z")));
  }

  /** On the day after the last known one comes 07:00: were it off, it would come before 09:00. */
  @Test
  void aFireThatAnUnknownDateCouldPrecedeIsNotTold() {
    Trigger trigger =
        Rrule.parse(
            "FREQ=DAILY;COUNT=1",
            "2027-12-31T09:00:00",
            List.of("2028-01-01T07:00:00"),
            List.of(),
            List.of());
    Instant from = instant("2027-12-30T12:00:00Z");

    BusinessDays known = calendar(null, "2027-12-31");
    assertThrows(
        EvaluationGaveUp.class, () -> trigger.in(timing(known, Convention.PRECEDING)).next(from));
    assertEquals(
        instant("2027-12-31T08:00:00Z"),
        trigger.in(timing(known, Convention.FOLLOWING)).next(from));
  }

  @Test
  void elapsedTimeKeepsItsInstantOnABusinessDayAndItsLocalTimeOnAnother() {
    // From Friday in winter time over the weekend of the change: 21:00, then 22:00 by the clock.
    Interval daily = Interval.parse("PT24H", "2026-03-27T21:00:00");
    BusinessDays sundayOff =
        date -> date.getDayOfWeek() == DayOfWeek.SUNDAY ? DayOff.WEEKEND : null;
    Instant from = instant("2026-03-27T00:00:00Z");

    List<Instant> moved =
        Walk.between(
            daily.in(timing(sundayOff, Convention.PRECEDING)), from, from.plus(Duration.ofDays(4)));

    assertEquals(
        List.of(
            instant("2026-03-27T20:00:00Z"),
            instant("2026-03-28T20:00:00Z"),
            instant("2026-03-28T21:00:00Z"),
            instant("2026-03-30T20:00:00Z")),
        moved);
  }

  @Test
  void aFixedDelayIsPutOffAndNeverCutShort() {
    Instant saturday = instant("2026-05-02T10:00:00.5Z");
    for (Convention convention : Convention.values()) {
      Instant adjusted = Adjusted.instant(saturday, timing(MAY_DAY, convention));
      assertEquals(
          convention == Convention.UNADJUSTED ? saturday : instant("2026-05-04T10:00:00.5Z"),
          adjusted,
          convention.toString());
    }
    Instant friday = instant("2026-05-08T10:00:00Z");
    assertEquals(friday, Adjusted.instant(friday, timing(MAY_DAY, Convention.SKIP)));
    assertNull(
        Adjusted.instant(
            instant("9999-12-31T10:00:00Z"), timing(date -> DayOff.HOLIDAY, Convention.SKIP)));
    assertThrows(
        EvaluationGaveUp.class,
        () -> Adjusted.instant(friday, timing(date -> DayOff.HOLIDAY, Convention.SKIP)));
    EvaluationGaveUp unknown =
        assertThrows(
            EvaluationGaveUp.class,
            () ->
                Adjusted.instant(saturday, timing(calendar(null, "2026-05-03"), Convention.SKIP)));
    assertTrue(unknown.outsideCalendar());
  }

  @Test
  void anIntervalWithoutAnchorCountsFromItsStartWhichIsAFire() {
    Instant start = instant("2026-06-01T07:00:00.25Z");
    Timing from = timing(null, Convention.UNADJUSTED, start.toString(), null);
    for (String every : List.of("PT36H", "P1D")) {
      Fires fires = Interval.parse(every, null).in(from);
      assertEquals(start, fires.next(Instant.EPOCH), every);
      assertEquals(
          every.equals("P1D") ? start.plus(Duration.ofDays(1)) : start.plus(Duration.ofHours(36)),
          fires.next(start));
    }
    Fires unbounded =
        Interval.parse("P1D", null).in(timing(null, Convention.UNADJUSTED, null, null));
    assertEquals(instant("2026-01-02T00:00:00Z"), unbounded.next(Instant.EPOCH));
  }

  @Test
  void boundsAreInclusiveAndCountWithoutCalendarToo() {
    Timing bounded =
        timing(null, Convention.UNADJUSTED, "2026-06-01T07:00:00Z", "2026-06-03T07:00:00Z");
    List<Instant> three =
        List.of(
            instant("2026-06-01T07:00:00Z"),
            instant("2026-06-02T07:00:00Z"),
            instant("2026-06-03T07:00:00Z"));
    for (Trigger trigger :
        List.of(
            Cron.parse("0 9 * * *"),
            Interval.parse("PT24H", "2026-01-01T08:00:00"),
            Interval.parse("P1D", "2026-01-01T09:00:00"),
            Rrule.parse("FREQ=DAILY", "2026-01-01T09:00:00", List.of(), List.of(), List.of()))) {
      Fires fires = trigger.in(bounded);
      assertEquals(three, Walk.between(fires, Instant.MIN, Instant.MAX), trigger.describe());
      assertEquals(3, fires.count(Instant.MIN, Instant.MAX, new Effort()), trigger.describe());
      assertEquals(1, fires.count(three.get(0), three.get(1), new Effort()), trigger.describe());
      assertNull(fires.next(three.get(2)));
    }
  }

  /** A nominal date within the bounds may be moved out of them; one outside may not be moved in. */
  @Test
  void boundsAreAboutTheNominalDate() {
    Timing toSunday =
        timing(MAY_DAY, Convention.FOLLOWING, "2026-05-02T00:00:00Z", "2026-05-03T20:00:00Z");
    Fires fires = Cron.parse("0 9 * * *").in(toSunday);

    assertEquals(
        List.of(instant("2026-05-04T07:00:00Z")), Walk.between(fires, Instant.EPOCH, Instant.MAX));
    Timing fromMonday =
        timing(MAY_DAY, Convention.FOLLOWING, "2026-05-04T08:00:00Z", "2026-05-05T08:00:00Z");
    assertEquals(
        List.of(instant("2026-05-05T07:00:00Z")),
        Walk.between(Cron.parse("0 9 * * *").in(fromMonday), Instant.EPOCH, Instant.MAX));
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTC", "Europe/Berlin", "Australia/Lord_Howe", "Africa/Casablanca"})
  void tenYearsAreCountedWithoutWalkingThem(String zone) {
    Instant from = instant("2026-01-01T00:00:00Z");
    Instant to = instant("2036-01-01T00:00:00Z");
    long seconds = Duration.between(from, to).getSeconds();
    Timing plain = Timing.of(ZoneId.of(zone), from, DstPolicy.DEFAULT);
    for (String cron : List.of("* * * * * *", "* * * * *", "0-59 0-59 0-23 * * *")) {
      Effort effort = new Effort();
      long perFire = cron.length() == 9 ? 60 : 1;
      boolean wildcard = cron.startsWith("*");
      // A pattern of fixed times does not fire in the second pass of an overlap.
      long missing = wildcard ? 0 : overlaps(ZoneId.of(zone), from, to);

      long counted = Cron.parse(cron).in(plain).count(from, to, effort);

      assertEquals(seconds / perFire - missing, counted, cron + " in " + zone);
      assertTrue(Effort.ONE_QUESTION - effort.left() < 2_000, cron + " left " + effort.left());
    }
    Effort effort = new Effort();
    assertEquals(seconds / 7, Interval.parse("PT7S", null).in(plain).count(from, to, effort));
    assertEquals(Effort.ONE_QUESTION, effort.left());
    assertThrows(
        EvaluationGaveUp.class,
        () ->
            Rrule.parse("FREQ=SECONDLY", "2026-01-01T00:00:00", List.of(), List.of(), List.of())
                .in(plain)
                .count(from, to, new Effort()));
  }

  private static long overlaps(ZoneId zone, Instant from, Instant to) {
    long found = 0;
    var change = zone.getRules().nextTransition(from);
    while (change != null && change.getInstant().isBefore(to)) {
      found += change.isOverlap() ? -change.getDuration().getSeconds() : 0;
      change = zone.getRules().nextTransition(change.getInstant());
    }
    return found;
  }

  @Test
  void tenYearsOfBusinessDaysAreCountedByTheDay() {
    Instant from = instant("2026-01-01T00:00:00Z");
    Instant to = instant("2036-01-01T00:00:00Z");
    BusinessDays week = calendar(null, null);
    long days =
        LocalDate.of(2026, 1, 1)
            .datesUntil(LocalDate.of(2036, 1, 1))
            .filter(week::isBusinessDay)
            .count();
    for (Convention convention : Convention.values()) {
      if (convention != Convention.UNADJUSTED) {
        Effort effort = new Effort();
        Timing timing =
            new Timing(ZoneOffset.UTC, from, DstPolicy.DEFAULT, null, null, week, convention);
        assertEquals(
            days * 86_400,
            Cron.parse("* * * * * *")
                .in(timing)
                .count(from.minusSeconds(1), to.minusSeconds(1), effort),
            convention.toString());
        assertTrue(
            Effort.ONE_QUESTION - effort.left() < 100_000, convention + " left " + effort.left());
      }
    }
  }

  @Test
  void aPreviewStopsWhereTheCalendarEnds() {
    Timing timing = timing(calendar(null, "2026-05-08"), Convention.FOLLOWING);
    Trigger daily = Cron.parse("0 9 * * *");
    Instant from = instant("2026-05-04T00:00:00Z");

    assertEquals(5, Preview.of(daily, timing, Jitter.NONE, from, 5).fires().size());
    String ends =
        "the calendar bank is valid up to 2026-05-08 and says nothing about 2026-05-09; add what is"
            + " missing and set validTo to a later date, or end earlier";
    for (Preview known :
        List.of(
            Preview.of(daily, timing, Jitter.NONE, from, 6),
            Preview.between(daily, timing, Jitter.NONE, from, null, 6))) {
      assertEquals(5, known.fires().size());
      assertFalse(known.exhausted());
      assertEquals(ends, known.incomplete());
    }
    Instant beyond = instant("2026-05-12T20:00:00Z");
    EvaluationGaveUp gaveUp =
        assertThrows(
            EvaluationGaveUp.class,
            () -> Preview.between(daily, timing, Jitter.NONE, from, beyond, 6));
    assertEquals("only 5 fires were found (ask for no more): " + ends, gaveUp.getMessage());
    assertTrue(gaveUp.outsideCalendar());
    Instant last = instant("2026-05-08T20:00:00Z");
    assertThrows(EvaluationGaveUp.class, () -> Preview.of(daily, timing, Jitter.NONE, last, 1));
    Preview week =
        Preview.between(daily, timing, Jitter.NONE, from, instant("2026-05-08T20:00:00Z"), 100);
    assertEquals(5, week.fires().size());
    assertFalse(week.exhausted());
    Timing ending = timing(MAY_DAY, Convention.FOLLOWING, null, "2026-05-08T20:00:00Z");
    Preview ended = Preview.of(daily, ending, Jitter.NONE, from, 100);
    assertEquals(5, ended.fires().size());
    assertTrue(ended.exhausted());
  }

  @Test
  void aStartOfARuleAtTheStartOfAPreviewCounts() {
    Trigger rule =
        Rrule.parse("FREQ=WEEKLY", "2026-05-05T09:00:00", List.of(), List.of(), List.of());
    Instant start = instant("2026-05-05T07:00:00Z");

    for (Convention convention : Convention.values()) {
      Preview preview = Preview.of(rule, timing(MAY_DAY, convention), Jitter.NONE, start, 1);
      assertEquals(start, preview.fires().get(0).at(), convention.toString());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          0 9 * * SAT,SUN | SKIP      |                      |                      | each of its dates is a day off
          0 9 * * SAT     | FOLLOWING |                      |                      |
          0 9 * * MON     | SKIP      |                      |                      |
          0 9 1 7 *       | FOLLOWING |                      | 2026-06-30T00:00:00Z | after endAt
          0 9 1 7 *       | FOLLOWING |                      | 2026-01-30T00:00:00Z |
          0 9 * * *       | FOLLOWING | 2026-07-01T00:00:00Z | 2026-06-30T00:00:00Z | endAt is before startAt
          0 9 1 7 *       | FOLLOWING | 2026-07-02T00:00:00Z | 2027-06-30T00:00:00Z | after endAt
          """)
  void saysWhyNothingIsLeft(
      String cron,
      Convention convention,
      @Nullable String startAt,
      @Nullable String endAt,
      @Nullable String why) {
    Trigger trigger = Cron.parse(cron);
    Timing timing = timing(calendar(null, null), convention, startAt, endAt);
    Instant now = instant("2026-06-01T00:00:00Z");

    NeverFires never = NeverFires.of(trigger, timing, now);

    assertEquals(why == null, never == null);
    if (never != null && why != null) {
      assertNull(trigger.in(timing).next(now));
      assertTrue(never.message().contains(why), never.message());
    }
  }

  @Test
  void saysWhyAOneShotIsLeftOut() {
    Instant now = instant("2026-01-01T00:00:00Z");
    Trigger saturday = OneShot.parse("2026-05-02T10:00:00Z");

    NeverFires early =
        NeverFires.of(
            saturday, timing(null, Convention.UNADJUSTED, "2026-06-01T00:00:00Z", null), now);
    NeverFires skipped = NeverFires.of(saturday, timing(MAY_DAY, Convention.SKIP), now);

    assertNotNull(early);
    assertTrue(early.message().contains("before startAt"), early.message());
    assertNotNull(skipped);
    assertTrue(skipped.message().contains("a day off"), skipped.message());
    assertNull(
        NeverFires.of(saturday, timing(MAY_DAY, Convention.SKIP), instant("2026-06-01T00:00:00Z")));
  }
}
