package dev.carillon.time.rrule;

import dev.carillon.time.rrule.Rule.DayParts;
import dev.carillon.time.rrule.Rule.End;
import dev.carillon.time.rrule.Rule.NthWeekday;
import dev.carillon.time.rrule.Rule.TimeParts;
import dev.carillon.time.text.Ascii;
import dev.carillon.time.text.Phrases;
import dev.carillon.time.text.Refusal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads one rule, and knows the position of whatever is wrong with it. */
final class RuleParser {

  static final String EXAMPLE = "FREQ=MONTHLY;BYDAY=-1FR";
  private static final int MAX_LENGTH = 4_000;
  private static final List<String> PREFIXES = List.of("RRULE:", "EXRULE:");
  private static final List<String> WEEKDAYS = List.of("MO", "TU", "WE", "TH", "FR", "SA", "SU");
  private static final List<String> PARTS =
      List.of(
          "FREQ",
          "INTERVAL",
          "COUNT",
          "UNTIL",
          "BYMONTH",
          "BYWEEKNO",
          "BYYEARDAY",
          "BYMONTHDAY",
          "BYDAY",
          "BYHOUR",
          "BYMINUTE",
          "BYSECOND",
          "BYSETPOS",
          "WKST");
  private static final Pattern UNTIL =
      Pattern.compile("(\\d{4})(\\d\\d)(\\d\\d)(?:T(\\d\\d)(\\d\\d)(\\d\\d)(Z?))?");
  private static final Pattern BYDAY = Pattern.compile("([+-]?\\d{1,4})?([A-Z]{2})");

  /** A part's value with its place in the text. */
  private record Value(String text, int start) {}

  /** One number of a list with its place in the text. */
  private record Number(int value, int start) {}

  private final String text;
  private final Map<String, Value> values = new LinkedHashMap<>();

  RuleParser(String text) {
    this.text = text;
  }

  Rule parse() {
    if (text.length() > MAX_LENGTH) {
      throw new Refusal(MAX_LENGTH, "a rule has at most 4,000 characters", EXAMPLE);
    }
    String normal = split();
    Freq freq = freq();
    refuseWhatFreqForbids(freq);
    DayParts days = days(freq);
    TimeParts times =
        new TimeParts(
            bits(numbers("BYHOUR", 0, 23)),
            bits(numbers("BYMINUTE", 0, 59)),
            seconds(numbers("BYSECOND", 0, 60)));
    List<Integer> positions = plain(signed("BYSETPOS", 366));
    return new Rule(
        normal,
        freq,
        Math.max(1, positive("INTERVAL")),
        end(),
        days,
        times,
        positions,
        weekStart());
  }

  /** Splits into parts, and answers the rule in capitals. */
  private String split() {
    String capitals = Ascii.capitals(text);
    String trimmed = capitals.strip();
    int start = Math.max(0, capitals.indexOf(trimmed));
    for (String prefix : PREFIXES) {
      if (trimmed.startsWith(prefix)) {
        start += prefix.length();
        trimmed = trimmed.substring(prefix.length());
        break;
      }
    }
    // One semicolon at the end is not in the RFC, but several calendars write it.
    if (trimmed.length() > 1 && trimmed.endsWith(";")) {
      trimmed = trimmed.substring(0, trimmed.length() - 1);
    }
    int at = start;
    for (String part : trimmed.split(";", -1)) {
      put(part, at);
      at += part.length() + 1;
    }
    return trimmed;
  }

  private void put(String part, int at) {
    int equals = part.indexOf('=');
    String name = equals < 0 ? part : part.substring(0, equals);
    if (name.equals("RSCALE") || name.equals("SKIP")) {
      throw refused(at, name + " (RFC 7529) is not supported: only the Gregorian calendar is");
    }
    if (!PARTS.contains(name)) {
      throw refused(
          at,
          (name.isEmpty() ? "a part is missing here" : Phrases.quoted(name) + " is not a part")
              + "; allowed: "
              + String.join(", ", PARTS));
    }
    if (equals < 0 || equals == part.length() - 1) {
      throw refused(at + part.length(), name + " needs a value");
    }
    if (values.put(name, new Value(part.substring(equals + 1), at + equals + 1)) != null) {
      throw refused(at, name + " stands here a second time");
    }
  }

