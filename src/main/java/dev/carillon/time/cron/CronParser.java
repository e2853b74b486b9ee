package dev.carillon.time.cron;

import dev.carillon.time.text.Phrases;
import dev.carillon.time.text.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reads a UNIX pattern into bit sets, and knows the position of whatever is wrong with it. */
final class CronParser {

  static final String EXAMPLE = "0 9 * * MON-FRI";
  private static final int MAX_LENGTH = 1_000;

  /** Vixie's nicknames, but for @reboot, which is no time. */
  private static final Map<String, String> NICKNAMES =
      Map.of(
          "@yearly", "0 0 1 1 *",
          "@annually", "0 0 1 1 *",
          "@monthly", "0 0 1 * *",
          "@weekly", "0 0 * * 0",
          "@daily", "0 0 * * *",
          "@midnight", "0 0 * * *",
          "@hourly", "0 * * * *");

  /** One field's text with its place in the whole. */
  private record Token(String text, int start) {
    int end() {
      return start + text.length();
    }
  }

  /**
   * A field as read.
   *
   * @param bits bit n set: the value n matches
   * @param star whether the text starts with a star: Vixie's flag, set for a step of it too
   */
  record FieldBits(long bits, boolean star) {}

  private CronParser() {}

  static CronPattern parse(String text) {
    if (text.length() > MAX_LENGTH) {
      throw new Refusal(MAX_LENGTH, "a cron expression has at most 1,000 characters", EXAMPLE);
    }
    String stripped = text.strip();
    int indent = Math.max(0, text.indexOf(stripped));
    if (stripped.startsWith("@")) {
      return pattern(stripped, tokens(nicknamed(stripped, indent)));
    }
    return pattern(stripped, tokens(text));
  }

  private static String nicknamed(String name, int position) {
    String fields = NICKNAMES.get(name.toLowerCase(Locale.ROOT));
    if (fields == null) {
      throw new Refusal(
          position,
          Phrases.quoted(name)
              + " is unknown; allowed: @yearly, @annually, @monthly, @weekly, @daily, @midnight,"
              + " @hourly",
          "@daily");
    }
    return fields;
  }

  private static List<Token> tokens(String text) {
    List<Token> tokens = new ArrayList<>();
    int at = 0;
    while (at < text.length()) {
      int start = at;
      while (at < text.length() && !Character.isWhitespace(text.charAt(at))) {
        at++;
      }
      if (at > start) {
        tokens.add(new Token(text.substring(start, at), start));
      } else {
        at++;
      }
    }
    if (tokens.size() < 5 || tokens.size() > 6) {
      int position = tokens.size() > 6 ? tokens.get(6).start() : text.stripTrailing().length();
      throw new Refusal(
          position,
          "a cron expression has 5 fields (minute, hour, day of month, month, day of week), or 6"
              + " with seconds first; found "
              + tokens.size(),
          EXAMPLE);
    }
    return tokens;
  }

  private static CronPattern pattern(String text, List<Token> tokens) {
    int first = tokens.size() - 5;
    long seconds = first == 0 ? 1L : field(CronField.SECOND, tokens.get(0)).bits();
    FieldBits minutes = field(CronField.MINUTE, tokens.get(first));
    FieldBits hours = field(CronField.HOUR, tokens.get(first + 1));
    FieldBits daysOfMonth = field(CronField.DAY_OF_MONTH, tokens.get(first + 2));
    FieldBits months = field(CronField.MONTH, tokens.get(first + 3));
    FieldBits daysOfWeek = field(CronField.DAY_OF_WEEK, tokens.get(first + 4));
    CronPattern pattern =
        new CronPattern(text, seconds, minutes, hours, daysOfMonth, months, daysOfWeek);
    if (pattern.neverFires()) {
      throw new Refusal(
          tokens.get(first + 2).start(),
          "this can never fire: no month that is named has such a day",
          "0 0 28 2 *");
    }
    return pattern;
  }

  private static FieldBits field(CronField field, Token token) {
    long bits = 0;
    int at = token.start();
    for (String item : token.text().split(",", -1)) {
      bits |= new Item(field, item, at).bits();
      at += item.length() + 1;
    }
    if (field == CronField.DAY_OF_WEEK && (bits & 1L << 7) != 0) {
      bits = (bits | 1L) & ~(1L << 7);
    }
    return new FieldBits(bits, token.text().startsWith("*"));
  }

  /** One element of a field's list: a star, a value or a range, the first and last with a step. */
  private static final class Item {

    private final CronField field;
    private final String text;
    private final int start;
    private int at;

    Item(CronField field, String text, int start) {
      this.field = field;
      this.text = text;
      this.start = start;
    }

    long bits() {
      int from;
      int to;
      boolean range = true;
      if (at < text.length() && text.charAt(at) == '*') {
        at++;
        from = field.low;
        to = field.high;
      } else {
        from = value();
        range = at < text.length() && text.charAt(at) == '-';
        to = range ? rangeEnd(from) : from;
      }
      int step = 1;
      if (at < text.length() && text.charAt(at) == '/') {
        step = range ? step() : stepWithoutRange(from);
      }
      if (at < text.length()) {
        throw refused(at, Phrases.quoted(text.substring(at)) + " does not belong here");
      }
      long bits = 0;
      for (int value = from; value <= to; value += step) {
        bits |= 1L << value;
      }
      return bits;
    }

    private int rangeEnd(int from) {
      at++;
      int position = at;
      int to = value();
      if (from > to) {
        throw refused(
            position, "the range " + Phrases.quoted(text.substring(0, at)) + " runs backwards");
      }
      return to;
    }

    private int step() {
      at++;
      int position = at;
      int step = number("a step");
      if (step == 0) {
        throw refused(position, "a step of 0 is not allowed");
      }
      return step;
    }

    /** Vixie cron takes a step only behind a range or a star. */
    private int stepWithoutRange(int from) {
      throw new Refusal(
          start + at,
          "a step needs a range or * before it: write "
              + from
              + "-"
              + field.high
              + text.substring(at),
          "*/15 * * * *");
    }

    private int value() {
      int position = at;
      int nameEnd = at;
      while (nameEnd < text.length() && isLetter(text.charAt(nameEnd))) {
        nameEnd++;
      }
      if (nameEnd > at) {
        int named = field.names.indexOf(text.substring(at, nameEnd).toUpperCase(Locale.ROOT));
        if (named < 0) {
          throw refused(position, Phrases.quoted(text.substring(at, nameEnd)) + " is unknown here");
        }
        at = nameEnd;
        return field.low + named;
      }
      int value = number("a value");
      if (value < field.low || value > field.high) {
        throw refused(position, value + " is out of range");
      }
      return value;
    }

    /** At most 4 digits count: more is out of every range, and leading zeros are harmless. */
    private int number(String what) {
      int position = at;
      int number = 0;
      while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
        number = Math.min(9_999, number * 10 + text.charAt(at) - '0');
        at++;
      }
      if (at == position) {
        throw refused(
            position,
            at < text.length()
                ? what + " is expected instead of " + Phrases.quoted(text.substring(at))
                : what + " is missing");
      }
      return number;
    }

    private static boolean isLetter(char c) {
      return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
    }

    private Refusal refused(int position, String message) {
      return new Refusal(start + position, message + "; " + field.allowed(), EXAMPLE);
    }
  }
}
