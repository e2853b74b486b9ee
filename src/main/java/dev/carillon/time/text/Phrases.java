package dev.carillon.time.text;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.Month;
import java.time.format.TextStyle;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** English phrases of which the triggers' descriptions are made. */
public final class Phrases {

  /** Longest piece of somebody's text that a message repeats. */
  private static final int QUOTED = 40;

  private Phrases() {}

  /** {@code a}, {@code a and b}, {@code a, b and c}. */
  public static String list(List<String> items, String lastJoin) {
    int last = items.size() - 1;
    if (last < 1) {
      return String.join("", items);
    }
    return String.join(", ", items.subList(0, last)) + " " + lastJoin + " " + items.get(last);
  }

  /** {@code 1st}, {@code 22nd}, {@code 113th}. */
  public static String ordinal(int n) {
    int tens = n % 100;
    String suffix =
        tens >= 11 && tens <= 13
            ? "th"
            : switch (n % 10) {
              case 1 -> "st";
              case 2 -> "nd";
              case 3 -> "rd";
              default -> "th";
            };
    return n + suffix;
  }

  /**
   * {@code first}, {@code third}, {@code last}, {@code second to last}, else as {@link #ordinal}.
   */
  public static String place(int n) {
    if (n < 0) {
      return n == -1 ? "last" : place(-n) + " to last";
    }
    return switch (n) {
      case 1 -> "first";
      case 2 -> "second";
      case 3 -> "third";
      case 4 -> "fourth";
      case 5 -> "fifth";
      default -> ordinal(n);
    };
  }

  /** {@code minute 5}, {@code minutes 0 and 30}, {@code hours 9 to 17}. */
  public static String numbered(String unit, List<Integer> values) {
    if (values.size() > 2 && isRun(values)) {
      return unit + "s " + values.get(0) + " to " + values.get(values.size() - 1);
    }
    String plural = values.size() == 1 ? " " : "s ";
    return unit + plural + list(values.stream().map(String::valueOf).toList(), "and");
  }

  /** Whether each value is one more than the value before it. */
  public static boolean isRun(List<Integer> values) {
    return values.get(values.size() - 1) - values.get(0) == values.size() - 1;
  }

  /** Whether each value is so much more than the value before it. */
  public static boolean isStep(List<Integer> values, int step) {
    for (int i = 1; i < values.size(); i++) {
      if (values.get(i) - values.get(i - 1) != step) {
        return false;
      }
    }
    return true;
  }

  /** The numbers of the bits that are set, ascending. */
  public static List<Integer> numbers(long bits) {
    List<Integer> numbers = new ArrayList<>();
    for (long left = bits; left != 0; left &= left - 1) {
      numbers.add(Long.numberOfTrailingZeros(left));
    }
    return numbers;
  }

  /** {@code every minute}, {@code every 5 minutes}. */
  public static String every(long n, String unit) {
    return n == 1 ? "every " + unit : "every " + n + " " + unit + "s";
  }

  public static String day(DayOfWeek day) {
    return day.getDisplayName(TextStyle.FULL, Locale.ENGLISH);
  }

  public static String month(int month) {
    return Month.of(month).getDisplayName(TextStyle.FULL, Locale.ENGLISH);
  }

  /** {@code 09:05}, with seconds only where they are not zero. */
  public static String clock(int hour, int minute, int second) {
    return second == 0
        ? String.format(Locale.ROOT, "%02d:%02d", hour, minute)
        : String.format(Locale.ROOT, "%02d:%02d:%02d", hour, minute, second);
  }

  /** {@code 1 March 2026}. */
  public static String date(LocalDate date) {
    return date.getDayOfMonth() + " " + month(date.getMonthValue()) + " " + date.getYear();
  }

  /** The first letter in upper case. */
  public static String sentence(String text) {
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }

  /** Somebody's text for use in a message: in quotes, cut, and without control characters. */
  public static String quoted(String text) {
    String cut = text.length() <= QUOTED ? text : text.substring(0, QUOTED) + "…";
    StringBuilder clean = new StringBuilder("\"");
    cut.codePoints()
        .map(
            c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE ? '�' : c)
        .forEach(clean::appendCodePoint);
    return clean.append('"').toString();
  }
}
