package dev.carillon.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.time.Cron;
import dev.carillon.time.DstGap;
import dev.carillon.time.DstOverlap;
import dev.carillon.time.DstPolicy;
import dev.carillon.time.Fire;
import dev.carillon.time.Fires;
import dev.carillon.time.Interval;
import dev.carillon.time.InvalidTrigger;
import dev.carillon.time.Jitter;
import dev.carillon.time.OneShot;
import dev.carillon.time.Preview;
import dev.carillon.time.Rrule;
import dev.carillon.time.Timing;
import dev.carillon.time.Trigger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.arbitraries.LongArbitrary;
import org.jspecify.annotations.Nullable;

/** What a preview shows is what the ticker fires, however its looks ahead fall. */
class PlannedAsPreviewedProperties {

  private static final int COUNT = 25;

  private static final long FROM = Instant.parse("2024-01-01T00:00:00Z").getEpochSecond();
  private static final long TO = Instant.parse("2028-01-01T00:00:00Z").getEpochSecond();

  /** Nothing that is less late counts as missed. */
  private static final long SLIGHTLY = MisfireRule.DEFAULT.grace().toMillis();

  private static final LongArbitrary SECONDS = Arbitraries.longs().between(FROM, TO);

  @Provide
  Arbitrary<ZoneId> zones() {
    return Arbitraries.of(new TreeSet<>(ZoneId.getAvailableZoneIds())).map(ZoneId::of);
  }

  @Provide
  Arbitrary<Instant> starts() {
    return SECONDS.map(Instant::ofEpochSecond);
  }

  @Provide
  Arbitrary<DstPolicy> policies() {
    return Combinators.combine(
            Arbitraries.of(DstGap.class).injectNull(0.3),
            Arbitraries.of(DstOverlap.class).injectNull(0.3))
        .as(DstPolicy::new);
  }

  @Provide
  Arbitrary<Trigger> triggers() {
    return Arbitraries.oneOf(crons(), rules(), intervals(), starts().map(OneShot::new));
  }

  private static Arbitrary<Trigger> crons() {
    return Combinators.combine(
            Arbitraries.of("0", "30", "*/20", "*", "5,35", "15-45/10"),
            Arbitraries.of("*", "*/6", "2", "0", "1-3", "23", "2,3"),
            Arbitraries.of("*", "*", "1", "25-31", "*/10"),
            Arbitraries.of("*", "*", "3", "10,11", "4"),
            Arbitraries.of("*", "*", "SUN", "MON-FRI"))
        .as(
            (minute, hour, day, month, weekday) ->
                minute + " " + hour + " " + day + " " + month + " " + weekday)
        .map(Cron::parse);
  }

  private static Arbitrary<Trigger> rules() {
    return Combinators.combine(
            Arbitraries.of("DAILY", "WEEKLY", "MONTHLY", "YEARLY", "HOURLY"),
            Arbitraries.of("", ";BYDAY=SU", ";BYMONTH=3,10", ";BYHOUR=2,3", ";BYMINUTE=0,30"),
            Arbitraries.of("", ";INTERVAL=2", ";COUNT=7"),
            SECONDS)
        .as(
            (freq, by, bound, second) ->
                parsed("FREQ=" + freq + by + bound, local(second - second % 1_800)))
        .filter(Objects::nonNull);
  }

  private static @Nullable Trigger parsed(String rule, LocalDateTime start) {
    try {
      return Rrule.parse(rule, start + ":00", List.of(), List.of(), List.of());
    } catch (InvalidTrigger neverFires) {
      return null;
    }
  }

  private static Arbitrary<Trigger> intervals() {
    return Combinators.combine(
            Arbitraries.of("PT1S", "PT45M", "PT7H", "P1D", "P2W", "P1M", "P1Y"),
            SECONDS.injectNull(0.3))
        .as((every, second) -> Interval.parse(every, second == null ? null : anchor(second)));
  }

  private static String anchor(long second) {
    return local(second - second % 60) + ":00";
  }

  private static LocalDateTime local(long second) {
    return LocalDateTime.ofEpochSecond(second, 0, ZoneOffset.UTC);
  }

  @Property(shrinking = ShrinkingMode.OFF)
  void theTickerFiresWhatAPreviewShows(
      @ForAll("triggers") Trigger trigger,
      @ForAll("zones") ZoneId zone,
      @ForAll("policies") DstPolicy policy,
      @ForAll("starts") Instant from,
      @ForAll Random steps) {
    Preview shown = Preview.of(trigger, zone, policy, from, COUNT);

    Instant after = trigger.lookAfter(zone, from, policy);
    List<Instant> fired = planned(trigger.in(zone, from, policy), after, steps);

    assertEquals(shown.fires().stream().map(Fire::at).toList(), fired, trigger + " in " + zone);
    assertEquals(shown.exhausted(), fired.size() < COUNT);
  }

  /** The window of a stored schedule, cut anywhere, shows the same. */
  @Property(shrinking = ShrinkingMode.OFF)
  void theTickerFiresWhatAWindowShows(
      @ForAll("triggers") Trigger trigger,
      @ForAll("zones") ZoneId zone,
      @ForAll("policies") DstPolicy policy,
      @ForAll("starts") Instant createdAt,
      @ForAll Random steps) {
    List<Instant> fired = planned(trigger.in(zone, createdAt, policy), createdAt, steps);

    List<Instant> shown = new ArrayList<>();
    Instant after = createdAt;
    Instant end = fired.isEmpty() ? createdAt.plusSeconds(1) : fired.get(fired.size() - 1);
    while (after.isBefore(end)) {
      long left = Duration.between(after, end).toMillis();
      Instant to = after.plusMillis(1 + steps.nextLong(left));
      to = to.isAfter(end) || steps.nextInt(4) == 0 ? end : to;
      Preview window =
          Preview.between(
              trigger, Timing.of(zone, createdAt, policy), Jitter.NONE, after, to, COUNT);
      shown.addAll(window.fires().stream().map(Fire::at).toList());
      assertTrue(!window.exhausted() || shown.size() == fired.size());
      after = to;
    }

    assertEquals(fired, shown, trigger + " in " + zone);
  }

  /** As the ticker goes: it looks when something is due, sometimes late, and ahead by any time. */
  private static List<Instant> planned(Fires fires, Instant after, Random steps) {
    List<Instant> planned = new ArrayList<>();
    Instant due = fires.next(after);
    while (due != null && planned.size() < COUNT) {
      Instant now = due.plusMillis(steps.nextLong(-5_000, SLIGHTLY));
      Instant horizon = now.plusMillis(5_000 + steps.nextLong(3 * 86_400_000L));
      FirePlan plan = FirePlan.between(fires, due, now, horizon, MisfireRule.DEFAULT);
      assertTrue(plan.missed().isEmpty() && !plan.fires().isEmpty());
      planned.addAll(plan.fires());
      due = plan.next();
    }
    return planned.subList(0, Math.min(COUNT, planned.size()));
  }
}
