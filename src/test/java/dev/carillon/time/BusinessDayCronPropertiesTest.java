package dev.carillon.time;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.carillon.time.calendar.BusinessCalendar;
import dev.carillon.time.calendar.BusinessDays;
import dev.carillon.time.calendar.Convention;
import dev.carillon.time.civil.Effort;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/** The n-th business day of the month, counted by hand in random calendars. */
class BusinessDayCronPropertiesTest {

  private static final Set<DayOfWeek> WEEKEND = EnumSet.of(DayOfWeek.SATURDAY, DayOfWeek.SUNDAY);

  @Property(shrinking = ShrinkingMode.OFF)
  void firesAndCountsEqualTheDefinition(@ForAll long seed) {
    Random random = new Random(seed);
    BusinessDays days = random.nextInt(5) == 0 ? null : calendar(random);
    int place = random.nextBoolean() ? 1 + random.nextInt(23) : -1 - random.nextInt(23);
    String text = place > 0 ? place + "B" : place == -1 ? "LB" : "LB-" + (-1 - place);
    String months = random.nextBoolean() ? "*" : "2,5,11";
    Timing timing =
        new Timing(
            ZoneOffset.UTC,
            Instant.EPOCH,
            DstPolicy.DEFAULT,
            null,
            null,
            days,
            days == null ? Convention.UNADJUSTED : Convention.values()[random.nextInt(7)]);
    Fires fires = Cron.parse("0,30 9,14 " + text + " " + months + " *").in(timing);
    List<Instant> expected = new ArrayList<>();
    for (YearMonth month = YearMonth.of(2025, 12);
        month.isBefore(YearMonth.of(2028, 2));
        month = month.plusMonths(1)) {
      LocalDate date = named(month, place, days);
      if (date != null
          && (months.equals("*") || Set.of(2, 5, 11).contains(month.getMonthValue()))) {
        for (String time : List.of("09:00", "09:30", "14:00", "14:30")) {
          expected.add(Instant.parse(date + "T" + time + ":00Z"));
        }
      }
    }
    Instant from = instant("2025-12-01T00:00:00Z");
    Instant to = instant("2028-01-31T23:59:59Z");

    assertEquals(expected, Walk.between(fires, from, to), text + " " + seed);
    Instant after = from.plusSeconds(random.nextInt(60_000_000));
    Instant upTo = after.plusSeconds(random.nextInt(5_000_000));
    assertEquals(
        expected.stream().filter(at -> at.isAfter(after) && !at.isAfter(upTo)).count(),
        fires.count(after, upTo, new Effort()));
  }

  private static LocalDate named(YearMonth month, int place, BusinessDays days) {
    List<LocalDate> business = new ArrayList<>();
    for (int day = 1; day <= month.lengthOfMonth(); day++) {
      LocalDate date = month.atDay(day);
      if (days == null ? date.getDayOfWeek().getValue() < 6 : days.isBusinessDay(date)) {
        business.add(date);
      }
    }
    int index = place > 0 ? place - 1 : business.size() + place;
    return index >= 0 && index < business.size() ? business.get(index) : null;
  }

  private static BusinessCalendar calendar(Random random) {
    Set<LocalDate> holidays = new HashSet<>();
    for (int i = 0; i < 200; i++) {
      holidays.add(LocalDate.of(2025, 11, 1).plusDays(random.nextInt(900)));
    }
    return BusinessCalendar.of(
        "random",
        random.nextBoolean() ? WEEKEND : Set.of(),
        List.of(),
        holidays,
        List.of(),
        null,
        null);
  }

  private static Instant instant(String text) {
    return Instant.parse(text);
  }
}
