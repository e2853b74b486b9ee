package dev.carillon.time;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.carillon.time.cron.CronDialect;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;

/** The days that L, W and # name, against a look at each day with the JDK's calendar. */
class CronDaysPropertiesTest {

  /** One element of a day field as it is written, and the same as a question about a day. */
  record Days(String text, Predicate<LocalDate> matches) {}

  @Property(shrinking = ShrinkingMode.OFF)
  void datesInAListAreTheUnion(
      @ForAll("dates") Days one, @ForAll("dates") Days other, @ForAll("years") int year) {
    assertFires(
        "0 0 12 " + one.text() + "," + other.text() + " * *",
        CronDialect.SPRING,
        one.matches().or(other.matches()),
        year);
  }

  @Property(shrinking = ShrinkingMode.OFF)
  void bothDayFieldsHaveToMatchInSpring(
      @ForAll("dates") Days date, @ForAll("weekdays") Days weekday, @ForAll("years") int year) {
    // The plain list keeps it from never firing.
    assertFires(
        "0 0 12 " + date.text() + ",1-31/4 * " + weekday.text() + ",TUE",
        CronDialect.SPRING,
        date.matches()
            .or(day -> day.getDayOfMonth() % 4 == 1)
            .and(weekday.matches().or(day -> day.getDayOfWeek() == DayOfWeek.TUESDAY)),
        year);
  }

  @Property(shrinking = ShrinkingMode.OFF)
  void aDateStandsAloneInQuartz(@ForAll("dates") Days date, @ForAll("years") int year) {
    Predicate<LocalDate> matches = date.matches();
    if (date.text().equals("31W")) {
      matches = matches.or(CronDaysPropertiesTest::isFridayThe30thAtTheEnd);
    }
    assertFires("0 0 12 " + date.text() + " * ? *", CronDialect.QUARTZ, matches, year);
  }

  @Property(shrinking = ShrinkingMode.OFF)
  void aNearestWeekdayMayCountFromTheLastDayInQuartz(
      @ForAll @IntRange(min = 0, max = 30) int offset, @ForAll("years") int year) {
    assertFires(
        "0 0 12 L-" + offset + "W * ?",
        CronDialect.QUARTZ,
        day -> day.equals(nearest(YearMonth.from(day), day.lengthOfMonth() - offset)),
        year);
  }

  @Provide
  Arbitrary<Integer> years() {
    return Arbitraries.integers().between(1970, 2399);
  }

  @Provide
  Arbitrary<Days> dates() {
    Arbitrary<Days> nearest =
        Arbitraries.integers()
            .between(1, 31)
            .map(n -> new Days(n + "W", day -> day.equals(nearest(YearMonth.from(day), n))));
    Arbitrary<Days> last =
        Arbitraries.integers()
            .between(1, 30)
            .map(n -> new Days("L-" + n, day -> day.getDayOfMonth() == day.lengthOfMonth() - n));
    Days end = new Days("L", day -> day.getDayOfMonth() == day.lengthOfMonth());
    Days lastWeekday =
        new Days("LW", day -> day.equals(nearest(YearMonth.from(day), day.lengthOfMonth())));
    return Arbitraries.oneOf(nearest, nearest, last, Arbitraries.of(end, lastWeekday));
  }

  @Provide
  Arbitrary<Days> weekdays() {
    Arbitrary<DayOfWeek> day = Arbitraries.of(DayOfWeek.class);
    Arbitrary<Days> nth =
        Combinators.combine(day, Arbitraries.integers().between(1, 5))
            .as(
                (d, n) ->
                    new Days(
                        d.getValue() + "#" + n,
                        date ->
                            date.getDayOfWeek() == d && (date.getDayOfMonth() - 1) / 7 + 1 == n));
    Arbitrary<Days> last =
        day.map(
            d ->
                new Days(
                    d.name().substring(0, 3) + "L",
                    date -> date.equals(date.with(TemporalAdjusters.lastInMonth(d)))));
    return Arbitraries.oneOf(nth, last);
  }

  /** The definition: the nearest of the month's weekdays, or null where it has no such day. */
  private static LocalDate nearest(YearMonth month, int day) {
    if (day < 1 || day > month.lengthOfMonth()) {
      return null;
    }
    LocalDate wanted = month.atDay(day);
    for (int distance = 0; ; distance++) {
      for (LocalDate near : List.of(wanted.minusDays(distance), wanted.plusDays(distance))) {
        boolean inside = YearMonth.from(near).equals(month);
        if (inside && near.getDayOfWeek().compareTo(DayOfWeek.FRIDAY) <= 0) {
          return near;
        }
      }
    }
  }

  private static boolean isFridayThe30thAtTheEnd(LocalDate day) {
    return day.getDayOfMonth() == 30
        && day.lengthOfMonth() == 30
        && day.getDayOfWeek() == DayOfWeek.FRIDAY;
  }

  private static void assertFires(
      String expression, CronDialect dialect, Predicate<LocalDate> matches, int year) {
    List<Instant> expected = new ArrayList<>();
    for (int n = 1; n <= Year.of(year).length(); n++) {
      LocalDate day = LocalDate.ofYearDay(year, n);
      if (matches.test(day)) {
        expected.add(day.atTime(12, 0).toInstant(ZoneOffset.UTC));
      }
    }
    Instant start = LocalDate.ofYearDay(year, 1).atStartOfDay().toInstant(ZoneOffset.UTC);
    Instant end = LocalDate.of(year, 12, 31).atTime(23, 59).toInstant(ZoneOffset.UTC);
    Fires fires = Cron.parse(expression, dialect).in(ZoneOffset.UTC, Instant.EPOCH);
    assertEquals(expected, Walk.between(fires, start.minusNanos(1), end), expression);
    // From any instant in between, the answer is the same one.
    for (int n = 1; n < 28; n++) {
      Instant day = LocalDate.of(year, 1, n).atTime(18, 0).toInstant(ZoneOffset.UTC);
      Instant next = expected.stream().filter(at -> at.isAfter(day)).findFirst().orElse(null);
      if (next != null) {
        assertEquals(next, fires.next(day), expression);
      }
    }
  }
}
