package dev.carillon.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Each choice at changes that really happened, or will. */
class DstPolicyTest {

  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  private static Trigger trigger(String text) {
    String[] parts = text.strip().split(" ", 2);
    return switch (parts[0]) {
      case "CRON" -> Cron.parse(parts[1]);
      case "RRULE" -> rrule(parts[1], "2009-12-31T02:30:00");
      default -> Interval.parse(parts[0], parts[1].strip());
    };
  }

  private static Rrule rrule(String rule, String dtstart) {
    return Rrule.parse(rule, dtstart, List.of(), List.of(), List.of());
  }

  private static DstPolicy gap(DstGap gap) {
    return new DstPolicy(gap, null);
  }

  private static DstPolicy overlap(DstOverlap overlap) {
    return new DstPolicy(null, overlap);
  }

  /** The clocks go forward: what the gap leaves out, and its neighbours. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        // Europe/Berlin, 02:00 to 03:00.
        "CRON 30 2 * * *  | Europe/Berlin | 2026-03-29 | -               | 03:00+02:00 DST_GAP",
        "CRON 30 2 * * *  | Europe/Berlin | 2026-03-29 | FIRE_AT_GAP_END | 03:00+02:00 DST_GAP",
        "CRON 30 2 * * *  | Europe/Berlin | 2026-03-29 | SHIFT_BY_GAP    | 03:30+02:00 DST_GAP",
        "CRON 30 2 * * *  | Europe/Berlin | 2026-03-29 | SKIP            | ''",
        "CRON 0,30 2 * * * | Europe/Berlin | 2026-03-29 | -              | 03:00+02:00 DST_GAP",
        "CRON 0,30 2 * * * | Europe/Berlin | 2026-03-29 | SHIFT_BY_GAP   | 03:00+02:00 DST_GAP, 03:30+02:00 DST_GAP",
        "CRON 10,30 2,3 * * * | Europe/Berlin | 2026-03-29 | -           | 03:00+02:00 DST_GAP, 03:10+02:00, 03:30+02:00",
        "CRON 0,30 2,3 * * * | Europe/Berlin | 2026-03-29 | -            | 03:00+02:00, 03:30+02:00",
        "CRON 10,30 2,3 * * * | Europe/Berlin | 2026-03-29 | SHIFT_BY_GAP | 03:10+02:00, 03:30+02:00",
        "CRON 10,30 1,2 * * * | Europe/Berlin | 2026-03-29 | SKIP        | 01:10+01:00, 01:30+01:00",
        "RRULE FREQ=DAILY | Europe/Berlin | 2026-03-29 | -               | 03:30+02:00 DST_GAP",
        "RRULE FREQ=DAILY | Europe/Berlin | 2026-03-29 | FIRE_AT_GAP_END | 03:00+02:00 DST_GAP",
        "RRULE FREQ=DAILY | Europe/Berlin | 2026-03-29 | SHIFT_BY_GAP    | 03:30+02:00 DST_GAP",
        "RRULE FREQ=DAILY | Europe/Berlin | 2026-03-29 | SKIP            | ''",
        "P1D 2026-01-01T02:30:00 | Europe/Berlin | 2026-03-29 | -               | 03:30+02:00 DST_GAP",
        "P1D 2026-01-01T02:30:00 | Europe/Berlin | 2026-03-29 | FIRE_AT_GAP_END | 03:00+02:00 DST_GAP",
        "P1D 2026-01-01T02:30:00 | Europe/Berlin | 2026-03-29 | SHIFT_BY_GAP    | 03:30+02:00 DST_GAP",
        "P1D 2026-01-01T02:30:00 | Europe/Berlin | 2026-03-29 | SKIP            | ''",
        // America/New_York, 02:00 to 03:00.
        "CRON 30 2 * * *  | America/New_York | 2026-03-08 | -               | 03:00-04:00 DST_GAP",
        "CRON 30 2 * * *  | America/New_York | 2026-03-08 | SHIFT_BY_GAP    | 03:30-04:00 DST_GAP",
        "CRON 30 2 * * *  | America/New_York | 2026-03-08 | SKIP            | ''",
        "RRULE FREQ=DAILY | America/New_York | 2026-03-08 | -               | 03:30-04:00 DST_GAP",
        "RRULE FREQ=DAILY | America/New_York | 2026-03-08 | FIRE_AT_GAP_END | 03:00-04:00 DST_GAP",
        "RRULE FREQ=DAILY | America/New_York | 2026-03-08 | SKIP            | ''",
        "P1M 2026-01-08T02:30:00 | America/New_York | 2026-03-08 | -               | 03:30-04:00 DST_GAP",
        "P1M 2026-01-08T02:30:00 | America/New_York | 2026-03-08 | FIRE_AT_GAP_END | 03:00-04:00 DST_GAP",
        "P1M 2026-01-08T02:30:00 | America/New_York | 2026-03-08 | SKIP            | ''",
        // Lord Howe, half an hour: 02:00 to 02:30.
        "CRON 15 2 * * *  | Australia/Lord_Howe | 2026-10-04 | -            | 02:30+11:00 DST_GAP",
        "CRON 15 2 * * *  | Australia/Lord_Howe | 2026-10-04 | SHIFT_BY_GAP | 02:45+11:00 DST_GAP",
        "CRON 15 2 * * *  | Australia/Lord_Howe | 2026-10-04 | SKIP         | ''",
        "RRULE FREQ=DAILY | Australia/Lord_Howe | 2026-10-04 | SKIP         | 02:30+11:00",
        // Cairo, at midnight: 00:00 to 01:00.
        "CRON 0 0 * * *   | Africa/Cairo | 2026-04-24 | -            | 01:00+03:00 DST_GAP",
        "CRON 0 0 * * *   | Africa/Cairo | 2026-04-24 | SHIFT_BY_GAP | 01:00+03:00 DST_GAP",
        "CRON 15 0 * * *  | Africa/Cairo | 2026-04-24 | SHIFT_BY_GAP | 01:15+03:00 DST_GAP",
        "CRON 0 0 * * *   | Africa/Cairo | 2026-04-24 | SKIP         | ''",
        "CRON 59 23 * * * | Africa/Cairo | 2026-04-23 | SKIP         | 23:59+02:00",
        // Samoa left out 30 December 2011, Kwajalein 21 August 1993.
        "CRON 0 9 * * *   | Pacific/Apia | 2011-12-31 | -            | 00:00+14:00 DST_GAP, 09:00+14:00",
        "CRON 0 9 * * *   | Pacific/Apia | 2011-12-31 | SHIFT_BY_GAP | 09:00+14:00",
        "CRON 0 9 * * *   | Pacific/Apia | 2011-12-31 | SKIP         | 09:00+14:00",
        "RRULE FREQ=DAILY | Pacific/Apia | 2011-12-31 | FIRE_AT_GAP_END | 00:00+14:00 DST_GAP, 02:30+14:00",
        "P1D 2011-12-01T09:00:00 | Pacific/Apia | 2011-12-31 | -     | 09:00+14:00",
        "P2D 2011-12-28T09:00:00 | Pacific/Apia | 2011-12-31 | -     | 09:00+14:00 DST_GAP",
        "P2D 2011-12-28T09:00:00 | Pacific/Apia | 2011-12-31 | SKIP  | ''",
        "CRON 0 9 * * *   | Pacific/Kwajalein | 1993-08-22 | -       | 00:00+12:00 DST_GAP, 09:00+12:00",
        "CRON 0 9 * * *   | Pacific/Kwajalein | 1993-08-22 | SKIP    | 09:00+12:00",
      })
  void aGapIsFilledShiftedOrSkipped(
      String text, String zone, String date, @Nullable DstGap gap, String expected) {
    for (DstOverlap overlap : DstOverlap.values()) {
      List<String> fires = Walk.on(trigger(text), zone, date, new DstPolicy(gap, overlap));
      assertEquals(expected, String.join(", ", fires), () -> text + " " + gap + " " + overlap);
    }
  }

  /** The clocks go back: what exists twice, and its neighbours. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        // Europe/Berlin, 03:00 back to 02:00.
        "CRON 30 2 * * *  | Europe/Berlin | 2026-10-25 | -     | 02:30+02:00 DST_OVERLAP",
        "CRON 30 2 * * *  | Europe/Berlin | 2026-10-25 | FIRST | 02:30+02:00 DST_OVERLAP",
        "CRON 30 2 * * *  | Europe/Berlin | 2026-10-25 | LAST  | 02:30+01:00 DST_OVERLAP",
        "CRON 30 2 * * *  | Europe/Berlin | 2026-10-25 | BOTH  | 02:30+02:00 DST_OVERLAP, 02:30+01:00 DST_OVERLAP",
        "CRON 0 2,3 * * * | Europe/Berlin | 2026-10-25 | FIRST | 02:00+02:00 DST_OVERLAP, 03:00+01:00",
        "CRON 0 2,3 * * * | Europe/Berlin | 2026-10-25 | LAST  | 02:00+01:00 DST_OVERLAP, 03:00+01:00",
        "CRON 0,30 2 * * * | Europe/Berlin | 2026-10-25 | LAST | 02:00+01:00 DST_OVERLAP, 02:30+01:00 DST_OVERLAP",
        "RRULE FREQ=DAILY | Europe/Berlin | 2026-10-25 | -     | 02:30+02:00 DST_OVERLAP",
        "RRULE FREQ=DAILY | Europe/Berlin | 2026-10-25 | LAST  | 02:30+01:00 DST_OVERLAP",
        "RRULE FREQ=DAILY | Europe/Berlin | 2026-10-25 | BOTH  | 02:30+02:00 DST_OVERLAP, 02:30+01:00 DST_OVERLAP",
        "P1D 2026-01-01T02:30:00 | Europe/Berlin | 2026-10-25 | -    | 02:30+02:00 DST_OVERLAP",
        "P1D 2026-01-01T02:30:00 | Europe/Berlin | 2026-10-25 | LAST | 02:30+01:00 DST_OVERLAP",
        "P1D 2026-01-01T02:30:00 | Europe/Berlin | 2026-10-25 | BOTH | 02:30+02:00 DST_OVERLAP, 02:30+01:00 DST_OVERLAP",
        // America/New_York, 02:00 back to 01:00.
        "CRON 30 1 * * *  | America/New_York | 2026-11-01 | -    | 01:30-04:00 DST_OVERLAP",
        "CRON 30 1 * * *  | America/New_York | 2026-11-01 | LAST | 01:30-05:00 DST_OVERLAP",
        "CRON 30 1 * * *  | America/New_York | 2026-11-01 | BOTH | 01:30-04:00 DST_OVERLAP, 01:30-05:00 DST_OVERLAP",
        "CRON 30 2 * * *  | America/New_York | 2026-11-01 | BOTH | 02:30-05:00",
        "RRULE FREQ=DAILY;BYHOUR=1 | America/New_York | 2026-11-01 | LAST | 01:30-05:00 DST_OVERLAP",
        "RRULE FREQ=DAILY;BYHOUR=1 | America/New_York | 2026-11-01 | BOTH | 01:30-04:00 DST_OVERLAP, 01:30-05:00 DST_OVERLAP",
        "P1M 2026-01-01T01:30:00 | America/New_York | 2026-11-01 | -    | 01:30-04:00 DST_OVERLAP",
        "P1M 2026-01-01T01:30:00 | America/New_York | 2026-11-01 | LAST | 01:30-05:00 DST_OVERLAP",
        "P1M 2026-01-01T01:30:00 | America/New_York | 2026-11-01 | BOTH | 01:30-04:00 DST_OVERLAP, 01:30-05:00 DST_OVERLAP",
        // Lord Howe, half an hour: 02:00 back to 01:30.
        "CRON 15,45 1 * * * | Australia/Lord_Howe | 2026-04-05 | BOTH | 01:15+11:00, 01:45+11:00 DST_OVERLAP, 01:45+10:30 DST_OVERLAP",
        "CRON 15,45 1 * * * | Australia/Lord_Howe | 2026-04-05 | LAST | 01:15+11:00, 01:45+10:30 DST_OVERLAP",
        // Cairo, at midnight: 24:00 back to 23:00.
        "CRON 30 23 * * * | Africa/Cairo | 2026-10-29 | LAST | 23:30+02:00 DST_OVERLAP",
        "CRON 30 23 * * * | Africa/Cairo | 2026-10-29 | BOTH | 23:30+03:00 DST_OVERLAP, 23:30+02:00 DST_OVERLAP",
        "CRON 0 0 * * *   | Africa/Cairo | 2026-10-30 | BOTH | 00:00+02:00",
        // Kwajalein showed most of 30 September 1969 twice.
        "CRON 0 9 * * *   | Pacific/Kwajalein | 1969-09-30 | BOTH | 09:00+11:00 DST_OVERLAP, 09:00-12:00 DST_OVERLAP",
        "CRON 0 9 * * *   | Pacific/Kwajalein | 1969-09-30 | LAST | 09:00-12:00 DST_OVERLAP",
      })
  void ofAnOverlapEitherPassCountsOrBoth(
      String text, String zone, String date, @Nullable DstOverlap overlap, String expected) {
    for (DstGap gap : DstGap.values()) {
      List<String> fires = Walk.on(trigger(text), zone, date, new DstPolicy(gap, overlap));
      assertEquals(expected, String.join(", ", fires), () -> text + " " + gap + " " + overlap);
    }
  }

  @Test
  void aWildcardPatternFollowsElapsedTimeUnderEveryPolicy() {
    for (DstGap gap : DstGap.values()) {
      for (DstOverlap overlap : DstOverlap.values()) {
        DstPolicy policy = new DstPolicy(gap, overlap);
        Trigger hourly = Cron.parse("30 * * * *");
        assertEquals(23, Walk.on(hourly, "Europe/Berlin", "2026-03-29", policy).size());
        List<String> back = Walk.on(hourly, "Europe/Berlin", "2026-10-25", policy);
        assertEquals(List.of("02:30+02:00", "02:30+01:00"), back.subList(2, 4));
        Trigger each = Cron.parse("* 2 * * *");
        assertEquals(List.of(), Walk.on(each, "Europe/Berlin", "2026-03-29", policy));
        assertEquals(120, Walk.on(each, "Europe/Berlin", "2026-10-25", policy).size());
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "2026-03-29T02:30:00 | -               | -    | 2026-03-29T01:30:00Z",
        "2026-03-29T02:30:00 | FIRE_AT_GAP_END | -    | 2026-03-29T01:00:00Z",
        "2026-03-29T02:30:00 | SKIP            | -    | 2026-03-29T01:30:00Z",
        "2026-10-25T02:30:00 | -               | -    | 2026-10-25T00:30:00Z",
        "2026-10-25T02:30:00 | -               | LAST | 2026-10-25T01:30:00Z",
        "2026-10-25T02:30:00 | -               | BOTH | 2026-10-25T00:30:00Z",
      })
  void anIntervalOfExactTimeReadsItsAnchorByThePolicy(
      String anchor, @Nullable DstGap gap, @Nullable DstOverlap overlap, Instant start) {
    Fires fires =
        Interval.parse("PT5H", anchor).in(BERLIN, Instant.EPOCH, new DstPolicy(gap, overlap));
    assertEquals(start, fires.next(Instant.EPOCH));
    assertEquals(start.plusSeconds(5 * 3600), fires.next(start));
  }

  /**
   * RFC 5545, section 3.3.10: what does not exist is not counted, where it is not shifted either.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "FREQ=DAILY;COUNT=2 | 2026-03-29T02:30:00 | -               | - | 29T03:30 30T02:30",
        "FREQ=DAILY;COUNT=2 | 2026-03-29T02:30:00 | FIRE_AT_GAP_END | - | 29T03:00 30T02:30",
        "FREQ=DAILY;COUNT=2 | 2026-03-29T02:30:00 | SKIP            | - | 30T02:30 31T02:30",
        "FREQ=DAILY;COUNT=3 | 2026-03-28T02:30:00 | SKIP            | - | 28T02:30 30T02:30 31T02:30",
        "FREQ=DAILY;COUNT=1 | 2026-03-28T02:30:00 | SKIP            | - | 28T02:30",
        // The last that is counted lies in the gap, and so do those that would be added.
        "FREQ=MINUTELY;INTERVAL=20;COUNT=2 | 2026-03-29T01:40:00 | SKIP | - | 29T01:40 29T03:00",
        "FREQ=MINUTELY;INTERVAL=20;COUNT=5 | 2026-03-29T01:40:00 | SKIP | - | 29T01:40 29T03:00 29T03:20 29T03:40 29T04:00",
        "FREQ=MINUTELY;INTERVAL=20;COUNT=5 | 2026-03-29T01:40:00 | -    | - | 29T01:40 29T03:00 29T03:20 29T03:40",
        // 29 March is not counted: the second exclusion is the 30th, not the 29th.
        "FREQ=DAILY;UNTIL=20260401 | 2026-03-28T02:30:00 | SKIP | FREQ=DAILY;COUNT=2 | 31T02:30 01T02:30",
        "FREQ=DAILY;UNTIL=20260401 | 2026-03-28T02:30:00 | -    | FREQ=DAILY;COUNT=2 | 30T02:30 31T02:30 01T02:30",
      })
  void whatDoesNotExistUsesItsCountUnlessItIsSkipped(
      String rule, String dtstart, @Nullable DstGap gap, @Nullable String exrule, String local) {
    Rrule trigger =
        Rrule.parse(
            rule, dtstart, List.of(), List.of(), exrule == null ? List.of() : List.of(exrule));
    Preview preview =
        Preview.of(trigger, BERLIN, gap(gap), Instant.parse("2026-03-27T00:00:00Z"), 9);
    assertEquals(
        local,
        String.join(
            " ",
            preview.fires().stream()
                .map(fire -> fire.local().toString().substring(8, 16))
                .toList()));
  }

  /** One fire a year that is skipped each year moves the end on, gap after gap. */
  @Test
  void aCountOverManyGapsGoesOnUntilAllItsFiresExist() {
    // In 1996 the last Sunday of March, which is the day of the gap, was the 31st; then the 30th…
    Rrule trigger = rrule("FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=29;COUNT=30", "1996-03-29T02:30:00");
    List<Fire> fires =
        Preview.of(trigger, BERLIN, gap(DstGap.SKIP), Instant.parse("1996-01-01T00:00:00Z"), 99)
            .fires();
    assertEquals(30, fires.size());
    // 1998, 2009, 2015, 2020 and 2026 lie between.
    assertEquals(2030, fires.get(29).local().getYear());
  }

