package dev.carillon.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.time.LocalFires.Choice;
import dev.carillon.time.civil.Effort;
import dev.carillon.time.rrule.Expansion;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.LongRange;

/**
 * Fires around every kind of change, against the definition: each nominal local time is turned into
 * its instants by java.time, one by one, and the instants are a set.
 */
class DstPropertiesTest {

  private static final List<String> ZONES =
      List.copyOf(
          new TreeSet<>(
              ZoneId.getAvailableZoneIds().stream()
                  .filter(id -> !id.startsWith("SystemV/"))
                  .toList()));

  /** A trigger, and its nominal local times in a window, told without our own zones. */
  private record Case(
      Trigger trigger, boolean cron, boolean wildcard, Set<LocalDateTime> nominal) {}

  /** What is true of every zone, at changes and far from them. */
  @Property(shrinking = ShrinkingMode.OFF)
  void firesEqualTheDefinitionInARandomZone(@ForAll long seed) {
    Random random = new Random(seed);
    ZoneId zone = ZoneId.of(ZONES.get(random.nextInt(ZONES.size())));
    List<ZoneOffsetTransition> changes = changes(zone);
    Instant middle =
        changes.isEmpty() || random.nextInt(10) == 0
            ? Instant.ofEpochSecond((long) (random.nextDouble() * 8e9) - 2_000_000_000L)
            : changes.get(random.nextInt(changes.size())).getInstant();
    check(zone, middle, random);
  }

  /** Once around the world: a change of each zone, and of some in the far future. */
  @Example
  void firesEqualTheDefinitionInEveryZone() {
    Random random = new Random(20_260_329);
    Set<ZoneRules> seen = new HashSet<>();
    for (String id : ZONES) {
      ZoneId zone = ZoneId.of(id);
      List<ZoneOffsetTransition> changes = changes(zone);
      if (seen.add(zone.getRules()) && !changes.isEmpty()) {
        check(zone, changes.get(random.nextInt(changes.size())).getInstant(), random);
        if (seen.size() % 10 == 0) {
          check(zone, changes.get(changes.size() - 1).getInstant(), random);
        }
      }
    }
  }

  private static List<ZoneOffsetTransition> changes(ZoneId zone) {
    List<ZoneOffsetTransition> changes = new ArrayList<>();
    ZoneRules rules = zone.getRules();
    ZoneOffsetTransition change = rules.nextTransition(Instant.parse("1900-01-04T00:00:00Z"));
    while (change != null && change.getDateTimeBefore().getYear() < 2110) {
      changes.add(change);
      change = rules.nextTransition(change.getInstant());
    }
    if (change != null) {
      changes.add(rules.nextTransition(Instant.parse("9980-01-01T00:00:00Z")));
    }
    return changes;
  }

  private static void check(ZoneId zone, Instant middle, Random random) {
    DstGap gap = DstGap.values()[random.nextInt(3)];
    DstOverlap overlap = DstOverlap.values()[random.nextInt(3)];
    DstPolicy policy = new DstPolicy(gap, overlap);
    Instant from = middle.minus(Duration.ofHours(40));
    Instant to = middle.plus(Duration.ofHours(40));
    Case each = random(LocalDateTime.ofInstant(middle, zone), zone, gap, random);
    Map<Instant, Set<Moved>> expected =
        each.wildcard()
            ? whenShown(each, zone, from, to)
            : byPolicy(each, zone, policy).subMap(from, false, to, true);
    String what = each.trigger() + " in " + zone + " " + policy + " around " + middle;

    Fires fires = each.trigger().in(zone, Instant.EPOCH, policy);
    Map<Instant, Set<Moved>> found = new TreeMap<>();
    Instant at = from;
    for (Fire fire = fires.nextFire(at); fire != null && !fire.at().isAfter(to); ) {
      assertTrue(fire.at().isAfter(at), what);
      found.put(fire.at(), fire.moved());
      at = fire.at();
      fire = fires.nextFire(at);
    }
    assertEquals(expected, found, what);

    // The same fires come out wherever one asks from.
    TreeSet<Instant> instants = new TreeSet<>(found.keySet());
    for (int i = 0; i < 20; i++) {
      Instant cut = from.plusSeconds(random.nextInt(80 * 3600));
      Instant next = fires.next(cut);
      Instant known = instants.higher(cut);
      assertTrue(known == null ? next == null || next.isAfter(to) : known.equals(next), what);
    }
    // A preview of the whole is the preview of its two parts.
    Instant cut = from.plusSeconds(random.nextInt(80 * 3600));
    List<Fire> parts = new ArrayList<>(window(each.trigger(), zone, policy, from, cut));
    parts.addAll(window(each.trigger(), zone, policy, cut, to));
    assertEquals(window(each.trigger(), zone, policy, from, to), parts, what);
    assertEquals(List.copyOf(instants), parts.stream().map(Fire::at).toList(), what);
  }

