package dev.carillon.time.cron;

import dev.carillon.time.text.Phrases;
import dev.carillon.time.text.Refusal;

/**
 * Vixie cron's fields (entry.c, as Debian ships it): a star, a value or a range, the first and last
 * with a step of any size but 0. Ranges do not wrap.
 */
final class UnixGrammar implements FieldGrammar {

  @Override
  public void read(ItemText item, FieldSet into) {
    CronField field = item.field();
    int from = field.low;
    int to = field.high;
    boolean range = true;
    if (!item.take('*')) {
      from = item.value();
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

  private static Refusal stepWithoutRange(ItemText item, int from) {
    return item.refused(
        item.position(),
        "a step needs a range or * before it: write "
            + Phrases.quoted(from + "-" + item.field().high + item.rest()));
  }

  @Override
  public String allowed(CronField field) {
    return field.allows("*/n, a-b/n");
  }
}
