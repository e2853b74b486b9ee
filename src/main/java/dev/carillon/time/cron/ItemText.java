package dev.carillon.time.cron;

import dev.carillon.time.text.Ascii;
import dev.carillon.time.text.Phrases;
import dev.carillon.time.text.Refusal;

/** One element of a field's list, read from left to right; it knows its place in the whole. */
final class ItemText {

  private static final int MAX_NUMBER = 99_999;

  private final CronDialect dialect;
  private final CronField field;
  private final String text;

  /** As {@link #text}, in capitals where the dialect does not tell the cases apart. */
  private final String folded;

  private final int start;
  private int at;

  ItemText(CronDialect dialect, CronField field, String text, int start) {
    this.dialect = dialect;
    this.field = field;
    this.text = text;
    this.folded = dialect.grammar.ignoresCase(field) ? Ascii.capitals(text) : text;
    this.start = start;
  }

  CronField field() {
    return field;
  }

  /** How far it has been read; for {@link #refused}. */
  int position() {
    return at;
  }

  boolean atEnd() {
    return at == text.length();
  }

  boolean sees(char c) {
    return at < folded.length() && folded.charAt(at) == c;
  }

  boolean seesLetter() {
    return isLetterAt(at);
  }

  boolean seesDigit() {
    return at < folded.length() && folded.charAt(at) >= '0' && folded.charAt(at) <= '9';
  }

  boolean contains(char c) {
    return folded.indexOf(c) >= 0;
  }

  /** Reads past one character if it is this. */
  boolean take(char c) {
    if (sees(c)) {
      at++;
      return true;
    }
    return false;
  }

  /** Reads past some characters if they are these. */
  boolean take(String next) {
    if (folded.startsWith(next, at)) {
      at += next.length();
      return true;
    }
    return false;
  }

  /** Reads past the whole item if it is this, from where the reading has come to. */
  boolean takeAll(String rest) {
    if (folded.startsWith(rest, at) && at + rest.length() == folded.length()) {
      at = folded.length();
      return true;
    }
    return false;
  }

  /** Refuses whatever is left. */
  void end() {
    if (!atEnd()) {
      throw refused(at, Phrases.quoted(text.substring(at)) + " does not belong here");
    }
  }

  /** A name or a number within the field's bounds. */
  int value() {
    return seesLetter() ? name() : boundedNumber();
  }

  /**
   * One of the field's names. A name takes three letters, so that what a dialect may write behind
   * it, as in {@code FRIL}, is left.
   */
  int name() {
    int end = Math.min(at + 3, folded.length());
    int named = field.names.indexOf(folded.substring(at, end));
    if (named < 0 || isLetterAt(end) && folded.charAt(end) != 'L') {
      throw refused(at, Phrases.quoted(letters()) + " is unknown here");
    }
    at = end;
    return field.firstNamed + named;
  }

  private String letters() {
    int end = at;
    while (isLetterAt(end)) {
      end++;
    }
    return text.substring(at, end);
  }

  /** A number within the field's bounds. */
  int boundedNumber() {
    int position = at;
    int value = number("a value");
    if (value < field.low || value > field.high) {
      String shown =
          value == MAX_NUMBER
              ? Phrases.quoted(text.substring(position, at))
              : String.valueOf(value);
      throw refused(position, shown + " is out of range");
    }
    return value;
  }

  /** The value behind the dash of a range that may not wrap. */
  int rangeEnd(int from) {
    int position = at;
    int to = value();
    if (from > to) {
      throw refused(position, "the range " + Phrases.quoted(read()) + " runs backwards");
    }
    return to;
  }

  /** The number behind a slash, at least 1. */
  int step() {
    int position = at;
    int step = number("a step");
    if (step == 0) {
      throw refused(position, "a step of 0 is not allowed");
    }
    return step;
  }

  /** Digits; what is larger than any bound is one number, and leading zeros are harmless. */
  int number(String what) {
    int position = at;
    int number = 0;
    while (seesDigit()) {
      number = Math.min(MAX_NUMBER, number * 10 + folded.charAt(at) - '0');
      at++;
    }
    if (at == position) {
      throw refused(
          position,
          atEnd()
              ? what + " is missing"
              : what + " is expected instead of " + Phrases.quoted(text.substring(at)));
    }
    return number;
  }

  /** The text of the item up to where the reading has come to. */
  String read() {
    return text.substring(0, at);
  }

  /** The text that is left. */
  String rest() {
    return text.substring(at);
  }

  /**
   * @param position in this item
   * @param message what is wrong; the field's name and what it allows are added
   */
  Refusal refused(int position, String message) {
    return new Refusal(
        start + position, message + "; " + dialect.grammar.allowed(field), dialect.example());
  }

  private boolean isLetterAt(int index) {
    if (index >= folded.length()) {
      return false;
    }
    char c = folded.charAt(index);
    return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z';
  }
}
