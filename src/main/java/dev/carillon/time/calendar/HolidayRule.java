package dev.carillon.time.calendar;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.Month;
import java.time.MonthDay;
import java.time.temporal.TemporalAdjusters;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A holiday that comes once a year, as a rule. Its text, in any case, is
 *
 * <pre>
 *  rule  = day [moves] [FROM year] [UNTIL year]
 *
 *  day   = 12-25                         each year on 25 December; 02-29 in leap years only
 *        | EASTER | EASTER+1 | EASTER-2  Easter Sunday of the Western churches, so many days off
 *        | ORTHODOX EASTER+1             that of the Orthodox churches
 *        | LAST MONDAY OF MAY            also FIRST to FIFTH, or 1ST to 5TH
 *        | MONDAY ON OR BEFORE 05-24     the last Monday up to that day
 *        | TUESDAY ON OR AFTER 11-02     the first Tuesday from that day on
 *
 *  moves = OBSERVED                      on a Saturday: the Friday before; on a Sunday: the Monday
 *                                        after (United States)
 *        | SATURDAY TO NEXT MONDAY SUNDAY TO NEXT TUESDAY
 *                                        on that weekday: the next or PREVIOUS such day instead;
 *                                        as many as are wanted
 *
 *  FROM, UNTIL                           the first and the last year, both inclusive
 * </pre>
 *
 * Weekdays and months may be cut to three letters. A day that is moved is a holiday only where it
 * was moved to, which may be in another year: {@code 01-01 OBSERVED} has one on 31 December 2027.
 */
public sealed interface HolidayRule {

  /** An example for refusals. */
  String EXAMPLE = "LAST MONDAY OF MAY";

  /**
   * @param text as described above, at most 200 characters
   * @throws dev.carillon.time.text.Refusal with the position of what is wrong, what is allowed
   *     there and an example
   */
  static HolidayRule parse(String text) {
    return new HolidayRuleParser(text).read();
  }

  /**
   * The holiday of a year.
   *
   * @return null where the year has none; a moved day may lie in the year before or after
   */
  @Nullable LocalDate in(int year);

  /** The rule as {@link #parse} reads it. */
  String text();

  /** The same day each year; 29 February in leap years only. */
  record Fixed(MonthDay day) implements HolidayRule {

    @Override
    public @Nullable LocalDate in(int year) {
      return day.isValidYear(year) ? day.atYear(year) : null;
    }

    @Override
    public String text() {
      return monthDay(day);
    }
  }

  /**
   * So many days from Easter Sunday.
   *
   * @param days from -300 to 300
   */
  record FromEaster(int days, boolean orthodox) implements HolidayRule {

    static final int MOST = 300;

    public FromEaster {
      if (Math.abs(days) > MOST) {
        throw new IllegalArgumentException("days from Easter are -300 to 300, not " + days);
      }
    }

    @Override
    public LocalDate in(int year) {
      return (orthodox ? Easter.orthodox(year) : Easter.western(year)).plusDays(days);
    }

    @Override
    public String text() {
      String offset = days == 0 ? "" : days > 0 ? "+" + days : String.valueOf(days);
      return (orthodox ? "ORTHODOX " : "") + "EASTER" + offset;
    }
  }

  /**
   * The n-th such weekday of a month; a month without a fifth one has none.
   *
   * @param n 1 to 5, or -1 for the last
   */
  record NthWeekday(int n, DayOfWeek weekday, Month month) implements HolidayRule {

    public NthWeekday {
      if (n != -1 && (n < 1 || n > 5)) {
        throw new IllegalArgumentException("a month has weekdays 1 to 5 and the last, not " + n);
      }
    }

    @Override
    public @Nullable LocalDate in(int year) {
      LocalDate date =
          LocalDate.of(year, month, 1).with(TemporalAdjusters.dayOfWeekInMonth(n, weekday));
      return date.getMonth() == month ? date : null;
    }

    @Override
    public String text() {
      String place = n < 0 ? "LAST" : HolidayRuleParser.ORDINALS.get(n - 1);
      return place + ' ' + weekday + " OF " + month;
    }
  }

  /** The last such weekday up to a day of the year, or the first from it on. */
  record WeekdayBy(DayOfWeek weekday, boolean after, MonthDay day) implements HolidayRule {

    @Override
    public LocalDate in(int year) {
      // In a common year, 29 February is the 28th.
      LocalDate from = day.atYear(year);
      return from.with(
          after
              ? TemporalAdjusters.nextOrSame(weekday)
              : TemporalAdjusters.previousOrSame(weekday));
    }

    @Override
    public String text() {
      return weekday + " ON OR " + (after ? "AFTER " : "BEFORE ") + monthDay(day);
    }
  }

  /**
   * A holiday that is another day where it falls on certain weekdays.
   *
   * @param moves by how many days, from -7 to 7, it is moved from each weekday; it stays on others
   */
  record Moved(HolidayRule rule, Map<DayOfWeek, Integer> moves) implements HolidayRule {

    /** Saturday's is the Friday before, Sunday's the Monday after. */
    static final Map<DayOfWeek, Integer> OBSERVED =
        Map.of(DayOfWeek.SATURDAY, -1, DayOfWeek.SUNDAY, 1);

    public Moved {
      moves = Map.copyOf(moves);
      for (int days : moves.values()) {
        if (days == 0 || Math.abs(days) > 7) {
          throw new IllegalArgumentException("a holiday is moved by 1 to 7 days, not " + days);
        }
      }
    }

    @Override
    public @Nullable LocalDate in(int year) {
      LocalDate date = rule.in(year);
      return date == null ? null : date.plusDays(moves.getOrDefault(date.getDayOfWeek(), 0));
    }

    @Override
    public String text() {
      StringBuilder text = new StringBuilder(rule.text());
      if (moves.equals(OBSERVED)) {
        return text.append(" OBSERVED").toString();
      }
      new EnumMap<>(moves)
          .forEach(
              (from, days) ->
                  text.append(' ')
                      .append(from)
                      .append(days > 0 ? " TO NEXT " : " TO PREVIOUS ")
                      .append(from.plus(days)));
      return text.toString();
    }
  }

  /**
   * A holiday of some years only; the year is that of the day before it is moved.
   *
   * @param from the first year
   * @param until the last one
   */
  record InYears(HolidayRule rule, @Nullable Integer from, @Nullable Integer until)
      implements HolidayRule {

    public InYears {
      if (from != null && until != null && from > until) {
        throw new IllegalArgumentException("the years " + from + " to " + until + " are none");
      }
    }

    @Override
    public @Nullable LocalDate in(int year) {
      return from != null && year < from || until != null && year > until ? null : rule.in(year);
    }

    @Override
    public String text() {
      return rule.text()
          + (from == null ? "" : " FROM " + from)
          + (until == null ? "" : " UNTIL " + until);
    }
  }

  private static String monthDay(MonthDay day) {
    return day.toString().substring(2);
  }
}