  private Freq freq() {
    Value value = values.get("FREQ");
    if (value == null) {
      throw refused(0, "FREQ is missing");
    }
    for (Freq freq : Freq.values()) {
      if (freq.name().equals(value.text())) {
        return freq;
      }
    }
    throw refused(
        value.start(),
        Phrases.quoted(value.text())
            + " is not a frequency; allowed: YEARLY, MONTHLY, WEEKLY, DAILY, HOURLY, MINUTELY,"
            + " SECONDLY");
  }

  /** RFC 5545, section 3.3.10: what "MUST NOT" stand beside which FREQ. */
  private void refuseWhatFreqForbids(Freq freq) {
    if (freq != Freq.YEARLY) {
      forbid("BYWEEKNO", "BYWEEKNO is allowed with FREQ=YEARLY only");
    }
    if (freq == Freq.DAILY || freq == Freq.WEEKLY || freq == Freq.MONTHLY) {
      forbid("BYYEARDAY", "BYYEARDAY is not allowed with FREQ=" + freq);
    }
    if (freq == Freq.WEEKLY) {
      forbid("BYMONTHDAY", "BYMONTHDAY is not allowed with FREQ=WEEKLY");
    }
    if (values.containsKey("COUNT")) {
      forbid("UNTIL", "COUNT and UNTIL exclude each other");
    }
    boolean chooses = values.keySet().stream().anyMatch(RuleParser::chooses);
    if (!chooses) {
      forbid("BYSETPOS", "BYSETPOS needs another BY part to choose from");
    }
  }

  private static boolean chooses(String part) {
    return part.startsWith("BY") && !part.equals("BYSETPOS");
  }

  private void forbid(String part, String reason) {
    Value value = values.get(part);
    if (value != null) {
      throw refused(value.start() - part.length() - 1, reason);
    }
  }

  private DayParts days(Freq freq) {
    long fromStart = 0;
    long fromEnd = 0;
    for (Number day : signed("BYMONTHDAY", 31)) {
      if (day.value() > 0) {
        fromStart |= 1L << day.value();
      } else {
        fromEnd |= 1L << -day.value();
      }
    }
    int weekdays = 0;
    List<NthWeekday> nth = new ArrayList<>();
    for (Value item : items("BYDAY")) {
      NthWeekday day = weekday(item, freq);
      if (day.n() == 0) {
        weekdays |= 1 << day.weekday();
      } else {
        nth.add(day);
      }
    }
    return new DayParts(
        bits(numbers("BYMONTH", 1, 12)),
        fromStart,
        fromEnd,
        plain(signed("BYYEARDAY", 366)),
        plain(signed("BYWEEKNO", 53)),
        weekdays,
        List.copyOf(nth));
  }

  /** One element of BYDAY; n is 0 where it has no number. */
  private NthWeekday weekday(Value item, Freq freq) {
    Matcher match = BYDAY.matcher(item.text());
    int weekday = match.matches() ? WEEKDAYS.indexOf(match.group(2)) + 1 : 0;
    if (weekday == 0) {
      throw refused(
          item.start(),
          (item.text().isEmpty()
                  ? "a weekday is missing"
                  : Phrases.quoted(item.text()) + " is not a weekday")
              + "; allowed: MO, TU, WE, TH, FR, SA, SU, with a number in front"
              + " under MONTHLY and YEARLY");
    }
    if (match.group(1) == null) {
      return new NthWeekday(0, weekday);
    }
    if (freq != Freq.MONTHLY && freq != Freq.YEARLY || values.containsKey("BYWEEKNO")) {
      throw refused(
          item.start(),
          "a number before the weekday is allowed with FREQ=MONTHLY, and with FREQ=YEARLY without"
              + " BYWEEKNO");
    }
    int n = Integer.parseInt(match.group(1));
    int most = freq == Freq.MONTHLY || values.containsKey("BYMONTH") ? 5 : 53;
    if (n == 0 || Math.abs(n) > most) {
      throw refused(
          item.start(), "the number must lie in 1 to " + most + " or -" + most + " to -1");
    }
    return new NthWeekday(n, weekday);
  }

