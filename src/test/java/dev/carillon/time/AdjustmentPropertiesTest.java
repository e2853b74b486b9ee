package dev.carillon.time;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.carillon.time.calendar.BusinessCalendar;
import dev.carillon.time.calendar.BusinessDays;
import dev.carillon.time.calendar.Convention;
import dev.carillon.time.civil.Effort;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/**
 * Fires on business days against their definition: random triggers, calendars with runs of days off
 * up to more than a year, conventions, bounds, and zones around their changes.
 */
class AdjustmentPropertiesTest {

  private static final List<String> ZONES =
      List.of(
          "UTC",
          "Europe/Berlin",
          "America/New_York",
          "Australia/Lord_Howe",
          "America/Sao_Paulo",
          "Asia/Tehran",
          "Atlantic/Azores",
          "Pacific/Chatham");

  /** Around changes of all these zones, in spring and autumn. */
  private static final List<LocalDate> MIDDLES =
      List.of(
          LocalDate.of(2026, 3, 8),
          LocalDate.of(2026, 3, 29),
          LocalDate.of(2026, 4, 5),
          LocalDate.of(2026, 10, 25),
          LocalDate.of(2026, 11, 1),
          LocalDate.of(2018, 11, 4),
          LocalDate.of(2021, 3, 22),
          LocalDate.of(2025, 12, 31));

  private static final int AROUND = 12;

  private record Case(String text, Trigger trigger, Timing timing, LocalDate middle, int margin) {}

  @Property(shrinking = ShrinkingMode.OFF)
  void firesEqualTheDefinition(@ForAll long seed) {
    Random random = new Random(seed);
    Case made = random(random);
    Instant from = start(made.middle.minusDays(AROUND), made);
    Instant to = start(made.middle.plusDays(AROUND), made);
    NavigableMap<Instant, Set<Moved>> expected = expected(made).subMap(from, false, to, true);
    Fires fires = made.trigger.in(made.timing);

    assertEquals(expected, walked(fires, from, to), made.text);

    for (int i = 0; i < 20; i++) {
      Instant after =
          from.plusSeconds(random.nextInt((int) (to.getEpochSecond() - from.getEpochSecond())));
      Instant upTo = after.plusSeconds(random.nextInt(400_000));
      upTo = upTo.isAfter(to) ? to : upTo;
      Instant next = expected.higherKey(after);
      if (next != null) {
        assertEquals(next, fires.next(after), made.text + " after " + after);
      }
      Fire within = fires.nextFire(after, upTo, new Effort());
      assertEquals(
          next == null || next.isAfter(upTo) ? null : next,
          within == null ? null : within.at(),
          made.text + " after " + after + " up to " + upTo);
      assertEquals(
          expected.subMap(after, false, upTo, true).size(),
          fires.count(after, upTo, new Effort()),
          made.text + " count after " + after + " up to " + upTo);
    }
    assertEquals(expected.size(), fires.count(from, to, new Effort()), made.text);
  }

  private static NavigableMap<Instant, Set<Moved>> walked(Fires fires, Instant from, Instant to) {
    NavigableMap<Instant, Set<Moved>> found = new TreeMap<>();
    Effort effort = new Effort(20 * Effort.ONE_QUESTION);
    for (Fire fire = fires.nextFire(from, to, effort);
        fire != null;
        fire = fires.nextFire(fire.at(), to, effort)) {
      found.put(fire.at(), fire.moved());
    }
    return found;
  }

