package dev.carillon.time.cron;

/**
 * Quartz's fields ({@code org.quartz.CronExpression} 2.3.2): ranges wrap except among years; a
 * value with a step runs to the field's end; names stand alone or in a range of two names, without
 * a step; {@code ?} and L stand alone in their field, and there is one # at most. A step of 0 is no
 * step: of a star it means every value, of a value or a range its first.
 */
final class QuartzGrammar implements FieldGrammar {

  private static final int MAX_OFFSET = 30;
  private static final int MAX_NTH = 5;

  @Override
  public void read(ItemText item, FieldSet into) {
    if (item.sees('?')) {
      unspecified(item, into);
    } else if (item.sees('*') || item.sees('/')) {
      star(item, into);
    } else if (item.field() == CronField.DAY_OF_MONTH && item.sees('L')) {
      last(item, into);
    } else if (item.field().isDayOfWeek() && item.takeAll("L")) {
      alone(item, into, 0, "L");
      into.add(item.field().high);
    } else if (item.seesLetter()) {
      named(item, into);
    } else {
      numbered(item, into);
    }
    item.end();
  }

  private static void unspecified(ItemText item, FieldSet into) {
    int position = item.position();
    if (item.field() != CronField.DAY_OF_MONTH && !item.field().isDayOfWeek()) {
      throw item.refused(position, "? belongs in day of month or day of week only");
    }
    item.take('?');
    alone(item, into, position, "?");
    into.addAll();
  }

  private static void star(ItemText item, FieldSet into) {
    boolean star = item.take('*');
    if (item.take('/')) {
      into.add(item.field().starLow, item.field().high, Math.max(1, limitedStep(item)));
    } else if (star) {
      into.addAll();
    }
  }

  /** {@code L}, {@code LW}, {@code L-3} and {@code L-3W}. */
  private static void last(ItemText item, FieldSet into) {
    alone(item, into, item.position(), "L");
    item.take('L');
    int offset = 0;
    if (item.take('-')) {
      int position = item.position();
      offset = item.number("the number of days before the last");
      if (offset > MAX_OFFSET) {
        throw item.refused(position, "L-n reaches 30 days back at most");
      }
    }
    if (item.take('W')) {
      into.weekdayFromLast |= 1L << offset;
    } else {
      into.fromLast |= 1L << offset;
    }
  }

  private static void named(ItemText item, FieldSet into) {
    int from = item.name();
    if (item.take('-')) {
      range(into, from, item.name(), 1);
      if (item.sees('/')) {
        throw item.refused(
            item.position(), "Quartz reads no step behind names: write the range in numbers");
      }
    } else if (!special(item, into, from)) {
      if (item.sees('/')) {
        throw item.refused(
            item.position(), "Quartz reads no step behind a name: write the number of it");
      }
      into.add(from);
    }
  }

  private static void numbered(ItemText item, FieldSet into) {
    int from = item.boundedNumber();
    if (item.take('-')) {
      int position = item.position();
      int to = item.boundedNumber();
      if (to < from && item.field() == CronField.YEAR) {
        throw item.refused(position, "a range of years does not run backwards");
      }
      int step = item.take('/') ? item.number("a step") : 1;
      range(into, from, to, step);
    } else if (item.take('/')) {
      range(into, from, item.field().high, limitedStep(item));
    } else if (!special(item, into, from)) {
      into.add(from);
    }
  }

  /** {@code nW}, {@code dL} and {@code d#n}, where they may stand. */
  private static boolean special(ItemText item, FieldSet into, int value) {
    int position = item.position();
    if (item.field() == CronField.DAY_OF_MONTH && item.take('W')) {
      into.nearestWeekday |= 1L << value;
      into.fridayThe30th |= value == item.field().high;
      return true;
    }
    if (item.field().isDayOfWeek() && item.take('L')) {
      alone(item, into, position, "L");
      into.last |= 1L << item.field().bit(value);
      return true;
    }
    if (item.field().isDayOfWeek() && item.take('#')) {
      if (into.nth != 0) {
        throw item.refused(position, "QUARTZ takes one # in a field");
      }
      int n = item.number("which one of the month");
      if (n < 1 || n > MAX_NTH) {
        throw item.refused(position + 1, "# takes 1 to 5");
      }
      into.nth |= SpecialWeekdays.nth(n, item.field().bit(value));
      return true;
    }
    return false;
  }

  private static void alone(ItemText item, FieldSet into, int position, String what) {
    if (into.text.indexOf(',') >= 0) {
      throw item.refused(position, what + " stands alone in QUARTZ, not in a list");
    }
  }

  /** From a value to another, over the field's end where the second is the smaller one. */
  private static void range(FieldSet into, int from, int to, int step) {
    int cycle = into.field.high - into.field.low + 1;
    int end = to < from ? to + cycle : to;
    int each = step == 0 ? cycle : step;
    for (int value = from; value <= end; value += each) {
      into.add(value > into.field.high ? value - cycle : value);
    }
  }

  private static int limitedStep(ItemText item) {
    int position = item.position();
    int step = item.number("a step");
    int limit = largestStep(item.field());
    if (step > limit) {
      throw item.refused(position, "a step is " + limit + " at most here");
    }
    return step;
  }

  /** Quartz has these for a star or a value with a step, and none for a range with one. */
  private static int largestStep(CronField field) {
    return switch (field) {
      case HOUR -> 23;
      case YEAR -> Integer.MAX_VALUE;
      default -> field.high;
    };
  }

  @Override
  public String allowed(CronField field) {
    String values = field.allows("a/n, */n, a-b/n");
    if (field == CronField.DAY_OF_MONTH) {
      return values + "; nW; or alone ?, L, L-n, LW, L-nW";
    }
    return field.isDayOfWeek() ? values + "; one n#1 to n#5; or alone ?, L, nL" : values;
  }
}