  private static List<Fire> window(
      Trigger trigger, ZoneId zone, DstPolicy policy, Instant from, Instant to) {
    return Preview.between(
            trigger, Timing.of(zone, Instant.EPOCH, policy), Jitter.NONE, from, to, 100_000)
        .fires();
  }

  /** CRON, RRULE or INTERVAL, with several nominal times on each of the days around a change. */
  private static Case random(LocalDateTime middle, ZoneId zone, DstGap gap, Random random) {
    LocalDateTime start = middle.toLocalDate().minusDays(5).atTime(LocalTime.MIDNIGHT);
    LocalDateTime end = start.plusDays(10);
    // Hours near the change, or anywhere.
    int near = middle.getHour();
    List<Integer> hours =
        random
            .ints(1 + random.nextInt(4), -3, 4)
            .map(i -> Math.floorMod(random.nextInt(5) == 0 ? i * 7 : near + i, 24))
            .distinct()
            .boxed()
            .toList();
    List<Integer> minutes = random.ints(1 + random.nextInt(3), 0, 60).distinct().boxed().toList();
    switch (random.nextInt(4)) {
      case 0:
        boolean star = random.nextBoolean();
        String cron = (star ? "*/20 " : list(minutes) + " ") + list(hours) + " * * *";
        List<Integer> every = star ? List.of(0, 20, 40) : minutes;
        return new Case(Cron.parse(cron), true, star, daily(start, end, hours, every));
      case 1:
        int step = 1 + random.nextInt(3);
        LocalDateTime anchor =
            start.minusDays(random.nextInt(40)).withHour(hours.get(0)).withMinute(minutes.get(0));
        Set<LocalDateTime> steps = new TreeSet<>();
        for (LocalDateTime at = anchor; at.isBefore(end); at = at.plusDays(step)) {
          steps.add(at);
        }
        return new Case(Interval.parse("P" + step + "D", anchor + ":00"), false, false, steps);
      case 2:
        int interval = 1 + random.nextInt(90);
        Set<LocalDateTime> dense = new TreeSet<>();
        for (LocalDateTime at = start; at.isBefore(end); at = at.plusMinutes(interval)) {
          dense.add(at);
        }
        String minutely = "FREQ=MINUTELY;INTERVAL=" + interval;
        return new Case(rule(minutely, start, List.of(), List.of()), false, false, dense);
      default:
        // Strictly read, COUNT does not count what does not exist.
        Predicate<LocalDateTime> counts =
            local -> gap != DstGap.SKIP || !zone.getRules().getValidOffsets(local).isEmpty();
        return dated(start, end, hours, minutes, counts, random);
    }
  }

  private static Case dated(
      LocalDateTime start,
      LocalDateTime end,
      List<Integer> hours,
      List<Integer> minutes,
      Predicate<LocalDateTime> counts,
      Random random) {
    TreeSet<LocalDateTime> nominal = daily(start, end, hours, minutes);
    String count = "";
    if (random.nextBoolean()) {
      int instances = 1 + random.nextInt(nominal.size());
      count = ";COUNT=" + instances;
      nominal = new TreeSet<>(nominal.stream().filter(counts).limit(instances).toList());
    }
    List<LocalDateTime> excluded = nominal.stream().filter(any -> random.nextInt(4) == 0).toList();
    List<LocalDateTime> added =
        random.ints(random.nextInt(5), 0, 14_400).mapToObj(start::plusMinutes).toList();
    Trigger trigger =
        rule(
            "FREQ=DAILY;BYHOUR=" + list(hours) + ";BYMINUTE=" + list(minutes) + count,
            start,
            added,
            excluded);
    nominal.addAll(added);
    excluded.forEach(nominal::remove);
    return new Case(trigger, false, false, nominal);
  }

  private static Rrule rule(
      String rule, LocalDateTime start, List<LocalDateTime> added, List<LocalDateTime> excluded) {
    return Rrule.parse(rule, start + ":00", texts(added), texts(excluded), List.of());
  }

  private static List<String> texts(List<LocalDateTime> locals) {
    return locals.stream().map(local -> local + ":00").toList();
  }