  private static NavigableMap<Instant, Set<Moved>> expected(Case made) {
    Timing timing = made.timing;
    DstPolicy dst = timing.dst();
    LocalDate first = made.middle.minusDays(made.margin);
    LocalDate last = made.middle.plusDays(made.margin);
    boolean elapsed =
        made.trigger instanceof OneShot
            || made.trigger instanceof FixedDelay
            || made.trigger instanceof Interval interval && !interval.time().isZero();
    ZoneId source = elapsed ? timing.zone() : ZoneOffset.UTC;
    // Without a calendar, and for local times without a zone: that much is tested elsewhere.
    Instant anchor =
        elapsed || !(made.trigger instanceof Interval)
            ? timing.anchor()
            : LocalDateTime.ofInstant(timing.anchor(), timing.zone()).toInstant(ZoneOffset.UTC);
    List<Instant> nominals =
        Walk.between(
            made.trigger.in(source, anchor, dst),
            first.atStartOfDay(source).toInstant(),
            last.atStartOfDay(source).toInstant());
    if (made.trigger instanceof Interval interval
        && interval.anchor() == null
        && timing.startAt() != null) {
      nominals = new ArrayList<>(nominals);
      nominals.add(anchor);
    }
    DstOverlap overlap = dst.overlapOrFirst();
    if (elapsed) {
      List<Instant> bounded = nominals.stream().filter(at -> isIn(at, at, timing)).toList();
      return AdjustmentDefinition.ofInstants(
          bounded,
          made.trigger instanceof FixedDelay ? Adjusted.neverEarlier(timing) : timing,
          dst.gap() == DstGap.FIRE_AT_GAP_END ? DstGap.FIRE_AT_GAP_END : DstGap.SHIFT_BY_GAP,
          overlap == DstOverlap.LAST ? DstOverlap.LAST : DstOverlap.FIRST);
    }
    boolean cron = made.trigger instanceof Cron;
    boolean wildcard = made.trigger instanceof Cron c && c.pattern().isWildcard();
    DstGap gap =
        wildcard ? DstGap.SKIP : dst.gapOr(cron ? DstGap.FIRE_AT_GAP_END : DstGap.SHIFT_BY_GAP);
    DstOverlap chosen = wildcard ? DstOverlap.BOTH : overlap;
    List<LocalDateTime> locals =
        nominals.stream()
            .map(at -> LocalDateTime.ofInstant(at, ZoneOffset.UTC))
            .filter(local -> isIn(local, gap, chosen, timing))
            .toList();
    NavigableMap<Instant, Set<Moved>> fires =
        AdjustmentDefinition.ofLocals(locals, timing, gap, chosen, !wildcard);
    // One pass of an overlap can lie out of bounds.
    fires
        .entrySet()
        .removeIf(
            fire ->
                (fire.getValue().isEmpty() || fire.getValue().equals(Set.of(Moved.DST_OVERLAP)))
                    && !isIn(fire.getKey(), fire.getKey(), timing));
    return fires;
  }

  private static boolean isIn(LocalDateTime local, DstGap gap, DstOverlap overlap, Timing timing) {
    TreeMap<Instant, Set<Moved>> alone =
        new TreeMap<>(
            AdjustmentDefinition.ofLocals(
                List.of(local),
                Timing.of(timing.zone(), timing.createdAt(), timing.dst()),
                gap == DstGap.SKIP ? DstGap.SHIFT_BY_GAP : gap,
                overlap,
                false));
    return isIn(alone.firstKey(), alone.lastKey(), timing);
  }

  private static boolean isIn(Instant first, Instant last, Timing timing) {
    return (timing.startAt() == null || !last.isBefore(timing.startAt()))
        && (timing.endAt() == null || !first.isAfter(timing.endAt()));
  }

  private static Instant start(LocalDate date, Case made) {
    return date.atStartOfDay(made.timing.zone()).toInstant();
  }

