package dev.carillon.time.rrule;

import java.time.Instant;
import java.time.LocalDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A recurrence rule as written, parsed: nothing is completed from DTSTART yet.
 *
 * @param text the rule in capitals, without prefix
 * @param interval every how many periods, from 1
 * @param positions BYSETPOS, none zero; empty: all
 * @param weekStart WKST as ISO counts, 1 is Monday
 */
public record Rule(
    String text,
    Freq freq,
    int interval,
    End end,
    DayParts days,
    TimeParts times,
    List<Integer> positions,
    int weekStart) {

  /**
   * When the series ends; at most one of the three is set.
   *
   * @param count number of instances; 0: not limited
   * @param untilLocal last local time, inclusive
   * @param untilInstant last instant, inclusive
   */
  record End(int count, @Nullable LocalDateTime untilLocal, @Nullable Instant untilInstant) {

    static final End NEVER = new End(0, null, null);
  }

  /**
   * The parts that choose days; zero or empty where absent.
   *
   * @param months BYMONTH, bit n: month n
   * @param monthDays BYMONTHDAY, bit n: day n
   * @param monthDaysFromEnd BYMONTHDAY, bit n: day -n
   * @param yearDays BYYEARDAY, none zero
   * @param weekNumbers BYWEEKNO, none zero
   * @param weekdays BYDAY without number, bit n: ISO weekday n
   * @param nthWeekdays BYDAY with number
   */
  record DayParts(
      long months,
      long monthDays,
      long monthDaysFromEnd,
      List<Integer> yearDays,
      List<Integer> weekNumbers,
      int weekdays,
      List<NthWeekday> nthWeekdays) {

    boolean hasMonthDays() {
      return (monthDays | monthDaysFromEnd) != 0;
    }

    boolean hasWeekdays() {
      return weekdays != 0 || !nthWeekdays.isEmpty();
    }

    /** Whether nothing but BYMONTH chooses days. */
    boolean leavesDaysOpen() {
      return !hasMonthDays() && !hasWeekdays() && yearDays.isEmpty() && weekNumbers.isEmpty();
    }
  }

  /**
   * The n-th weekday of a month or year.
   *
   * @param n not zero; negative from the end
   * @param weekday as ISO counts, 1 is Monday
   */
  record NthWeekday(int n, int weekday) {}

  /**
   * The parts that choose times of the day, as bit sets; zero where absent.
   *
   * @param hours BYHOUR
   * @param minutes BYMINUTE
   * @param seconds BYSECOND
   */
  record TimeParts(long hours, long minutes, long seconds) {}

  /**
   * @param text with or without the prefix {@code RRULE:} or {@code EXRULE:}, in any case
   * @throws dev.carillon.time.text.Refusal when it is not a rule of RFC 5545
   */
  public static Rule parse(String text) {
    return new RuleParser(text).parse();
  }

  /** UNTIL where it is an instant (written with Z); else null. */
  public @Nullable Instant untilInstant() {
    return end.untilInstant();
  }
}
