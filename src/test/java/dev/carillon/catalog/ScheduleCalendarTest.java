package dev.carillon.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import biweekly.component.VEvent;
import dev.carillon.ical.CalendarDocument;
import dev.carillon.ical.ReadCalendar;
import dev.carillon.time.Fire;
import dev.carillon.time.Fires;
import dev.carillon.time.calendar.BusinessDays;
import dev.carillon.time.calendar.Convention;
import dev.carillon.time.calendar.DayOff;
import dev.carillon.time.civil.Effort;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a calendar application makes of a schedule: the instants at which it fires, and no others.
 */
class ScheduleCalendarTest {

  private static final Instant NOW = Instant.parse("2026-02-17T10:20:30Z");
  private static final UUID ID = UUID.fromString("018f6e2c-7a3b-7c4d-8e5f-0a1b2c3d4e5f");

  private final ScheduleEntity row = schedule();

  // ── a rule as one recurring event
  // ──────────────────────────────────────────────────────────────

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "FREQ=DAILY | 2026-01-01T09:00:00 | Europe/Berlin",
        "FREQ=DAILY;INTERVAL=3 | 2026-01-01T09:30:00 | America/New_York",
        "FREQ=DAILY;COUNT=40 | 2026-02-20T16:15:30 | Australia/Sydney",
        "FREQ=DAILY;UNTIL=20260420 | 2026-02-20T06:00:00 | Europe/Berlin",
        "FREQ=DAILY;UNTIL=20260420T060000 | 2026-02-20T06:00:00 | Asia/Beirut",
        "FREQ=DAILY;UNTIL=20260420T195959 | 2026-02-20T20:00:00 | Pacific/Auckland",
        "FREQ=DAILY;UNTIL=20260420T040000Z | 2026-02-20T06:00:00 | Europe/Berlin",
        "FREQ=DAILY;UNTIL=20260420T035959Z | 2026-02-20T06:00:00 | Europe/Berlin",
        "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR | 2026-02-21T18:00:00 | Europe/Dublin",
        "FREQ=DAILY;BYMONTH=3,10 | 2026-02-21T18:00:00 | Asia/Jerusalem",
        "FREQ=WEEKLY;BYDAY=MO,WE,FR;BYHOUR=8;BYMINUTE=45 | 2026-02-19T00:00:00 | Europe/Lisbon",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU | 2026-02-18T12:00:00 | America/Sao_Paulo",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=MO | 2026-02-18T12:00:00 | America/Sao_Paulo",
        "FREQ=MONTHLY | 2026-01-31T12:00:00 | Europe/Berlin",
        "FREQ=MONTHLY;BYMONTHDAY=-1 | 2026-01-01T18:00:00 | America/Santiago",
        "FREQ=MONTHLY;BYDAY=-1FR | 2026-01-01T09:00:00 | Europe/Berlin",
        "FREQ=MONTHLY;BYDAY=2TU;COUNT=5 | 2026-01-01T09:00:00 | America/Nuuk",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1 | 2026-01-01T17:30:00 | Europe/Berlin",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,-2;COUNT=9 | 2026-03-05T17:30:00 | Asia/Tokyo",
        "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=15 | 2026-01-20T04:00:00 | Asia/Kathmandu",
        "FREQ=YEARLY | 2024-02-29T12:00:00 | Europe/Berlin",
        "FREQ=YEARLY;BYMONTH=3,6,9,12;BYMONTHDAY=31,30 | 2026-01-01T12:00:00 | Europe/Berlin",
        "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH | 2026-01-01T12:00:00 | America/New_York",
        "FREQ=HOURLY;COUNT=1;INTERVAL=1000 | 2026-02-20T06:00:00 | UTC",
      })
  void namesRulesOfDaysAsTheyAre(String rrule, String dtstart, String zone) {
    row.timezone = zone;
    row.trigger = rule(rrule, dtstart);

    ReadCalendar read = read(firesAsItSays(Duration.ofDays(5 * 366)));

    boolean subDaily = rrule.startsWith("FREQ=HOURLY");
    assertEquals(!subDaily, isRule(read), rrule);
  }

  @Test
  void keepsAddedAndLeftOutDatesOfARule() {
    row.timezone = "Europe/Berlin";
    row.trigger =
        "{'type':'RRULE','rrule':'FREQ=WEEKLY;BYDAY=MO','dtstart':'2026-01-05T09:00:00',"
            + "'rdate':['2026-04-04T10:00:00','2026-12-24T07:30:00'],"
            + "'exdate':['2026-04-06T09:00:00','2026-05-25T09:00:00','2026-03-29T02:30:00']}";

    ReadCalendar read = read(firesAsItSays(Duration.ofDays(400)));

    assertTrue(isRule(read));
    String text = text(NOW).replace("\r\n ", "");
    assertTrue(text.contains("\nRDATE;TZID=Europe/Berlin:20260404T100000,20261224T073000\r"), text);
    assertTrue(
        text.contains("\nEXDATE;TZID=Europe/Berlin:20260406T090000,20260525T090000\r"), text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // Local times that the clocks leave out or repeat, in one year or another.
        "FREQ=DAILY | 2026-01-01T02:30:00 | Europe/Berlin",
        "FREQ=DAILY;BYHOUR=1;BYMINUTE=30 | 2026-01-01T00:00:00 | America/New_York",
        "FREQ=WEEKLY;BYDAY=SU | 2026-02-15T01:45:00 | Australia/Lord_Howe",
        // Where the zone's changes follow no rule.
        "FREQ=DAILY | 2026-01-01T18:00:00 | Africa/Casablanca",
        "FREQ=WEEKLY;BYDAY=FR | 2026-01-01T12:00:00 | Asia/Gaza",
        "FREQ=WEEKLY;BYDAY=FR;COUNT=2000 | 1990-01-01T12:00:00 | Europe/Berlin",
        // What applications do not know, or each in its own way.
        "FREQ=DAILY;BYHOUR=9,17 | 2026-01-01T00:00:00 | Europe/Berlin",
        "FREQ=HOURLY;INTERVAL=12 | 2026-02-01T00:00:00 | Europe/Berlin",
        "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO | 2026-01-01T12:00:00 | Europe/Berlin",
        "FREQ=YEARLY;BYYEARDAY=100,200 | 2026-01-01T12:00:00 | Europe/Berlin",
        "FREQ=YEARLY;BYMONTHDAY=13;BYDAY=FR | 2026-01-01T12:00:00 | Europe/Berlin",
      })
  void namesEachFireOfRulesThatAreReadDifferently(String rrule, String dtstart, String zone) {
    row.timezone = zone;
    row.trigger = rule(rrule, dtstart);

    assertFalse(isRule(read(firesAsItSays(ScheduleCalendar.YEAR))));
  }

  @ParameterizedTest
  @CsvSource({
    "P1D, 2026-01-01T09:00:00, Europe/Berlin, true",
    "P1W, 2026-01-01T23:00:00, America/New_York, true",
    "P3M, 2026-01-28T09:00:00, Europe/Berlin, true",
    "P1Y, 2026-03-28T09:00:00, Europe/Berlin, true",
    "P1M, 2026-01-31T09:00:00, Europe/Berlin, false",
    "P1D, 2026-01-01T02:15:00, Europe/Berlin, false",
    "P1M2D, 2026-01-01T09:00:00, Europe/Berlin, false",
    "PT36H, 2026-01-01T09:00:00, Europe/Berlin, false",
  })
  void namesIntervalsOfDaysAsRules(String every, String anchor, String zone, boolean asRule) {
    row.timezone = zone;
    row.trigger = "{'type':'INTERVAL','every':'" + every + "','anchor':'" + anchor + "'}";

    assertEquals(asRule, isRule(read(firesAsItSays(ScheduleCalendar.YEAR))));
  }

  @ParameterizedTest
  @CsvSource({
    "P1D, 2026-03-05T11:00:00Z",
    "P1W, 2026-03-05T11:00:00.250Z",
    "P2M, 2026-03-05T11:00:00Z",
    "PT36H, 2026-03-05T11:00:00Z"
  })
  void startsAnIntervalWhereItsScheduleStarts(String every, Instant startAt) {
    row.timezone = "Europe/Berlin";
    row.trigger = "{'type':'INTERVAL','every':'" + every + "'}";
    row.policies.startAt = startAt;

    ReadCalendar read = read(firesAsItSays(ScheduleCalendar.YEAR));

    assertEquals(Instant.ofEpochSecond(startAt.getEpochSecond()), start(read));
    assertEquals(!every.equals("PT36H"), isRule(read));
  }

  @Test
  void countsAnIntervalFromItsCreationToTheSecond() {
    row.createdAt = Instant.parse("2026-02-01T10:00:00.250Z");
    row.timezone = "Europe/Berlin";
    row.trigger = "{'type':'INTERVAL','every':'P1D'}";

    ReadCalendar read = read(text(NOW));

    assertTrue(isRule(read));
    assertEquals(
        List.of(Instant.parse("2026-04-01T09:00:00Z"), Instant.parse("2026-04-02T09:00:00Z")),
        read.starts(Instant.parse("2026-04-01T00:00:00Z"), Instant.parse("2026-04-02T23:00:00Z")));
  }

  @Test
  void endsARuleWhereItsScheduleEnds() {
    row.timezone = "Europe/Berlin";
    row.trigger = rule("FREQ=DAILY;UNTIL=20270101", "2026-01-01T09:00:00");
    row.policies.startAt = Instant.parse("2026-03-01T08:00:00Z");
    row.policies.endAt = Instant.parse("2026-04-01T07:00:00Z");

    ReadCalendar read = read(text(NOW));

    assertTrue(isRule(read));
    List<Instant> starts =
        read.starts(NOW.minus(Duration.ofDays(90)), NOW.plus(Duration.ofDays(400)));
    assertEquals(Instant.parse("2026-03-01T08:00:00Z"), starts.get(0));
    assertEquals(Instant.parse("2026-04-01T07:00:00Z"), starts.get(starts.size() - 1));
    assertEquals(32, starts.size());
  }

  // ── events one by one
  // ──────────────────────────────────────────────────────────────────────────

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'type':'CRON','expression':'30 2 * * *'} | Europe/Berlin",
        "{'type':'CRON','expression':'*/30 1-3 * 3,10 SUN'} | Europe/Berlin",
        "{'type':'CRON','expression':'0 9 * * MON-FRI'} | America/New_York",
        "{'type':'CRON','expression':'0 30 1 ? * SUN','dialect':'QUARTZ'} | America/Nuuk",
        "{'type':'CRON','expression':'15 2 * * *'} | Australia/Lord_Howe",
        "{'type':'CRON','expression':'0 0 * * *'} | America/Asuncion",
        "{'type':'CRON','expression':'0 2 * * *'} | Africa/Casablanca",
        "{'type':'CRON','expression':'30 0 * * *'} | Asia/Gaza",
        "{'type':'CRON','expression':'0 1 * * *'} | Antarctica/Troll",
        "{'type':'CRON','expression':'45 2 * * *'} | Pacific/Chatham",
        "{'type':'CRON','expression':'0 12 * * *'} | UTC",
        "{'type':'CRON','expression':'0 12 29 2 *'} | Europe/Berlin",
        "{'type':'INTERVAL','every':'PT13H','anchor':'2026-01-01T09:00:00'} | Europe/Berlin",
        "{'type':'ONE_SHOT','at':'2026-12-01T10:00:00Z'} | Europe/Berlin",
      })
  void namesEachFireOfAYear(String trigger, String zone) {
    row.timezone = zone;
    row.trigger = trigger;

    firesAsItSays(ScheduleCalendar.YEAR);
  }

  @Test
  void namesBothPassesOfARepeatedTime() {
    row.timezone = "Europe/Berlin";
    row.trigger = "{'type':'CRON','expression':'*/30 2 25 10 *'}";

    String text = firesAsItSays(ScheduleCalendar.YEAR);

    for (String pass : List.of("000000Z", "003000Z", "010000Z", "013000Z")) {
      assertTrue(text.contains("DTSTART:20261025T" + pass), text);
    }
  }

  @Test
  void showsTheNextFireThatIsFurtherOff() {
    row.trigger = "{'type':'CRON','expression':'0 12 29 2 *'}";
    row.timezone = "UTC";

    ReadCalendar read = read(text(NOW));

    assertEquals(1, read.events().size());
    assertEquals(Instant.parse("2028-02-29T12:00:00Z"), start(read));
  }

  @Test
  void showsAThousandFiresAndSaysThatThereAreMore() {
    row.trigger = "{'type':'CRON','expression':'* * * * *'}";

    List<VEvent> events = read(text(NOW)).events();

    assertEquals(ScheduleCalendar.MOST_EVENTS, events.size());
    assertFalse(description(events.get(998)).contains("not shown"));
    assertTrue(description(events.get(999)).contains("Its later fires are not shown here."));
  }

  @Test
  void movesEventsByJitterAndKeepsTheirNames() {
    row.trigger = "{'type':'CRON','expression':'0 9 * * *'}";
    row.timezone = "Europe/Berlin";
    List<VEvent> plain = read(text(NOW)).events();
    row.policies.jitterMillis = Duration.ofHours(2).toMillis();

    List<VEvent> jittered = read(firesAsItSays(ScheduleCalendar.YEAR)).events();

    assertEquals(uids(plain), uids(jittered));
    assertEquals(ID + "-20260218T080000Z@carillon", uids(plain).get(0));
    assertFalse(
        plain.get(0).getDateStart().getValue().equals(jittered.get(0).getDateStart().getValue()));
  }

  @Test
  void keepsToBusinessDays() {
    row.trigger = rule("FREQ=MONTHLY;BYMONTHDAY=1", "2026-01-01T09:00:00");
    row.timezone = "Europe/Berlin";
    row.policies.calendar = "weekends";
    row.policies.convention = Convention.FOLLOWING;

    ReadCalendar read = read(firesAsItSays(ScheduleCalendar.YEAR));

    assertFalse(isRule(read));
  }

  @Test
  void showsAsManyFiresAsMayStillRun() {
    row.trigger = "{'type':'CRON','expression':'0 9 * * *'}";

    Instant next = Instant.parse("2026-02-18T09:00:00Z");
    List<VEvent> events = read(text(source(row, next, 3))).events();

    assertEquals(3, events.size());
    assertFalse(description(events.get(2)).contains("not shown"));
    assertTrue(read(text(source(row, null, 0))).events().isEmpty());
  }

  @Test
  void countsPlannedFiresToThoseThatMayStillRun() {
    row.trigger = "{'type':'CRON','expression':'* * * * *'}";
    Instant planned = Instant.parse("2026-02-17T10:21:00Z");
    var clock = new ScheduleClockView(planned, 2, planned.plusSeconds(120), 1);

    ReadCalendar read = read(text(new ScheduleCalendar.Source(row, "j", clock)));

    assertEquals(
        List.of(planned, planned.plusSeconds(60), planned.plusSeconds(120)),
        read.starts(NOW, NOW.plus(Duration.ofDays(1))));
  }

  @Test
  void leavesOutWhatWasSkipped() {
    row.trigger = "{'type':'CRON','expression':'0 9 * * *'}";
    Instant next = Instant.parse("2026-02-20T09:00:00Z");

    assertEquals(next, start(read(text(source(row, next, null)))));
  }

  @Test
  void excludesFromARuleWhatWasSkipped() {
    row.trigger = rule("FREQ=DAILY", "2026-01-01T09:00:00");
    row.timezone = "Europe/Berlin";
    Instant next = Instant.parse("2026-02-20T08:00:00Z");

    String text = text(source(row, next, null));

    assertTrue(isRule(read(text)));
    String excluded = "EXDATE;TZID=Europe/Berlin:20260218T090000,20260219T090000\r\n";
    assertTrue(text.contains(excluded), text);
    assertEquals(next, read(text).starts(NOW, next.plusSeconds(1)).get(0));
  }

  @Test
  void namesEachFireOfARuleWhoseStartWasSkipped() {
    row.trigger = rule("FREQ=DAILY", "2026-02-18T09:00:00");
    row.timezone = "UTC";
    Instant next = Instant.parse("2026-02-19T09:00:00Z");

    ReadCalendar read = read(text(source(row, next, null)));

    assertFalse(isRule(read));
    assertEquals(next, start(read));
  }

  @Test
  void namesAFireThatMovesAnew() {
    row.trigger = "{'type':'ONE_SHOT','at':'2026-02-21T10:00:00Z'}";
    row.policies.calendar = "weekends";
    row.policies.convention = Convention.FOLLOWING;
    List<String> moved = uids(read(text(NOW)).events());
    row.policies.convention = Convention.PRECEDING;

    assertEquals(List.of(ID + "-20260223T100000Z@carillon"), moved);
    assertEquals(List.of(ID + "-20260220T100000Z@carillon"), uids(read(text(NOW)).events()));
  }

  // ── where it stands
  // ────────────────────────────────────────────────────────────────────────────

  @Test
  void showsOfADelayItsNextFireAlone() {
    row.trigger = "{'type':'FIXED_DELAY','delay':'PT15M'}";
    Instant next = NOW.plusSeconds(77);

    ReadCalendar read = read(text(source(row, next, null)));

    assertEquals(List.of(next), read.starts(NOW, NOW.plus(Duration.ofDays(9))));
    assertEquals(List.of(ID + "-20260217T102147Z@carillon"), uids(read.events()));
    assertTrue(description(read.events().get(0)).contains("Only the next fire is shown"));
    assertTrue(read(text(source(row, null, null))).events().isEmpty());
  }

  @Test
  void cancelsWhatADisabledOneWouldDo() {
    row.trigger = "{'type':'CRON','expression':'0 9 * * *'}";
    row.enabled = false;
    row.status = ScheduleStatus.PAUSED;

    for (VEvent event : read(text(NOW)).events()) {
      assertEquals("CANCELLED", event.getStatus().getValue());
    }
  }

  @Test
  void showsWhatComesAfterAPause() {
    row.trigger = rule("FREQ=DAILY", "2026-01-01T09:00:00");
    row.timezone = "UTC";
    row.status = ScheduleStatus.PAUSED;
    row.pausedUntil = Instant.parse("2026-03-01T09:00:00Z");

    ReadCalendar read = read(text(NOW));

    assertEquals("CONFIRMED", read.events().get(0).getStatus().getValue());
    assertEquals(row.pausedUntil, start(read));
  }

  @Test
  void showsNothingOfWhatDoesNotFireAnyMore() {
    row.trigger = rule("FREQ=DAILY", "2026-01-01T09:00:00");
    for (ScheduleStatus status : List.of(ScheduleStatus.PARKED, ScheduleStatus.EXHAUSTED)) {
      row.status = status;

      assertTrue(read(text(NOW)).events().isEmpty());
    }
  }

  // ── what it says of itself
  // ─────────────────────────────────────────────────────────────────────

  @Test
  void saysWhatItIsAndWhatItRuns() {
    row.trigger = rule("FREQ=DAILY", "2026-01-01T09:00:00");
    row.timezone = "Europe/Berlin";
    row.name = "Invoices, daily; \\o/";
    row.policies.note = "first\nsecond";

    VEvent event = read(text(NOW)).events().get(0);

    assertEquals("Invoices, daily; \\o/", event.getSummary().getValue());
    assertTrue(description(event).endsWith("Schedule: s\nJob: j\nfirst\nsecond"));
    assertEquals(List.of("Carillon", "j"), event.getCategories().get(0).getValues());
    assertEquals(row.updatedAt, event.getDateTimeStamp().getValue().toInstant());
    assertEquals(5, event.getDuration().getValue().getMinutes());
    assertTrue(event.getTransparency().isTransparent());
    assertEquals(7, event.getSequence().getValue());
  }

  @Test
  void isTheSameTextUntilSomethingChanges() {
    row.trigger = rule("FREQ=DAILY", "2026-01-01T09:00:00");

    assertEquals(text(NOW), text(NOW.plus(Duration.ofDays(100))));
  }

  // ── how it is asked
  // ────────────────────────────────────────────────────────────────────────────

  /** Compares what is read with what the trigger says, and gives back what was written. */
  private String firesAsItSays(Duration window) {
    String text = text(NOW);
    ReadCalendar read = read(text);
    Instant to = NOW.plus(window);
    List<Instant> fires = fires(to);
    List<Instant> starts = read.starts(NOW.plusSeconds(1), to);
    assertEquals(List.of(), without(fires, starts), "fires that it does not show");
    assertEquals(List.of(), without(starts, fires), "what it shows and is no fire");
    return text;
  }

  private static List<Instant> without(List<Instant> some, List<Instant> others) {
    List<Instant> rest = new ArrayList<>(some);
    rest.removeAll(others);
    return rest;
  }

  private List<Instant> fires(Instant to) {
    ScheduleCalendar.Declared declared = source(row).declared();
    Fires fires =
        declared
            .declaration()
            .trigger()
            .in(declared.declaration().timing(ZoneId.of("UTC"), row.createdAt, known()));
    List<Instant> instants = new ArrayList<>();
    Fire fire = fires.nextFire(NOW);
    while (fire != null && !fire.at().isAfter(to)) {
      instants.add(Instant.ofEpochSecond(row.jitter().due(fire.at()).getEpochSecond()));
      fire = fires.nextFire(fire.at());
    }
    return instants.stream().sorted().distinct().filter(at -> !at.isAfter(to)).toList();
  }

  private String text(Instant now) {
    return text(source(row), now);
  }

  private static String text(ScheduleCalendar.Source source) {
    return text(source, NOW);
  }

  private static String text(ScheduleCalendar.Source source, Instant now) {
    source.row().trigger = source.row().trigger.replace('\'', '"');
    ScheduleCalendar calendar =
        ScheduleCalendar.of(source.declared(), ZoneId.of("UTC"), known(), now, new Effort());
    calendar.upTo(ScheduleCalendar.MOST_EVENTS);
    return new CalendarDocument("c", "d", Duration.ofHours(1), 0, calendar.events()).text();
  }

  private static ReadCalendar read(String text) {
    return ReadCalendar.of(text);
  }

  private static boolean isRule(ReadCalendar read) {
    return read.events().size() == 1 && read.events().get(0).getRecurrenceRule() != null;
  }

  private static String description(VEvent event) {
    return event.getDescription().getValue();
  }

  private static Instant start(ReadCalendar read) {
    return read.events().get(0).getDateStart().getValue().toInstant();
  }

  private static List<String> uids(List<VEvent> events) {
    return events.stream().map(event -> event.getUid().getValue()).toList();
  }

  private static ScheduleCalendar.Source source(ScheduleEntity row) {
    row.trigger = row.trigger.replace('\'', '"');
    return source(row, firstFire(row), null);
  }

  private static @Nullable Instant firstFire(ScheduleEntity row) {
    var declared = row.declared("j");
    var timing = declared.timing(ZoneId.of("UTC"), row.createdAt, known());
    Instant from = row.pausedUntil == null ? NOW : row.pausedUntil.minusNanos(1);
    return row.enabled ? declared.trigger().in(timing).next(from) : null;
  }

  /** As the clock says: a schedule that fires has a next one. */
  private static ScheduleCalendar.Source source(
      ScheduleEntity row, @Nullable Instant next, @Nullable Integer runsLeft) {
    return new ScheduleCalendar.Source(row, "j", new ScheduleClockView(null, 0, next, runsLeft));
  }

  private static String rule(String rrule, String dtstart) {
    return "{'type':'RRULE','rrule':'" + rrule + "','dtstart':'" + dtstart + "'}";
  }

  private static Map<String, BusinessDays> known() {
    return Map.of("weekends", ScheduleCalendarTest::weekend);
  }

  private static @Nullable DayOff weekend(LocalDate date) {
    return date.getDayOfWeek().compareTo(DayOfWeek.SATURDAY) >= 0 ? DayOff.WEEKEND : null;
  }

  private static ScheduleEntity schedule() {
    ScheduleEntity row = new ScheduleEntity();
    row.id = ID;
    row.tenant = "default";
    row.key = "s";
    row.enabled = true;
    row.status = ScheduleStatus.ACTIVE;
    row.version = 7;
    row.createdAt = Instant.parse("2026-01-05T06:07:08Z");
    row.updatedAt = row.createdAt;
    return row;
  }
}