  private static Case random(Random random) {
    ZoneId zone = ZoneId.of(ZONES.get(random.nextInt(ZONES.size())));
    LocalDate middle = MIDDLES.get(random.nextInt(MIDDLES.size()));
    boolean long_ = random.nextInt(10) == 0;
    int margin = long_ ? 500 : 70;
    BusinessDays days = calendar(random, middle, long_);
    Convention convention = Convention.values()[1 + random.nextInt(Convention.values().length - 1)];
    DstPolicy dst =
        new DstPolicy(DstGap.values()[random.nextInt(3)], DstOverlap.values()[random.nextInt(3)]);
    Instant created = middle.minusDays(margin + 5).atTime(7, 20).atZone(zone).toInstant();
    Instant startAt = random.nextInt(3) > 0 ? null : near(middle, random, zone);
    Instant endAt = random.nextInt(3) > 0 ? null : near(middle.plusDays(2), random, zone);
    Timing timing = new Timing(zone, created, dst, startAt, endAt, days, convention);
    Trigger trigger = trigger(random, middle, long_);
    String text = trigger + " " + timing + " around " + middle;
    return new Case(text, trigger, timing, middle, margin);
  }

  private static Instant near(LocalDate middle, Random random, ZoneId zone) {
    return middle
        .plusDays(random.nextInt(9) - 5)
        .atTime(random.nextInt(24), random.nextInt(4) * 15)
        .atZone(zone)
        .toInstant();
  }

  private static BusinessDays calendar(Random random, LocalDate middle, boolean long_) {
    Set<DayOfWeek> weekend = EnumSet.noneOf(DayOfWeek.class);
    for (DayOfWeek day : DayOfWeek.values()) {
      if (day.getValue() > 5 ? random.nextInt(5) > 0 : random.nextInt(12) == 0) {
        weekend.add(day);
      }
    }
    Set<LocalDate> holidays = new HashSet<>();
    for (int i = random.nextInt(8); i > 0; i--) {
      LocalDate holiday = middle.plusDays(random.nextInt(40) - 20);
      for (int length = 1 + random.nextInt(3); length > 0; length--) {
        holidays.add(holiday.plusDays(length));
      }
    }
    int run =
        long_ ? 300 + random.nextInt(100) : random.nextInt(4) == 0 ? 30 + random.nextInt(20) : 0;
    LocalDate first = middle.minusDays(random.nextInt(run + 8));
    for (int i = 0; i < run; i++) {
      holidays.add(first.plusDays(i));
    }
    return BusinessCalendar.of("test", weekend, List.of(), holidays, List.of(), null, null);
  }

  private static Trigger trigger(Random random, LocalDate middle, boolean long_) {
    int minute = random.nextInt(60);
    int hour = random.nextInt(5);
    String start = middle.minusDays(400).atTime(hour, minute) + ":00";
    return switch (random.nextInt(long_ ? 8 : 14)) {
      case 0 -> Cron.parse(minute + " " + hour + " * * *");
      case 1 -> Cron.parse("0,30 1-3 * * *");
      case 2 -> Cron.parse(minute + " " + hour + " " + (1 + random.nextInt(28)) + " * *");
      case 3 -> Cron.parse("15 2 * * SUN,WED");
      case 4 -> Interval.parse("P" + (1 + random.nextInt(9)) + "D", start);
      case 5 -> Interval.parse("P1M", null);
      case 6 ->
          Rrule.parse(
              "FREQ=WEEKLY;BYDAY=SA,TU;BYHOUR=2,9;BYMINUTE=10",
              start,
              List.of(middle.atTime(2, 45) + ":00", middle.minusDays(1).atTime(2, 10) + ":00"),
              List.of(),
              List.of());
      case 7 -> Interval.parse("P1W", middle.minusDays(70).atTime(2, 30) + ":00");
      case 8 -> Cron.parse("*/20 * * * *");
      case 9 -> Cron.parse("10 */5 * * SAT,SUN,MON");
      case 10 ->
          Interval.parse(
              "PT" + (1 + random.nextInt(30)) + "H", random.nextBoolean() ? start : null);
      case 11 -> FixedDelay.parse("PT" + (50 + random.nextInt(2000)) + "M");
      case 12 ->
          OneShot.parse(middle.plusDays(random.nextInt(8) - 4).atTime(hour, minute) + ":07.25Z");
      default ->
          Rrule.parse(
              "FREQ=DAILY;BYHOUR=1,2,3;BYMINUTE=0,30", start, List.of(), List.of(), List.of());
    };
  }
}