  private static String list(List<Integer> values) {
    return values.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  private static TreeSet<LocalDateTime> daily(
      LocalDateTime start, LocalDateTime end, List<Integer> hours, List<Integer> minutes) {
    TreeSet<LocalDateTime> found = new TreeSet<>();
    for (LocalDateTime day = start; day.isBefore(end); day = day.plusDays(1)) {
      for (int hour : hours) {
        for (int minute : minutes) {
          found.add(day.withHour(hour).withMinute(minute));
        }
      }
    }
    return found;
  }

  /** A wildcard's definition: every instant whose local time matches, and nothing is moved. */
  private static Map<Instant, Set<Moved>> whenShown(
      Case each, ZoneId zone, Instant from, Instant to) {
    Map<Instant, Set<Moved>> found = new TreeMap<>();
    for (LocalDateTime nominal : each.nominal()) {
      for (ZoneOffset offset : zone.getRules().getValidOffsets(nominal)) {
        Instant at = nominal.toInstant(offset);
        if (at.isAfter(from) && !at.isAfter(to)) {
          found.put(at, Set.of());
        }
      }
    }
    return found;
  }

  private static NavigableMap<Instant, Set<Moved>> byPolicy(
      Case each, ZoneId zone, DstPolicy policy) {
    NavigableMap<Instant, Set<Moved>> found = new TreeMap<>();
    ZoneRules rules = zone.getRules();
    for (LocalDateTime nominal : each.nominal()) {
      List<ZoneOffset> offsets = rules.getValidOffsets(nominal);
      if (offsets.size() == 1) {
        found.put(nominal.toInstant(offsets.get(0)), Set.of());
      } else if (offsets.size() == 2) {
        List<ZoneOffset> chosen =
            switch (policy.overlapOrFirst()) {
              case FIRST -> offsets.subList(0, 1);
              case LAST -> offsets.subList(1, 2);
              case BOTH -> offsets;
            };
        chosen.forEach(offset -> found.put(nominal.toInstant(offset), Set.of(Moved.DST_OVERLAP)));
      } else {
        ZoneOffsetTransition gap = rules.getTransition(nominal);
        switch (policy.gapOr(each.cron() ? DstGap.FIRE_AT_GAP_END : DstGap.SHIFT_BY_GAP)) {
          case FIRE_AT_GAP_END -> found.putIfAbsent(gap.getInstant(), Set.of(Moved.DST_GAP));
          case SHIFT_BY_GAP ->
              found.putIfAbsent(nominal.toInstant(gap.getOffsetBefore()), Set.of(Moved.DST_GAP));
          case SKIP -> {}
        }
      }
    }
    return found;
  }

  /**
   * Changes nearer to each other than any zone of the database has had: every local time is shown
   * up to three times, and gaps are closed again by what follows them. Told by trying each offset.
   */
  @Property(shrinking = ShrinkingMode.OFF)
  void firesEqualTheDefinitionWhereChangesAreNearEachOther(
      @ForAll @LongRange(min = 0, max = 1_000_000) long seed) {
    Random random = new Random(seed);
    LocalDateTime start = LocalDateTime.parse("2026-06-10T00:00:00");
    ZoneRules rules = restless(start, random);
    LocalLine line = LocalLine.of(rules);
    long[] nominal =
        IntStream.range(0, 60)
            .mapToLong(
                i -> start.plusMinutes(random.nextInt(8 * 1440)).toEpochSecond(ZoneOffset.UTC))
            .sorted()
            .distinct()
            .toArray();
    Nominals nominals =
        (after, effort) ->
            Arrays.stream(nominal).filter(at -> at > after).findFirst().orElse(Nominals.NONE);
    for (DstOverlap overlap : DstOverlap.values()) {
      Choice choice = new Choice(DstGap.SKIP, overlap, true);
      Fires fires = new LocalFires(ZoneOffset.UTC, line, nominals, choice, 0);
      List<Instant> expected = shown(rules, nominal, overlap);
      assertEquals(expected, Walk.between(fires, Instant.EPOCH, Years.LAST));
      for (int i = 0; i < 50; i++) {
        Instant cut = start.toInstant(ZoneOffset.UTC).plusSeconds(random.nextInt(8 * 86_400));
        assertEquals(new TreeSet<>(expected).higher(cut), fires.next(cut));
      }
    }
    for (DstGap gap : DstGap.values()) {
      Fires fires =
          new LocalFires(
              ZoneOffset.UTC, line, nominals, new Choice(gap, DstOverlap.FIRST, true), 0);
      List<Instant> all = Walk.between(fires, Instant.EPOCH, Years.LAST);
      for (int i = 0; i < 50; i++) {
        Instant cut = start.toInstant(ZoneOffset.UTC).plusSeconds(random.nextInt(8 * 86_400));
        assertEquals(new TreeSet<>(all).higher(cut), fires.next(cut));
      }
    }
  }

  /** COUNT under SKIP, where gaps are closed again by the changes behind them. */
  @Property(shrinking = ShrinkingMode.OFF)
  void countsWhatIsShownWhereChangesAreNearEachOther(
      @ForAll @LongRange(min = 0, max = 1_000_000) long seed) {
    Random random = new Random(seed);
    LocalDateTime start = LocalDateTime.parse("2026-06-10T00:00:00");
    ZoneRules rules = restless(start, random);
    int interval = 20 + random.nextInt(200);
    int count = 1 + random.nextInt(8 * 1440 / interval);
    List<Long> expected = new ArrayList<>();
    for (LocalDateTime at = start; expected.size() < count; at = at.plusMinutes(interval)) {
      long local = at.toEpochSecond(ZoneOffset.UTC);
      if (!shown(rules, new long[] {local}, DstOverlap.FIRST).isEmpty()) {
        expected.add(local);
      }
    }
    String text = "FREQ=MINUTELY;INTERVAL=" + interval + ";COUNT=" + count;
    Choice skip = new Choice(DstGap.SKIP, DstOverlap.FIRST, true);
    LocalLine line = LocalLine.of(rules);
    Expansion expansion =
        Expansion.of(
            rule(text, start, List.of(), List.of()).recurrence(),
            new ZoneWall(ZoneOffset.UTC, line, skip),
            new Effort());
    List<Long> found = new ArrayList<>();
    for (long at = 0; (at = expansion.next(at, Expansion.NONE, new Effort())) != Expansion.NONE; ) {
      if (line.shows(at)) {
        found.add(at);
      }
    }
    assertEquals(expected, found, text);
  }

  private static ZoneRules restless(LocalDateTime start, Random random) {
    List<ZoneOffsetTransition> changes = new ArrayList<>();
    ZoneOffset offset = ZoneOffset.UTC;
    LocalDateTime at = start.plusDays(2);
    for (int i = 0; i < 5; i++) {
      ZoneOffset after = ZoneOffset.ofTotalSeconds((random.nextInt(33) - 16) * 2700);
      if (!after.equals(offset)) {
        changes.add(
            ZoneOffsetTransition.of(at.plusSeconds(offset.getTotalSeconds()), offset, after));
        offset = after;
      }
      at = at.plusMinutes(60 + random.nextInt(1_500));
    }
    return ZoneRules.of(ZoneOffset.UTC, ZoneOffset.UTC, List.of(), changes, List.of());
  }

  private static List<Instant> shown(ZoneRules rules, long[] nominal, DstOverlap overlap) {
    Set<ZoneOffset> offsets = new HashSet<>(List.of(ZoneOffset.UTC));
    rules.getTransitions().forEach(change -> offsets.add(change.getOffsetAfter()));
    TreeSet<Instant> expected = new TreeSet<>();
    for (long local : nominal) {
      TreeSet<Instant> passes = new TreeSet<>();
      for (ZoneOffset offset : offsets) {
        Instant at = Instant.ofEpochSecond(local - offset.getTotalSeconds());
        if (rules.getOffset(at).equals(offset)) {
          passes.add(at);
        }
      }
      if (!passes.isEmpty()) {
        switch (overlap) {
          case FIRST -> expected.add(passes.first());
          case LAST -> expected.add(passes.last());
          case BOTH -> expected.addAll(passes);
        }
      }
    }
    return List.copyOf(expected);
  }

  /** Forwards from 1900, also where tables end and where the last years are. */
  @Property(shrinking = ShrinkingMode.OFF)
  void nextIsStrictlyIncreasingWhereverOneAsksFrom(@ForAll long seed) {
    Random random = new Random(seed);
    ZoneId zone = ZoneId.of(ZONES.get(random.nextInt(ZONES.size())));
    DstPolicy policy =
        new DstPolicy(DstGap.values()[random.nextInt(3)], DstOverlap.values()[random.nextInt(3)]);
    List<Trigger> triggers =
        List.of(
            Cron.parse("30 2 * * *"),
            Cron.parse("*/17 1-3 * * SUN"),
            Cron.parse("0 0 29 2 *"),
            Interval.parse("P1M", "1900-01-31T00:30:00"),
            Interval.parse("P3D", "1950-01-01T02:30:00"),
            rule(
                "FREQ=MONTHLY;BYDAY=-1SU;BYHOUR=1,2;BYMINUTE=0,30",
                LocalDateTime.parse("1900-01-01T00:00"),
                List.of(),
                List.of()));
    Trigger trigger = triggers.get(random.nextInt(triggers.size()));
    Fires fires = trigger.in(zone, Instant.EPOCH, policy);
    Instant at =
        Years.FIRST.plusSeconds((long) (random.nextDouble() * random.nextInt(100) * 2.5e9));
    for (int i = 0; i < 40; i++) {
      Instant next = fires.next(at);
      assertNotNull(next);
      assertTrue(next.isAfter(at), trigger + " in " + zone);
      assertEquals(next, fires.next(next.minusNanos(1)));
      Instant between =
          at.plusSeconds(
              (long) (random.nextDouble() * (next.getEpochSecond() - at.getEpochSecond())));
      assertEquals(next, fires.next(between.isBefore(next) ? between : at));
      at = next;
    }
  }
}
