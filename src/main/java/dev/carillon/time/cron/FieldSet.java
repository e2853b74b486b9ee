package dev.carillon.time.cron;

import java.util.BitSet;

/**
 * A field as it is being read: its plain values as bits, and beside them the days that each month
 * has to be asked for.
 */
final class FieldSet {

  final CronField field;

  /** The field's text as it was given. */
  final String text;

  /** 0-based, of the field in the whole expression. */
  final int start;

  /** Bit n set: the value n matches, as {@link CronField#bit} counts. Unused for years. */
  long bits;

  /** The years that match; empty in other fields. */
  final BitSet years = new BitSet();

  /** Days of the month: bits as in {@link SpecialDates}. */
  long fromLast;

  long weekdayFromLast;
  long nearestWeekday;
  boolean fridayThe30th;

  /** As in {@link SpecialDates}. */
  int businessDay;

  /** Days of the week: bits as in {@link SpecialWeekdays}. */
  long nth;

  long last;

  FieldSet(CronField field, String text, int start) {
    this.field = field;
    this.text = text;
    this.start = start;
  }

  void add(int value) {
    if (field == CronField.YEAR) {
      years.set(value);
    } else {
      bits |= 1L << field.bit(value);
    }
  }

  /** Adds every step-th value from one to another, both inclusive; the step is at least 1. */
  void add(int from, int to, int step) {
    for (int value = from; value <= to; value += step) {
      add(value);
    }
  }

  void addAll() {
    add(field.starLow, field.high, 1);
  }

  /** Whether the text starts with a star, or a step of it, which Quartz also writes {@code /n}. */
  boolean isStar() {
    return text.startsWith("*") || text.startsWith("/");
  }

  /** Whether the field says {@code ?}. */
  boolean isUnspecified() {
    return text.equals("?");
  }
}
