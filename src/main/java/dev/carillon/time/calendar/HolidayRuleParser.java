package dev.carillon.time.calendar;

import dev.carillon.time.calendar.HolidayRule.Fixed;
import dev.carillon.time.calendar.HolidayRule.FromEaster;
import dev.carillon.time.calendar.HolidayRule.InYears;
import dev.carillon.time.calendar.HolidayRule.Moved;
import dev.carillon.time.calendar.HolidayRule.NthWeekday;
import dev.carillon.time.calendar.HolidayRule.WeekdayBy;
import dev.carillon.time.text.Ascii;
import dev.carillon.time.text.Phrases;
import dev.carillon.time.text.Refusal;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Month;
import java.time.MonthDay;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a {@link HolidayRule}, word by word from left to right. */
final class HolidayRuleParser {

  static final List<String> ORDINALS = List.of("FIRST", "SECOND", "THIRD", "FOURTH", "FIFTH");

  private static final List<String> NUMBERED = List.of("1ST", "2ND", "3RD", "4TH", "5TH");
  private static final int MAX_LENGTH = 200;
  private static final int FIRST_YEAR = 1900;
  private static final int LAST_YEAR = 9999;

  private static final String DAYS =
      "a day such as 12-25, EASTER+1, LAST MONDAY OF MAY, 4TH THURSDAY OF NOVEMBER or MONDAY ON OR"
          + " BEFORE 05-24";

  private final String text;
  private final String folded;

  /** Where the word begins that is read next. */
  private int at;

  HolidayRuleParser(String text) {
    if (text.length() > MAX_LENGTH) {
      throw new Refusal(
          MAX_LENGTH, "a holiday's rule has at most 200 characters", HolidayRule.EXAMPLE);
    }
    this.text = text;
    this.folded = Ascii.capitals(text);
    skipBlanks();
  }

  HolidayRule read() {
    HolidayRule rule = day();
    Map<DayOfWeek, Integer> moves = moves();
    if (!moves.isEmpty()) {
      rule = new Moved(rule, moves);
    }
    Integer from = year("FROM", FIRST_YEAR);
    Integer until = year("UNTIL", from == null ? FIRST_YEAR : from);
    if (!atEnd()) {
      String allowed =
          until != null
              ? "nothing"
              : from != null
                  ? "UNTIL and a year"
                  : moves.isEmpty()
                      ? "OBSERVED, a weekday's move such as SUNDAY TO NEXT MONDAY, FROM and a year,"
                          + " UNTIL and a year"
                      : "FROM and a year, UNTIL and a year";
      throw refused(unknown() + " does not belong here; allowed: " + allowed, "07-04 OBSERVED");
    }
    return from == null && until == null ? rule : new InYears(rule, from, until);
  }

  private HolidayRule day() {
    if (atEnd()) {
      throw refused("a holiday's rule is expected here: " + DAYS, HolidayRule.EXAMPLE);
    }
    String word = word();
    if (Character.isDigit(word.charAt(0)) && word.indexOf('-') >= 0) {
      return new Fixed(monthDay());
    }
    boolean orthodox = take("ORTHODOX");
    if (orthodox || word.startsWith("EASTER")) {
      return easter(orthodox);
    }
    int n = place(word);
    if (n != 0) {
      take(word);
      DayOfWeek weekday = weekday();
      expect("OF", "LAST MONDAY OF MAY");
      return new NthWeekday(n, weekday, month());
    }
    if (named(word, DayOfWeek.values()) == null) {
      throw refused(unknown() + " is no day; allowed: " + DAYS, HolidayRule.EXAMPLE);
    }
    return weekdayBy();
  }

  private static int place(String word) {
    int n = Math.max(ORDINALS.indexOf(word), NUMBERED.indexOf(word)) + 1;
    return word.equals("LAST") ? -1 : n;
  }

  private HolidayRule weekdayBy() {
    String example = "MONDAY ON OR BEFORE 05-24";
    DayOfWeek weekday = weekday();
    expect("ON", example);
    expect("OR", example);
    boolean after = take("AFTER");
    if (!after && !take("BEFORE")) {
      throw refused("BEFORE or AFTER is expected here", example);
    }
    return new WeekdayBy(weekday, after, monthDay());
  }

