package dev.carillon.time.cron;

import dev.carillon.time.text.Phrases;
import dev.carillon.time.text.Refusal;

/**
 * Vixie cron's fields (entry.c, as Debian ships it): a star, a value or a range, the first and last
 * with a step of any size but 0. Ranges do not wrap. Carillon's own, in the day of the month alone,
 * are {@code nB}, {@code LB} and {@code LB-n}.
 */
final class UnixGrammar implements FieldGrammar {

  /** More business days no month has, from Monday to Friday. */
  private static final int MOST_BUSINESS_DAYS = 23;

  @Override
  public void read(ItemText item, FieldSet into) {
    CronField field = item.field();
    if (field == CronField.DAY_OF_MONTH && item.take("LB")) {
      into.businessDay = -1 - (item.take('-') ? businessDay(item, 0, item.number("a number")) : 0);
      item.end();
      return;
    }
    int from = field.low;
    int to = field.high;
    boolean range = true;
    if (!item.take('*')) {
      from = item.value();
      if (field == CronField.DAY_OF_MONTH && item.sees('B')) {
        into.businessDay = businessDay(item, 1, from);
        item.take('B');
        item.end();
        return;
      }
      range = item.take('-');
      to = range ? item.rangeEnd(from) : from;
    }
    int step = 1;
    if (item.sees('/')) {
      if (!range) {
        throw stepWithoutRange(item, from);
      }
      item.take('/');
      step = item.step();
    }
    item.end();
    into.add(from, to, step);
  }

  private static int businessDay(ItemText item, int least, int number) {
    int most = MOST_BUSINESS_DAYS - 1 + least;
    if (number < least || number > most) {
      throw item.refused(
          0,
          Phrases.quoted(item.read() + item.rest())
              + " is no business day of the month; allowed: "
              + (least == 0 ? "LB-0 to LB-" + most : "1B to " + most + "B"));
    }
    return number;
  }

  private static Refusal stepWithoutRange(ItemText item, int from) {
    return item.refused(
        item.position(),
        "a step needs a range or * before it: write "
            + Phrases.quoted(from + "-" + item.field().high + item.rest()));
  }

  @Override
  public String allowed(CronField field) {
    String allowed = field.allows("*/n, a-b/n");
    return field == CronField.DAY_OF_MONTH
        ? allowed + "; or alone 1B-23B, LB and LB-n for a business day of the month"
        : allowed;
  }
}
