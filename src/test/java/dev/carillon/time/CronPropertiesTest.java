package dev.carillon.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.time.cron.CronDialect;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

class CronPropertiesTest {

  private static final List<String> ZONES =
      List.of(
          "Europe/Berlin",
          "America/New_York",
          "Australia/Lord_Howe",
          "Africa/Cairo",
          "America/Sao_Paulo",
          "Pacific/Apia",
          "Africa/Casablanca",
          "Asia/Kathmandu",
          "UTC",
          "America/St_Johns",
          "Antarctica/Troll",
          "Pacific/Chatham");

  /** A field as a set of values, so that the scan below does not depend on our own parser. */
  record Field(Set<Integer> values, boolean star) {
    String text() {
      return values.stream().map(String::valueOf).collect(Collectors.joining(","));
    }
  }

  record Pattern(Field minute, Field hour, Field dom, Field month, Field dow) {

    String expression() {
      return String.join(" ", text(minute), text(hour), text(dom), text(month), text(dow));
    }

    private static String text(Field field) {
      return field.star() ? "*" : field.text();
    }

    boolean wildcard() {
      return minute.star() || hour.star();
    }

    boolean matches(LocalDateTime local) {
      boolean byDom = dom.values().contains(local.getDayOfMonth());
      boolean byDow = dow.values().contains(local.getDayOfWeek().getValue() % 7);
      boolean day = dom.star() || dow.star() ? byDom && byDow : byDom || byDow;
      return local.getSecond() == 0
          && minute.values().contains(local.getMinute())
          && hour.values().contains(local.getHour())
          && month.values().contains(local.getMonthValue())
          && day;
    }
  }

  private static Arbitrary<Field> field(int low, int high) {
    Set<Integer> all = new TreeSet<>();
    for (int i = low; i <= high; i++) {
      all.add(i);
    }
    Arbitrary<Field> some =
        Arbitraries.integers()
            .between(low, high)
            .set()
            .ofMinSize(1)
            .ofMaxSize(4)
            .map(values -> new Field(new TreeSet<>(values), false));
    return Arbitraries.oneOf(Arbitraries.just(new Field(all, true)), some);
  }

  /** Without months, so that the windows below are not empty. */
  @Provide
  Arbitrary<Pattern> patterns() {
    Field everyMonth =
        new Field(new TreeSet<>(List.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)), true);
    return Combinators.combine(field(0, 59), field(0, 4), field(1, 28), field(0, 6))
        .as(
            (minute, hour, dom, dow) ->
                new Pattern(minute, allHours(hour), allDays(dom), everyMonth, dow));
  }

  private static Field allHours(Field field) {
    return field.star() ? star(0, 23) : field;
  }

  private static Field allDays(Field field) {
    return field.star() ? star(1, 31) : field;
  }

  private static Field star(int low, int high) {
    Set<Integer> all = new TreeSet<>();
    for (int i = low; i <= high; i++) {
      all.add(i);
    }
    return new Field(all, true);
  }

  @Provide
  Arbitrary<String> zones() {
    return Arbitraries.of(ZONES);
  }

  /** Instants near which something happens in some of the zones. */
  @Provide
  Arbitrary<Instant> windows() {
    return Arbitraries.of(
            "2026-03-29",
            "2026-10-25",
            "2026-03-08",
            "2026-11-01",
            "2026-04-05",
            "2026-10-04",
            "2026-04-24",
            "2026-10-30",
            "2018-11-04",
            "2018-02-18",
            "2011-12-30",
            "2026-02-15",
            "2024-02-29",
            "1987-10-25")
        .map(date -> Instant.parse(date + "T00:00:00Z").minus(Duration.ofHours(36)));
  }

  @Property(shrinking = ShrinkingMode.OFF)
  void nextEqualsAScanMinuteByMinute(
      @ForAll("patterns") Pattern pattern,
      @ForAll("zones") String zoneId,
      @ForAll("windows") Instant start) {
    ZoneId zone = ZoneId.of(zoneId);
    Instant end = start.plus(Duration.ofDays(4));
    Fires fires = Cron.parse(pattern.expression()).in(zone, Instant.EPOCH);

    List<Instant> walked = Walk.between(fires, start.minusNanos(1), end);

    assertEquals(scan(pattern, zone, start, end), walked, pattern.expression() + " " + zoneId);
  }

  /** The definition itself: what the wall shows, or has just reached, minute by minute. */
  private static List<Instant> scan(Pattern pattern, ZoneId zone, Instant start, Instant end) {
    List<Instant> found = new ArrayList<>();
    // Begins two days earlier, so that it is known how far the wall has come before the window.
    Instant at = start.minus(Duration.ofDays(2));
    LocalDateTime highest = LocalDateTime.ofInstant(at, zone).minusMinutes(1);
    for (; !at.isAfter(end); at = at.plusSeconds(60)) {
      LocalDateTime local = LocalDateTime.ofInstant(at, zone);
      boolean fires = pattern.wildcard() && pattern.matches(local);
      while (highest.isBefore(local)) {
        highest = highest.plusMinutes(1);
        fires |= !pattern.wildcard() && pattern.matches(highest);
      }
      if (fires && !at.isBefore(start)) {
        found.add(at);
      }
    }
    return found;
  }

  @Property
  void nextIsStrictlyIncreasingInEveryZone(
      @ForAll("patterns") Pattern pattern, @ForAll long seconds) {
    List<String> all = List.copyOf(new TreeSet<>(ZoneId.getAvailableZoneIds()));
    ZoneId zone = ZoneId.of(all.get((int) Math.floorMod(seconds, (long) all.size())));
    Fires fires = Cron.parse(pattern.expression()).in(zone, Instant.EPOCH);
    Instant at = Instant.ofEpochSecond(Math.floorMod(seconds, 4_000_000_000L) - 2_000_000_000L);
    for (int i = 0; i < 50; i++) {
      Fire next = fires.nextFire(at);
      assertNotNull(next);
      assertTrue(next.at().isAfter(at), () -> pattern.expression() + " in " + zone);
      assertEquals(next.at(), fires.next(at));
      assertEquals(next.at(), fires.next(next.at().minusNanos(1)));
      at = next.at();
    }
  }

  @Property
  void garbageIsRefusedAndNothingElse(@ForAll("garbage") String text, @ForAll CronDialect dialect) {
    try {
      Cron cron = Cron.parse(text, dialect);
      assertFalse(cron.describe().isEmpty());
      Fires fires = cron.in(ZoneOffset.UTC, Instant.EPOCH);
      fires.next(Instant.EPOCH);
    } catch (InvalidTrigger refused) {
      assertEquals("expression", refused.field());
      Integer position = refused.position();
      assertTrue(position == null || position >= 0 && position <= text.length());
    }
  }

  @Provide
  Arbitrary<String> garbage() {
    Arbitrary<String> alike =
        Arbitraries.strings().withChars("0123456789*/,- ?LW#@MONdec").ofMaxLength(25);
    return Arbitraries.oneOf(alike, Arbitraries.strings().ofMaxLength(40));
  }

  @Property
  void everyWeekdayNameIsTheJdksWeekday(@ForAll DayOfWeek day) {
    String name = day.name().substring(0, 3);
    Fires fires = Cron.parse("0 0 * * " + name).in(ZoneOffset.UTC, Instant.EPOCH);
    Instant next = fires.next(Instant.parse("2026-01-01T00:00:00Z"));
    assertNotNull(next);
    assertEquals(day, next.atOffset(ZoneOffset.UTC).getDayOfWeek());
  }
}