  private HolidayRule easter(boolean orthodox) {
    String example = orthodox ? "ORTHODOX EASTER+1" : "EASTER+1";
    String word = word();
    if (!word.matches("EASTER([+-]\\d{1,3})?")) {
      throw refused(
          "EASTER is expected here, alone or with days such as EASTER-2 and EASTER+39, without"
              + " blanks",
          example);
    }
    int days = word.length() == 6 ? 0 : Integer.parseInt(word.substring(6));
    if (Math.abs(days) > FromEaster.MOST) {
      throw refused("the days from Easter are -300 to +300", example);
    }
    take(word);
    return new FromEaster(days, orthodox);
  }

  private MonthDay monthDay() {
    String word = word();
    if (!word.matches("\\d\\d-\\d\\d")) {
      throw refused(
          unknown() + " is no day of the year; allowed: month and day, two digits each", "12-25");
    }
    try {
      MonthDay day =
          MonthDay.of(Integer.parseInt(word.substring(0, 2)), Integer.parseInt(word.substring(3)));
      take(word);
      return day;
    } catch (DateTimeException e) {
      throw refused("no year has the day " + word + " (month, then day)", "12-25");
    }
  }

  private Map<DayOfWeek, Integer> moves() {
    if (take("OBSERVED")) {
      return Moved.OBSERVED;
    }
    String example = "12-26 SATURDAY TO NEXT MONDAY SUNDAY TO NEXT TUESDAY";
    Map<DayOfWeek, Integer> moves = new EnumMap<>(DayOfWeek.class);
    while (named(word(), DayOfWeek.values()) != null) {
      int start = at;
      DayOfWeek from = weekday();
      if (moves.containsKey(from)) {
        throw new Refusal(start, from + " is moved twice; once is allowed", example);
      }
      expect("TO", example);
      boolean next = take("NEXT");
      if (!next && !take("PREVIOUS")) {
        throw refused("NEXT or PREVIOUS is expected here", example);
      }
      int days = Math.floorMod(weekday().getValue() - from.getValue(), 7);
      moves.put(from, next ? (days == 0 ? 7 : days) : days - 7);
    }
    return moves;
  }

  private @Nullable Integer year(String keyword, int least) {
    if (!take(keyword)) {
      return null;
    }
    String word = word();
    if (!word.matches("\\d{4}") || Integer.parseInt(word) < least) {
      throw refused(
          "a year is expected here, " + least + " to " + LAST_YEAR,
          "06-19 OBSERVED " + keyword + " " + Math.max(least, 2021));
    }
    take(word);
    return Integer.valueOf(word);
  }

  private DayOfWeek weekday() {
    DayOfWeek weekday = named(word(), DayOfWeek.values());
    if (weekday == null) {
      throw refused(
          unknown() + " is no weekday; allowed: MONDAY to SUNDAY, or MON to SUN",
          HolidayRule.EXAMPLE);
    }
    take(word());
    return weekday;
  }

  private Month month() {
    Month month = named(word(), Month.values());
    if (month == null) {
      throw refused(
          unknown() + " is no month; allowed: JANUARY to DECEMBER, or JAN to DEC",
          HolidayRule.EXAMPLE);
    }
    take(word());
    return month;
  }

  /** The value of which a word is the name, whole or cut to three letters. */
  private static <E extends Enum<E>> @Nullable E named(String word, E[] values) {
    for (E value : values) {
      if (word.equals(value.name()) || word.equals(value.name().substring(0, 3))) {
        return value;
      }
    }
    return null;
  }

  private void expect(String keyword, String example) {
    if (!take(keyword)) {
      throw refused(keyword + " is expected here", example);
    }
  }

  /** Reads past the next word if it is this. */
  private boolean take(String word) {
    if (!word().equals(word)) {
      return false;
    }
    at += word.length();
    skipBlanks();
    return true;
  }

  /** The next word in capitals; empty at the end. */
  private String word() {
    int end = at;
    while (end < folded.length() && !isBlank(folded.charAt(end))) {
      end++;
    }
    return folded.substring(at, end);
  }

  private void skipBlanks() {
    while (at < folded.length() && isBlank(folded.charAt(at))) {
      at++;
    }
  }

  private boolean atEnd() {
    return at == folded.length();
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }

  private String unknown() {
    return atEnd() ? "the end" : Phrases.quoted(text.substring(at, at + word().length()));
  }

  private Refusal refused(String message, String example) {
    return new Refusal(at, message, example);
  }
}
