package dev.carillon.time.cron;

/**
 * Spring's fields ({@code org.springframework.scheduling.support.CronField} 6.2): names wherever a
 * value may stand; ranges do not wrap, but 7 or SUN before the dash is 0; a value with a step runs
 * to the field's end; L, W and # may stand in lists. L and W are capitals, in the day of week
 * either case will do.
 */
final class SpringGrammar implements FieldGrammar {

  /** Farther back there is no day in any month. */
  private static final int LONGEST_MONTH = 31;

  private static final int MOST_OF_A_WEEKDAY = 5;

  @Override
  public boolean ignoresCase(CronField field) {
    return field != CronField.DAY_OF_MONTH;
  }

  @Override
  public void read(ItemText item, FieldSet into) {
    CronField field = item.field();
    if (item.takeAll("?")) {
      unspecified(item, into);
    } else if (field == CronField.DAY_OF_MONTH && item.sees('L')) {
      last(item, into);
    } else if (item.take('*')) {
      stepped(item, into, field.starLow, field.high);
    } else {
      valued(item, into);
    }
    item.end();
  }

  /** Spring takes it for a star: alone, and in a list that has L, W or # in it. */
  private static void unspecified(ItemText item, FieldSet into) {
    boolean date = item.field() == CronField.DAY_OF_MONTH;
    if (!date && !item.field().isDayOfWeek()) {
      throw item.refused(0, "? belongs in day of month or day of week only");
    }
    String specials = date ? "[LW]" : "[Ll#]";
    if (!into.isUnspecified() && into.text.split(specials, 2).length == 1) {
      throw item.refused(0, "? stands alone");
    }
    into.addAll();
  }

  /** {@code L}, {@code LW} and {@code L-3}. */
  private static void last(ItemText item, FieldSet into) {
    item.take('L');
    if (item.take('W')) {
      into.weekdayFromLast |= 1;
    } else if (item.take('-')) {
      int position = item.position();
      int offset = item.number("the number of days before the last");
      if (offset == 0) {
        throw item.refused(position, "L-n starts from 1");
      }
      into.fromLast |= offset < LONGEST_MONTH ? 1L << offset : 0;
    } else {
      into.fromLast |= 1;
    }
  }

  private static void valued(ItemText item, FieldSet into) {
    CronField field = item.field();
    int from = item.value();
    if (item.take('-')) {
      boolean fromSunday = field.isDayOfWeek() && from == field.high;
      int first = fromSunday ? field.low : from;
      stepped(item, into, first, item.rangeEnd(first));
    } else if (item.sees('/')) {
      stepped(item, into, from, field.high);
    } else if (field == CronField.DAY_OF_MONTH && item.take('W')) {
      into.nearestWeekday |= 1L << from;
    } else if (field.isDayOfWeek() && item.take('L')) {
      into.last |= 1L << field.bit(from);
    } else if (field.isDayOfWeek() && item.take('#')) {
      nth(item, into, from);
    } else {
      into.add(from);
    }
  }

  private static void nth(ItemText item, FieldSet into, int weekday) {
    int position = item.position();
    int n = item.number("which one of the month");
    if (n == 0) {
      throw item.refused(position, "# starts from 1");
    }
    into.nth |= n <= MOST_OF_A_WEEKDAY ? SpecialWeekdays.nth(n, into.field.bit(weekday)) : 0;
  }

  private static void stepped(ItemText item, FieldSet into, int from, int to) {
    into.add(from, to, item.take('/') ? item.step() : 1);
  }

  @Override
  public String allowed(CronField field) {
    String values = field.allows("a/n, */n, a-b/n");
    if (field == CronField.DAY_OF_MONTH) {
      return values + ", and L, L-n, LW, nW; ? alone";
    }
    return field.isDayOfWeek() ? values + ", and nL, n#k; ? alone" : values;
  }
}
