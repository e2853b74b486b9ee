package dev.carillon.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.time.Cron;
import dev.carillon.time.Fires;
import java.time.Instant;
import java.time.ZoneId;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;

class FirePlanProperties {

  private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");

  @Provide
  Arbitrary<String> crons() {
    return Arbitraries.of(
        "* * * * *",
        "*/7 * * * *",
        "30 2 * * *",
        "0 9 * * MON-FRI",
        "15 */5 * * *",
        "59 23 31 * *");
  }

  /** Whatever the outage: the newest fire is found, as walking through all of them finds it. */
  @Property
  void findsTheSameNewestFireAsAWalkThroughTheOutage(
      @ForAll("crons") String cron,
      @ForAll @LongRange(min = 61, max = 90 * 86_400) long lateSeconds) {
    Fires fires = Cron.parse(cron).in(ZoneId.of("Europe/Berlin"), START);
    Instant due = fires.next(START);
    Instant now = due.plusSeconds(lateSeconds);

    FirePlan plan = FirePlan.between(fires, due, now, now);

    Instant newest = due;
    for (Instant next = due; next != null && !next.isAfter(now); next = fires.next(next)) {
      newest = next;
    }
    assertEquals(newest, plan.missed() == null ? plan.fires().get(0) : plan.missed());
    assertEquals(fires.next(newest), plan.next());
    assertTrue(plan.fires().size() <= 1);
  }
}