  /** UNTIL with Z is an instant, and nothing of the rule fires later, whatever the policy does. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "20261025T003000Z | FIRST | 2026-10-25T00:30:00Z",
        "20261025T003000Z | LAST  | 2026-10-24T00:30:00Z",
        "20261025T003000Z | BOTH  | 2026-10-25T00:30:00Z",
        "20261025T012959Z | LAST  | 2026-10-24T00:30:00Z",
        "20261025T013000Z | LAST  | 2026-10-25T01:30:00Z",
        "20261025T013000Z | BOTH  | 2026-10-25T01:30:00Z",
        "20261025T002959Z | BOTH  | 2026-10-24T00:30:00Z",
      })
  void anInstantUntilBoundsTheInstantOfThePass(String until, DstOverlap overlap, Instant last) {
    Rrule rule = rrule("FREQ=DAILY;UNTIL=" + until, "2026-10-20T02:30:00");
    List<Fire> fires =
        Preview.of(rule, BERLIN, overlap(overlap), Instant.parse("2026-10-19T00:00:00Z"), 99)
            .fires();
    assertEquals(last, fires.get(fires.size() - 1).at());
  }

  @ParameterizedTest
  @CsvSource({
    "FIRE_AT_GAP_END, 20260329T010000Z, 1",
    "FIRE_AT_GAP_END, 20260329T005959Z, 0",
    "SHIFT_BY_GAP,    20260329T012959Z, 0",
    "SHIFT_BY_GAP,    20260329T013000Z, 1",
  })
  void anInstantUntilBoundsWhatTheGapMakesOfATime(DstGap gap, String until, int fires) {
    Rrule rule = rrule("FREQ=DAILY;UNTIL=" + until, "2026-03-29T02:30:00");
    Instant from = Instant.parse("2026-03-28T12:00:00Z");
    assertEquals(fires, Preview.of(rule, BERLIN, gap(gap), from, 9).fires().size());
  }

  /** They name nominal local times, also those that do not exist or exist twice. */
  @Test
  void datesAreAddedAndExcludedByTheirNominalTime() {
    Rrule rule =
        Rrule.parse(
            "FREQ=DAILY;COUNT=1",
            "2026-01-01T12:00:00",
            List.of("2026-03-29T02:30:00", "2026-03-29T03:30:00", "2026-10-25T02:30:00"),
            List.of(),
            List.of());
    DstPolicy both = overlap(DstOverlap.BOTH);
    assertEquals(List.of("03:30+02:00"), Walk.on(rule, "Europe/Berlin", "2026-03-29", both));
    assertEquals(2, Walk.on(rule, "Europe/Berlin", "2026-10-25", both).size());

    Rrule without =
        Rrule.parse(
            "FREQ=DAILY;BYHOUR=2,3",
            "2026-01-01T02:30:00",
            List.of(),
            List.of("2026-03-29T03:30:00", "2026-10-25T02:30:00"),
            List.of());
    assertEquals(
        List.of("03:30+02:00 DST_GAP"), Walk.on(without, "Europe/Berlin", "2026-03-29", both));
    assertEquals(List.of("03:30+01:00"), Walk.on(without, "Europe/Berlin", "2026-10-25", both));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "2026-10-25T02:30:00 | -               | FIRST | 2026-10-25T00:30:00Z | 2026-10-25T00:30:00Z",
        "2026-10-25T02:30:00 | -               | LAST  | 2026-10-25T01:30:00Z | 2026-10-25T01:30:00Z",
        "2026-10-25T02:30:00 | -               | LAST  | 2026-10-25T00:30:00Z | 2026-10-25T01:30:00Z",
        "2026-10-25T02:30:00 | -               | BOTH  | 2026-10-25T00:30:00Z | 2026-10-25T00:30:00Z",
        "2026-10-25T02:30:00 | -               | BOTH  | 2026-10-25T01:30:00Z | 2026-10-25T01:30:00Z",
        "2026-10-25T02:30:00 | -               | FIRST | 2026-10-25T01:30:00Z | 2026-10-26T01:30:00Z",
        "2026-03-29T02:30:00 | SHIFT_BY_GAP    | -     | 2026-03-29T01:30:00Z | 2026-03-29T01:30:00Z",
        "2026-03-29T02:30:00 | FIRE_AT_GAP_END | -     | 2026-03-29T01:00:00Z | 2026-03-29T01:00:00Z",
        "2026-03-29T02:30:00 | FIRE_AT_GAP_END | -     | 2026-03-29T01:30:00Z | 2026-03-30T00:30:00Z",
        "2026-03-29T02:30:00 | SKIP            | -     | 2026-03-29T01:30:00Z | 2026-03-30T00:30:00Z",
      })
  void aDtstartExactlyAtTheStartOfAPreviewCounts(
      String dtstart,
      @Nullable DstGap gap,
      @Nullable DstOverlap overlap,
      Instant from,
      Instant first) {
    Preview preview =
        Preview.of(rrule("FREQ=DAILY", dtstart), BERLIN, new DstPolicy(gap, overlap), from, 1);
    assertEquals(first, preview.fires().get(0).at());
  }

  /** What is skipped each year is looked for up to the year 9999, and then it is over. */
  @Test
  void aTriggerThatThePolicyAlwaysSkipsIsExhausted() {
    Rrule always = rrule("FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU;BYHOUR=2", "2026-01-01T00:30:00");
    Instant from = Instant.parse("2026-01-01T00:00:00Z");
    Preview preview = Preview.of(always, BERLIN, gap(DstGap.SKIP), from, 1);
    assertTrue(preview.fires().isEmpty() && preview.exhausted());
    assertNull(Cron.parse("30 2 30 12 *").in(BERLIN, from, gap(DstGap.SKIP)).next(Years.LAST));
  }

  @ParameterizedTest
  @EnumSource(DstGap.class)
  void aCreationBetweenSecondsKeepsItsFraction(DstGap gap) {
    Instant created = LocalDateTime.parse("2026-03-27T02:30:00").atZone(BERLIN).toInstant();
    Instant precise = created.plusNanos(123_456_000);
    Trigger daily = Interval.parse("P1D", null);
    Instant at = precise;
    for (Instant whole :
        Walk.between(daily.in(BERLIN, created, gap(gap)), created, created.plusSeconds(500_000))) {
      Instant next = daily.in(BERLIN, precise, gap(gap)).next(at);
      assertEquals(whole.plusNanos(123_456_000), next);
      assertEquals(next, daily.in(BERLIN, precise, gap(gap)).next(next.minusNanos(1)));
      at = next;
    }
  }
}
