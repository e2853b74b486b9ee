package dev.carillon.time;

import dev.carillon.time.cron.CronDialect;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.StringJoiner;

/** Random expressions of a dialect, most of them right, and slightly broken ones. */
final class CronExpressions {

  private static final List<String> MONTHS =
      List.of("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC");
  private static final List<String> DAYS = List.of("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT");
  private static final String ALPHABET = "0123456789*/,-?LW#@ MONdecJFriu\t";

  private final CronDialect dialect;
  private final Random random;

  CronExpressions(CronDialect dialect, long seed) {
    this.dialect = dialect;
    this.random = new Random(seed);
  }

  String next() {
    StringJoiner fields = new StringJoiner(" ");
    fields.add(field(0, 59, List.of()));
    fields.add(field(0, 59, List.of()));
    fields.add(field(0, 23, List.of()));
    String dates = one(2) ? field(1, 31, List.of()) : specialDates();
    String weekdays = one(2) ? field(lowestWeekday(), 7, DAYS) : specialWeekdays();
    boolean one = dialect == CronDialect.QUARTZ ? !one(15) : one(2);
    boolean first = one(2);
    fields.add(one && first ? "?" : dates);
    fields.add(one(2) ? "*" : field(1, 12, MONTHS));
    fields.add(one && !first ? "?" : weekdays);
    if (dialect == CronDialect.QUARTZ && one(3)) {
      fields.add(years());
    }
    return fields.toString();
  }

  /** One of {@link #next} with one or two characters put in, taken out or changed. */
  String broken() {
    StringBuilder text = new StringBuilder(next());
    for (int i = between(1, 2); i > 0; i--) {
      int at = random.nextInt(text.length());
      char other = ALPHABET.charAt(random.nextInt(ALPHABET.length()));
      switch (random.nextInt(3)) {
        case 0 -> text.insert(at, other);
        case 1 -> text.setCharAt(at, other);
        default -> text.deleteCharAt(at);
      }
    }
    return text.toString();
  }

  private String field(int low, int high, List<String> names) {
    StringJoiner list = new StringJoiner(",");
    for (int i = one(5) ? between(2, 4) : 1; i > 0; i--) {
      list.add(item(low, high, names));
    }
    return list.toString();
  }

  private String item(int low, int high, List<String> names) {
    int from = between(low, high);
    int to = between(low, high);
    boolean wraps = dialect == CronDialect.QUARTZ || one(10);
    String range = wraps ? from + "-" + to : Math.min(from, to) + "-" + Math.max(from, to);
    String step = "/" + between(1, one(4) ? high + 2 : Math.max(2, high / 2));
    return switch (random.nextInt(8)) {
      case 0 -> "*";
      case 1 -> "*" + step;
      case 2 -> range;
      case 3 -> range + step;
      case 4 -> from + step;
      case 5 -> names.isEmpty() ? "0" + from : name(names) + "-" + name(names);
      case 6 -> names.isEmpty() ? String.valueOf(from) : name(names);
      default -> String.valueOf(one(25) ? high + 1 : from);
    };
  }

  private String specialDates() {
    StringJoiner list = new StringJoiner(",");
    for (int i = one(4) ? between(2, 3) : 1; i > 0; i--) {
      list.add(
          switch (random.nextInt(7)) {
            case 0 -> "L";
            case 1 -> "LW";
            case 2 -> "L-" + between(0, 32);
            case 3 -> "L-" + between(1, 9) + "W";
            case 4 -> item(1, 31, List.of());
            default -> between(1, 32) + "W";
          });
    }
    return list.toString();
  }

  private String specialWeekdays() {
    StringJoiner list = new StringJoiner(",");
    for (int i = one(4) ? between(2, 3) : 1; i > 0; i--) {
      String day = one(2) ? name(DAYS) : String.valueOf(between(lowestWeekday(), 7));
      list.add(
          switch (random.nextInt(5)) {
            case 0, 1 -> day + "#" + between(1, 6);
            case 2, 3 -> day + "L";
            default -> one(3) ? "L" : item(lowestWeekday(), 7, DAYS);
          });
    }
    return list.toString();
  }

  private String years() {
    int from = between(1970, 2050);
    return switch (random.nextInt(4)) {
      case 0 -> from + "-" + between(2010, 2100);
      case 1 -> from + "/" + between(0, 9);
      case 2 -> from + "," + between(2000, 2050);
      default -> "*/" + between(0, 5);
    };
  }

  private int lowestWeekday() {
    return dialect == CronDialect.QUARTZ ? 1 : 0;
  }

  private String name(List<String> names) {
    String name = names.get(random.nextInt(names.size()));
    return one(4) ? name.toLowerCase(Locale.ROOT) : name;
  }

  private boolean one(int in) {
    return random.nextInt(in) == 0;
  }

  private int between(int low, int high) {
    return low + random.nextInt(high - low + 1);
  }
}
