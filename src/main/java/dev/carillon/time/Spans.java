package dev.carillon.time;

import dev.carillon.time.text.Ascii;
import dev.carillon.time.text.Phrases;
import dev.carillon.time.text.Refusal;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads ISO 8601 durations unit by unit, so that each wrong one can be named with its position.
 *
 * @param months years and months, in months
 * @param days weeks and days, in days
 * @param seconds the whole seconds of the part after T
 * @param nanos the fraction of a second, 0 to 999,999,999
 * @param timePart whether there is a part after T
 */
record Spans(long months, long days, long seconds, int nanos, boolean timePart) {

  private static final int MAX_LENGTH = 64;

  /** No more than 9 digits: every sum below then fits a long, and 999,999,999 D is 2.7 m years. */
  private static final int MAX_DIGITS = 9;

  private static final String DATE_UNITS = "YMWD";
  private static final String TIME_UNITS = "HMS";

  boolean isZero() {
    return months == 0 && days == 0 && seconds == 0 && nanos == 0;
  }

  /**
   * @param example a correct text, for the refusal
   * @throws Refusal when the text is no ISO 8601 duration, or a negative one
   */
  static Spans parse(String raw, String example) {
    String text = raw.stripTrailing();
    if (text.length() > MAX_LENGTH) {
      throw new Refusal(MAX_LENGTH, "a duration has at most 64 characters", example);
    }
    int at = text.length() - text.stripLeading().length();
    if (text.startsWith("-", at)) {
      throw new Refusal(at, "a negative duration is not allowed", example);
    }
    if (at >= text.length() || Ascii.capital(text.charAt(at)) != 'P') {
      throw new Refusal(
          at, Phrases.quoted(text) + " is not an ISO 8601 duration: it starts with P", example);
    }
    return new Reader(text, at + 1, example).read();
  }

  /** The reading of one text, left to right. */
  private static final class Reader {

    private final String text;
    private final String example;
    private final long[] amounts = new long[DATE_UNITS.length() + TIME_UNITS.length()];
    private int at;
    private int nanos;

    Reader(String text, int at, String example) {
      this.text = text;
      this.at = at;
      this.example = example;
    }

    Spans read() {
      List<Integer> seen = new ArrayList<>();
      boolean time = false;
      while (at < text.length()) {
        if (Ascii.capital(text.charAt(at)) == 'T' && !time) {
          time = true;
          at++;
          if (at == text.length()) {
            throw refused(at, "T is followed by hours (H), minutes (M) or seconds (S)");
          }
        }
        int unit = amount(time);
        if (!seen.isEmpty() && unit <= seen.get(seen.size() - 1)) {
          throw refused(at - 1, "units stand in the order Y, M, W, D, T, H, M, S, each once");
        }
        seen.add(unit);
      }
      if (seen.isEmpty()) {
        throw refused(at, "P is followed by an amount and a unit");
      }
      return new Spans(
          amounts[0] * 12 + amounts[1],
          amounts[2] * 7 + amounts[3],
          amounts[4] * 3600 + amounts[5] * 60 + amounts[6],
          nanos,
          time);
    }

    /** Reads one amount with its unit and answers the unit's place in the order of units. */
    private int amount(boolean time) {
      int start = at;
      while (at < text.length() && isDigit(text.charAt(at))) {
        at++;
      }
      if (at == start) {
        throw refused(at, "a number is expected here; negative amounts are not allowed");
      }
      if (at - start > MAX_DIGITS) {
        throw refused(start, "a number has at most " + MAX_DIGITS + " digits");
      }
      long amount = Long.parseLong(text, start, at, 10);
      boolean fraction = fraction();
      String units = time ? TIME_UNITS : DATE_UNITS;
      int unit = at < text.length() ? units.indexOf(Ascii.capital(text.charAt(at))) : -1;
      if (unit < 0) {
        throw refused(
            at,
            time
                ? "a unit is expected here: H, M or S"
                : "a unit is expected here: Y, M, W or D (H, M and S only after T)");
      }
      if (fraction && !(time && unit == TIME_UNITS.length() - 1)) {
        throw refused(start, "only seconds may have a fraction");
      }
      at++;
      int place = time ? DATE_UNITS.length() + unit : unit;
      amounts[place] = amount;
      return place;
    }

    private boolean fraction() {
      if (at >= text.length() || (text.charAt(at) != '.' && text.charAt(at) != ',')) {
        return false;
      }
      int start = ++at;
      while (at < text.length() && isDigit(text.charAt(at))) {
        at++;
      }
      if (at == start || at - start > 9) {
        throw refused(start, "a fraction of a second has 1 to 9 digits");
      }
      nanos = Integer.parseInt((text.substring(start, at) + "00000000").substring(0, 9));
      return true;
    }

    private static boolean isDigit(char c) {
      return c >= '0' && c <= '9';
    }

    private Refusal refused(int position, String message) {
      return new Refusal(position, message, example);
    }
  }
}
