package dev.carillon.ticker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.schedule.FirePlan;
import dev.carillon.schedule.MisfireRule;
import dev.carillon.schedule.OverlapPolicy;
import dev.carillon.schedule.SchedulePolicies;
import dev.carillon.schedule.TzdataVersion;
import dev.carillon.ticker.CalendarsInUse.Known;
import dev.carillon.ticker.FireEvaluation.Evaluated;
import dev.carillon.time.calendar.BusinessDays;
import dev.carillon.time.calendar.DayOff;
import dev.carillon.time.calendar.OutsideCalendar;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class FireEvaluationTest {

  private static final Instant NOW = Instant.parse("2026-06-15T12:00:00Z");
  private static final Instant HORIZON = NOW.plusSeconds(5);

  private static final String DAILY = "{\"type\":\"CRON\",\"expression\":\"0 12 * * *\"}";

  /** Behind each fire lie 400 days of minutes that are all excluded. */
  static final String DEAR =
      """
      {"type":"RRULE","rrule":"FREQ=MINUTELY;UNTIL=99990101","dtstart":"2026-06-01T00:00:00",
       "exrule":["FREQ=MINUTELY;UNTIL=20270720"]}
      """;

  private final TzdataVersion rules = new TzdataVersion("2025b");
  private final FireEvaluation evaluation = new FireEvaluation(ZoneId.of("UTC"), rules);

  @Test
  void leavesTheDearOnesOfOneTenantAndPlansTheOthers() {
    List<PlanRow> due = new ArrayList<>(rows("hostile", DEAR, 20));
    due.addAll(rows("other", DAILY, 20));

    Evaluated evaluated = of(due);

    assertEquals(20, planned(evaluated, "other"));
    assertTrue(planned(evaluated, "hostile") > 0);
    assertTrue(evaluated.left().size() > 10, () -> evaluated.left().size() + " left");
    assertEquals(40, evaluated.planned().size() + evaluated.left().size());
    assertEquals(List.of(), evaluated.broken());
  }

  @Test
  void plansWhatIsKnownToBeCheapWhateverElseTheTenantHas() {
    List<PlanRow> cheap = rows("both", DAILY, 5);
    of(cheap);
    List<PlanRow> due = new ArrayList<>(rows("both", DEAR, 20));
    due.addAll(cheap);

    Evaluated evaluated = of(due);

    assertTrue(evaluated.left().size() > 10, () -> evaluated.left().size() + " left");
    cheap.forEach(row -> assertTrue(isPlanned(evaluated, row)));
  }

  /** Every second of the week, but for the weekends: behind each Friday lie two days of nothing. */
  @Test
  void leavesWhatIsDearAtOneInstantAloneOnceTheShareIsSpent() {
    String weekdays =
        """
        {"type":"RRULE","rrule":"FREQ=SECONDLY","dtstart":"2026-01-01T00:00:00",
         "exrule":["FREQ=SECONDLY;BYDAY=SA,SU"]}
        """;
    List<PlanRow> learnt = rows("week", weekdays, 40);
    assertEquals(40, of(learnt).planned().size());
    Instant fridayNight = Instant.parse("2026-06-19T23:59:59Z");
    List<PlanRow> due = new ArrayList<>();
    learnt.forEach(row -> due.add(at(row, fridayNight)));

    Evaluated evaluated = evaluation.of(due, Known.NONE, fridayNight, fridayNight.plusSeconds(5));

    assertTrue(evaluated.left().size() > 20, () -> evaluated.left().size() + " left");
    assertTrue(evaluated.planned().size() > 0);
    assertEquals(List.of(), evaluated.broken());
  }

  @Test
  void manyTenantsTogetherDoNotMakeABatchLong() {
    List<PlanRow> due = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      due.addAll(rows("hostile-" + i, DEAR, 1));
    }

    assertTrue(of(due).left().size() > 20);
  }

  /** Each look plans some, so it comes to an end. */
  @Test
  void plansEachOnceInTheEnd() {
    List<PlanRow> due = new ArrayList<>(rows("hostile", DEAR, 12));
    Set<UUID> done = new HashSet<>();
    for (int looks = 0; !due.isEmpty(); looks++) {
      assertTrue(looks < 12);
      Evaluated evaluated = of(due);
      evaluated.planned().forEach(one -> assertTrue(done.add(one.row().schedule())));
      due.removeIf(row -> done.contains(row.schedule()));
    }
    assertEquals(12, done.size());
  }

  @Test
  void aBrokenTriggerIsItsOwnAffair() {
    String endless =
        """
        {"type":"RRULE","rrule":"FREQ=MINUTELY;UNTIL=99990101","dtstart":"2026-06-01T00:00:00",
         "exrule":["FREQ=MINUTELY"]}
        """;
    List<PlanRow> due = new ArrayList<>(rows("hostile", endless, 1));
    due.addAll(rows("sundial", "{\"type\":\"SUNDIAL\"}", 1));
    due.addAll(rows("other", DAILY, 1));

    Evaluated evaluated = of(due);

    assertEquals(1, planned(evaluated, "other"));
    assertEquals(
        List.of("hostile", "sundial"),
        evaluated.broken().stream().map(broken -> broken.row().tenant()).toList());
  }

  // ── calendars ──────────────────────────────────────────────────────────────────────────────────

  /** Business days are Mondays to Fridays, up to the end of the year. */
  private static final BusinessDays WORKDAYS =
      date -> {
        if (date.getYear() > 2026) {
          throw new OutsideCalendar(date, "workdays says nothing of " + date);
        }
        return date.getDayOfWeek().getValue() > 5 ? DayOff.WEEKEND : null;
      };

  private static final Known KNOWN =
      new Known(Map.of("tenant", Map.of("workdays", WORKDAYS)), Set.of("unlucky"));

  private static final Instant FRIDAY = Instant.parse("2026-06-19T12:00:00Z");

  @Test
  void firesOnTheDaysOfTheCalendarOnly() {
    PlanRow row = onWorkdays("tenant", DAILY, FRIDAY, "2025b");

    Evaluated evaluated = evaluation.of(List.of(row), KNOWN, FRIDAY, FRIDAY.plusSeconds(5));

    FirePlan plan = evaluated.planned().get(0).plan();
    assertEquals(List.of(FRIDAY), plan.fires());
    assertEquals(FRIDAY.plus(Duration.ofDays(3)), plan.next());
    // What was made of it is remembered with its calendar, as long as the revision stands
    assertFalse(evaluation.needsCalendars(row));
    assertTrue(evaluation.needsCalendars(onWorkdays("tenant", DAILY, FRIDAY, "2025b", 1)));
  }

  /** The last fire that is told still fires; then nothing is made up. */
  @Test
  void plansTheLastFireOfACalendarAndThenParksWithItsReason() {
    Instant last = Instant.parse("2026-12-31T12:00:00Z");
    PlanRow row = onWorkdays("tenant", DAILY, last, "2025b");

    FirePlan plan =
        evaluation.of(List.of(row), KNOWN, last, last.plusSeconds(5)).planned().get(0).plan();
    assertEquals(List.of(last), plan.fires());
    assertFalse(plan.isNextKnown());

    // When the next look takes what the plan has stored, by no rules
    for (Instant now :
        List.of(last.minusSeconds(3), last.plusSeconds(1), last.plusSeconds(86_400))) {
      PlanRow then = onWorkdays("tenant", DAILY, plan.next(), null);
      Evaluated evaluated = evaluation.of(List.of(then), KNOWN, now, now.plusSeconds(5));
      assertEquals(List.of(), evaluated.planned());
      assertEquals(
          "workdays says nothing of 2027-01-01", evaluated.broken().get(0).problem().getMessage());
    }
  }

  @Test
  void putsAFixedDelayOffToTheNextBusinessDay() {
    Instant saturday = FRIDAY.plus(Duration.ofDays(1));
    Instant monday = FRIDAY.plus(Duration.ofDays(3));
    String delay = "{\"type\":\"FIXED_DELAY\",\"delay\":\"PT1H\"}";

    FirePlan put = planned(onWorkdays("tenant", delay, saturday, "2025b"), saturday);
    FirePlan then = planned(onWorkdays("tenant", delay, monday, "2025b"), monday);

    assertEquals(FirePlan.of(List.of(), monday), put);
    assertEquals(FirePlan.of(List.of(monday), null), then);
  }

  @Test
  void leavesWhatHasCalendarsThatCannotBeReadNow() {
    PlanRow row = onWorkdays("unlucky", DAILY, FRIDAY, "2025b");

    Evaluated evaluated = evaluation.of(List.of(row), KNOWN, FRIDAY, FRIDAY.plusSeconds(5));

    assertEquals(List.of(row.schedule()), evaluated.left());
    assertEquals(List.of(), evaluated.broken());
  }

  private FirePlan planned(PlanRow row, Instant now) {
    return evaluation.of(List.of(row), KNOWN, now, now.plusSeconds(5)).planned().get(0).plan();
  }

  private static PlanRow onWorkdays(String tenant, String trigger, Instant next, String rules) {
    return onWorkdays(tenant, trigger, next, rules, 0);
  }

  private static PlanRow onWorkdays(
      String tenant, String trigger, Instant next, String rules, long revision) {
    return new PlanRow(
        UUID.nameUUIDFromBytes((tenant + trigger).getBytes(StandardCharsets.UTF_8)),
        tenant,
        revision,
        next,
        // The last fire, where the next is unknown
        rules == null ? next.minusNanos(1_000) : next.minus(Duration.ofDays(1)),
        null,
        rules,
        trigger.contains("FIXED_DELAY"),
        null,
        "workdays",
        trigger,
        "UTC",
        null,
        null,
        NOW.minusSeconds(7_200),
        new SchedulePolicies(
            null,
            null,
            null,
            null,
            null,
            "workdays",
            null,
            null,
            MisfireRule.DEFAULT,
            OverlapPolicy.ALLOW_ALL,
            null,
            false,
            null));
  }

  private Evaluated of(List<PlanRow> due) {
    return evaluation.of(due, Known.NONE, NOW, HORIZON);
  }

  private static long planned(Evaluated evaluated, String tenant) {
    return evaluated.planned().stream().filter(one -> one.row().tenant().equals(tenant)).count();
  }

  private static boolean isPlanned(Evaluated evaluated, PlanRow row) {
    return evaluated.planned().stream().anyMatch(one -> one.row().equals(row));
  }

  private static PlanRow at(PlanRow row, Instant next) {
    return new PlanRow(
        row.schedule(),
        row.tenant(),
        row.revision(),
        next,
        row.since(),
        null,
        row.rules(),
        row.fixedDelay(),
        null,
        row.key(),
        row.trigger(),
        row.timezone(),
        null,
        null,
        row.createdAt(),
        row.policies());
  }

  private List<PlanRow> rows(String tenant, String trigger, int count) {
    List<PlanRow> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String key = tenant + "-" + i;
      rows.add(
          new PlanRow(
              UUID.nameUUIDFromBytes((key + trigger).getBytes(StandardCharsets.UTF_8)),
              tenant,
              0,
              NOW,
              NOW.minusSeconds(3_600),
              null,
              rules.name(),
              false,
              null,
              key,
              trigger,
              "UTC",
              null,
              null,
              NOW.minusSeconds(7_200),
              SchedulePolicies.DEFAULT));
    }
    return rows;
  }
}
