package dev.carillon.time.rrule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.time.civil.Effort;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SeriesTest {

  private static final LocalDateTime START = LocalDateTime.parse("2023-12-25T00:00:00");
  private static final long FROM = START.toEpochSecond(ZoneOffset.UTC);

  private static Series series(String rule) {
    return Series.of(Rule.parse(rule), START, new Effort());
  }

  /** All instances from DTSTART up to a local second, inclusive. */
  private static List<Long> walk(Series series, long to) {
    List<Long> found = new ArrayList<>();
    long at = series.next(Long.MIN_VALUE, new Effort());
    while (at <= to) {
      found.add(at);
      at = series.next(at, new Effort());
    }
    return found;
  }

  private static LocalDate firstOfPeriod(Freq freq, LocalDate day) {
    return switch (freq) {
      case YEARLY -> day.with(TemporalAdjusters.firstDayOfYear());
      case MONTHLY -> day.withDayOfMonth(1);
      case WEEKLY -> day.minusDays(day.getDayOfWeek().getValue() - 1);
      default -> day;
    };
  }

  private static long period(Freq freq, long at) {
    LocalDateTime local = LocalDateTime.ofEpochSecond(at, 0, ZoneOffset.UTC);
    return switch (freq) {
      case HOURLY -> local.truncatedTo(ChronoUnit.HOURS).toEpochSecond(ZoneOffset.UTC);
      case MINUTELY -> local.truncatedTo(ChronoUnit.MINUTES).toEpochSecond(ZoneOffset.UTC);
      case SECONDLY -> at;
      default -> firstOfPeriod(freq, local.toLocalDate()).toEpochDay();
    };
  }

  /** BYSETPOS by its definition: list a period's instances, take those at the places. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR=0,7,20",
        "FREQ=YEARLY;BYDAY=MO,FR;BYMONTH=1,2,12",
        "FREQ=YEARLY;INTERVAL=2;BYYEARDAY=1,2,59,60,61,-1,-2;BYHOUR=0,1,2,3;BYSECOND=0,30",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=9,17;BYMINUTE=0,15",
        "FREQ=MONTHLY;BYMONTHDAY=1,15,29,30,31,-1;INTERVAL=3;BYSECOND=0,1,2",
        "FREQ=WEEKLY;BYDAY=MO,WE,SU;BYHOUR=0,8,23;BYMINUTE=0,59",
        "FREQ=DAILY;BYHOUR=0,3,9,12,23;BYMINUTE=5,10,59;BYSECOND=0,59",
        "FREQ=DAILY;INTERVAL=3;BYMONTHDAY=1,2,3,-1;BYHOUR=1,2,3,4,5,6,7",
        "FREQ=HOURLY;BYMINUTE=0,1,30,59;BYSECOND=0,15,45;BYHOUR=0,11,23",
        "FREQ=MINUTELY;INTERVAL=7;BYSECOND=0,10,20,30,40,59;BYHOUR=3",
      })
  void choosesTheInstancesAtThePlacesOfEachPeriod(String all) {
    Random random = new Random(all.hashCode());
    Freq freq = Rule.parse(all).freq();
    // Whole periods are listed: BYSETPOS counts from the period's start, be it before DTSTART.
    long listed = LocalDateTime.parse("2028-01-03T00:00:00").toEpochSecond(ZoneOffset.UTC);
    long to = LocalDateTime.parse("2027-01-01T00:00:00").toEpochSecond(ZoneOffset.UTC) - 1;
    Series everything =
        Series.of(Rule.parse(all), LocalDateTime.parse("2023-01-01T00:00:00"), new Effort());
    Map<Long, List<Long>> periods = new TreeMap<>();
    for (long at : walk(everything, listed)) {
      periods.computeIfAbsent(period(freq, at), any -> new ArrayList<>()).add(at);
    }
    LocalDateTime start = LocalDateTime.parse("2025-06-02T00:00:00");
    boolean keepsPace = Rule.parse(all).interval() == 1;
    LocalDateTime dtstart = keepsPace ? start : LocalDateTime.parse("2023-01-01T00:00:00");
    for (int i = 0; i < 6; i++) {
      List<Integer> places =
          IntStream.range(0, 1 + random.nextInt(6))
              .map(any -> 1 + random.nextInt(12))
              .map(n -> random.nextBoolean() ? n : -n)
              .boxed()
              .toList();
      TreeSet<Long> expected = new TreeSet<>();
      for (List<Long> period : periods.values()) {
        for (int place : places) {
          int index = place > 0 ? place - 1 : period.size() + place;
          if (index >= 0 && index < period.size()) {
            expected.add(period.get(index));
          }
        }
      }
      String list = places.stream().map(String::valueOf).collect(Collectors.joining(","));
      Series chosen = Series.of(Rule.parse(all + ";BYSETPOS=" + list), dtstart, new Effort());
      assertEquals(
          List.copyOf(expected.subSet(dtstart.toEpochSecond(ZoneOffset.UTC), to + 1)),
          walk(chosen, to),
          all + ";BYSETPOS=" + list);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "FREQ=YEARLY",
        "FREQ=YEARLY;BYWEEKNO=1,20,53;BYDAY=MO,SU",
        "FREQ=YEARLY;BYWEEKNO=1,53;BYDAY=MO,SU;BYSETPOS=1,-1;INTERVAL=2",
        "FREQ=YEARLY;BYDAY=1MO,-1SU,20WE",
        "FREQ=YEARLY;BYDAY=MO,TU;BYHOUR=1,2;BYSETPOS=3,-3",
        "FREQ=MONTHLY;INTERVAL=5;BYDAY=-1FR",
        "FREQ=MONTHLY;BYMONTHDAY=29,30,31;BYSETPOS=2",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU;BYHOUR=5,6",
        "FREQ=DAILY;INTERVAL=11;BYMONTH=1,2,3",
        "FREQ=DAILY;BYHOUR=1,2,3;BYMINUTE=1,2,3;BYSETPOS=-2,5",
        "FREQ=HOURLY;INTERVAL=5;BYDAY=MO;BYMINUTE=0,30",
        "FREQ=HOURLY;INTERVAL=7;BYMINUTE=0,20,40;BYSETPOS=-1",
        "FREQ=MINUTELY;INTERVAL=1001;BYSECOND=0,7",
        "FREQ=MINUTELY;BYHOUR=3;BYSECOND=1,2,3;BYSETPOS=2",
        "FREQ=SECONDLY;INTERVAL=86399",
        "FREQ=SECONDLY;BYSECOND=0;BYMINUTE=0;BYHOUR=0;BYMONTHDAY=31",
      })
  void containsWhatItsWalkFindsAndNothingElse(String rule) {
    Series series = series(rule);
    TreeSet<Long> instances = new TreeSet<>(walk(series, FROM + 3 * 366 * 86_400L));
    assertTrue(instances.size() > 1, rule);
    for (long at : instances) {
      assertTrue(series.contains(at, new Effort()), () -> rule + " at " + at);
      for (long near : new long[] {1, 2, 60, 3_600, 86_400, 7 * 86_400}) {
        assertEquals(instances.contains(at - near), series.contains(at - near, new Effort()));
        if (at + near <= instances.last()) {
          assertEquals(instances.contains(at + near), series.contains(at + near, new Effort()));
        }
      }
    }
  }

  /** So that a zone can be bound again and again: all the counting was done when it was read. */
  @Test
  void countsWhenItIsReadAndNeverAgain() {
    Effort effort = new Effort();
    BoundedSeries counted =
        BoundedSeries.of(Rule.parse("FREQ=SECONDLY;COUNT=600000"), START, effort);
    Recurrence recurrence =
        new Recurrence(counted, START, List.of(), List.of(), List.of(counted, counted));
    Expansion expansion = Expansion.of(recurrence, Wall.UTC, new Effort(1));
    assertEquals(Expansion.NONE, expansion.next(FROM + 599_999, Expansion.NONE, new Effort()));
    Expansion alone =
        Expansion.of(
            new Recurrence(counted, START, List.of(), List.of(), List.of()),
            Wall.UTC,
            new Effort(1));
    assertEquals(FROM + 599_999, alone.next(FROM + 599_998, Expansion.NONE, new Effort()));
    assertEquals(Expansion.NONE, alone.next(FROM + 599_999, Expansion.NONE, new Effort()));
  }
}