  private End end() {
    Value until = values.get("UNTIL");
    if (until == null) {
      int count = positive("COUNT");
      return count == 0 ? End.NEVER : new End(count, null, null);
    }
    Matcher match = UNTIL.matcher(until.text());
    if (!match.matches()) {
      throw untilRefused(until);
    }
    LocalDateTime local;
    try {
      LocalDate date = LocalDate.of(number(match, 1), number(match, 2), number(match, 3));
      // A date without time ends with its day: "until 31 December" includes that day.
      local =
          match.group(4) == null
              ? date.atTime(23, 59, 59)
              : date.atTime(
                  LocalTime.of(number(match, 4), number(match, 5), Math.min(59, number(match, 6))));
    } catch (DateTimeException e) {
      throw untilRefused(until);
    }
    return "Z".equals(match.group(7))
        ? new End(0, null, local.toInstant(ZoneOffset.UTC))
        : new End(0, local, null);
  }

  private static int number(Matcher match, int group) {
    return Integer.parseInt(match.group(group));
  }

  private static Refusal untilRefused(Value until) {
    return refused(
        until.start(),
        Phrases.quoted(until.text())
            + " is not a date-time; allowed: 20261231T235959Z (UTC), 20261231T235959 (local) or"
            + " 20261231 (through that day)");
  }

  private int weekStart() {
    Value value = values.get("WKST");
    if (value == null) {
      return 1;
    }
    int weekday = WEEKDAYS.indexOf(value.text()) + 1;
    if (weekday == 0) {
      throw refused(value.start(), "WKST is one of MO, TU, WE, TH, FR, SA, SU");
    }
    return weekday;
  }

  /** A positive number; 0 where the part is absent. */
  private int positive(String part) {
    Value value = values.get(part);
    if (value == null) {
      return 0;
    }
    long number = value.text().matches("\\d{1,18}") ? Long.parseLong(value.text()) : 0;
    if (number == 0 || number > Integer.MAX_VALUE) {
      throw refused(value.start(), part + " is a whole number from 1 to " + Integer.MAX_VALUE);
    }
    return (int) number;
  }

  private List<Number> signed(String part, int most) {
    String allowed = "1 to " + most + " or -" + most + " to -1";
    List<Number> numbers = new ArrayList<>();
    for (Value item : items(part)) {
      int n = parse(item, "[+-]?\\d{1,6}", part, allowed);
      if (n == 0 || Math.abs(n) > most) {
        throw outside(part, item, allowed);
      }
      numbers.add(new Number(n, item.start()));
    }
    return numbers;
  }

  private List<Number> numbers(String part, int low, int high) {
    String allowed = low + " to " + high;
    List<Number> numbers = new ArrayList<>();
    for (Value item : items(part)) {
      int n = parse(item, "\\d{1,6}", part, allowed);
      if (n < low || n > high) {
        throw outside(part, item, allowed);
      }
      numbers.add(new Number(n, item.start()));
    }
    return numbers;
  }

  private static int parse(Value item, String form, String part, String allowed) {
    if (!item.text().matches(form)) {
      throw outside(part, item, allowed);
    }
    return Integer.parseInt(item.text());
  }

  private static Refusal outside(String part, Value item, String allowed) {
    String wrong = item.text().isEmpty() ? "a number is missing" : Phrases.quoted(item.text());
    return refused(item.start(), wrong + ": " + part + " allows " + allowed);
  }

  private List<Value> items(String part) {
    Value value = values.get(part);
    List<Value> items = new ArrayList<>();
    if (value != null) {
      int at = value.start();
      for (String item : value.text().split(",", -1)) {
        items.add(new Value(item, at));
        at += item.length() + 1;
      }
    }
    return items;
  }

  private static long bits(List<Number> numbers) {
    return numbers.stream().mapToLong(number -> 1L << number.value()).reduce(0, (a, b) -> a | b);
  }

  /** Second 60 exists in leap seconds only; without them it means 59 (RFC 5545, 3.3.12). */
  private static long seconds(List<Number> numbers) {
    long bits = bits(numbers);
    return (bits & 1L << 60) == 0 ? bits : (bits | 1L << 59) & ~(1L << 60);
  }

  private static List<Integer> plain(List<Number> numbers) {
    return numbers.stream().map(Number::value).distinct().toList();
  }

  private static Refusal refused(@Nullable Integer position, String message) {
    return new Refusal(position, message, EXAMPLE);
  }
}
