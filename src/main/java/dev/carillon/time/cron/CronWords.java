package dev.carillon.time.cron;

import dev.carillon.time.text.Phrases;
import java.util.ArrayList;
import java.util.List;

/**
 * A pattern in words: when in the day, then on which days. The words are made from the bit sets, so
 * that two spellings of one meaning read the same, and {@code *}{@code /45} is not called "every 45
 * minutes", which it is not.
 */
final class CronWords {

  /** Up to this many times of day are listed one by one. */
  private static final int MAX_TIMES = 8;

  private final CronPattern pattern;
  private final List<Integer> seconds;
  private final List<Integer> minutes;
  private final List<Integer> hours;
  private final boolean onTheMinute;

  private CronWords(CronPattern pattern) {
    this.pattern = pattern;
    this.seconds = Phrases.numbers(pattern.seconds);
    this.minutes = Phrases.numbers(pattern.minutes);
    this.hours = Phrases.numbers(pattern.hours);
    this.onTheMinute = pattern.seconds == 1;
  }

  static String of(CronPattern pattern) {
    CronWords words = new CronWords(pattern);
    String days = DayWords.of(pattern);
    String years = DayWords.years(pattern);
    if (days.isEmpty()) {
      boolean everyDay = words.listsClocks();
      return Phrases.sentence(
          words.time() + (everyDay ? " every day" : "") + (years.isEmpty() ? "" : " " + years));
    }
    return Phrases.sentence(words.time() + ", " + days + (years.isEmpty() ? "" : ", " + years));
  }

  /** Whether the times are said one by one, by the clock. */
  private boolean listsClocks() {
    boolean few = seconds.size() * minutes.size() * hours.size() <= MAX_TIMES;
    boolean onceAnHour = onTheMinute && minutes.size() == 1;
    boolean everyFewHours = onceAnHour && hours.size() > 2 && isSteady(hours, 24);
    return hours.size() < 24 && !everyFewHours && (few || onceAnHour && !Phrases.isRun(hours));
  }

  private String time() {
    if (listsClocks()) {
      return "at " + Phrases.list(clocks(), "and");
    }
    String inHours = inHours();
    if (!onTheMinute) {
      return secondsWords() + inMinutes() + inHours;
    }
    if (minutes.size() == 1) {
      return onceAnHour(minutes.get(0));
    }
    return (isSteady(minutes, 60)
            ? Phrases.every(60 / minutes.size(), "minute")
            : "at " + Phrases.numbered("minute", minutes))
        + (inHours.isEmpty() && !isSteady(minutes, 60) ? " of every hour" : inHours);
  }

  private List<String> clocks() {
    List<String> clocks = new ArrayList<>();
    for (int hour : hours) {
      for (int minute : minutes) {
        for (int second : seconds) {
          clocks.add(Phrases.clock(hour, minute, second));
        }
      }
    }
    return clocks;
  }

  private String onceAnHour(int minute) {
    String past = minute == 0 ? "" : " at minute " + minute;
    if (isSteady(hours, 24)) {
      return Phrases.every(24 / hours.size(), "hour") + past;
    }
    int first = hours.get(0);
    int last = hours.get(hours.size() - 1);
    return "every hour from "
        + Phrases.clock(first, minute, 0)
        + " to "
        + Phrases.clock(last, minute, 0);
  }

  private String secondsWords() {
    return isSteady(seconds, 60)
        ? Phrases.every(60 / seconds.size(), "second")
        : "at "
            + Phrases.numbered("second", seconds)
            + (minutes.size() == 60 ? " of every minute" : "");
  }

  private String inMinutes() {
    if (minutes.size() == 60) {
      return "";
    }
    return isSteady(minutes, 60) && minutes.size() > 1
        ? " in every " + Phrases.ordinal(60 / minutes.size()) + " minute"
        : " in " + Phrases.numbered("minute", minutes);
  }

  /** Within which hours something more frequent happens; empty for all of them. */
  private String inHours() {
    if (hours.size() == 24) {
      return onTheMinute || minutes.size() == 60 ? "" : " of every hour";
    }
    boolean someMinutes = minutes.size() < 60 && !isSteady(minutes, 60);
    if (hours.size() == 1 && someMinutes) {
      return " of hour " + hours.get(0);
    }
    if (Phrases.isRun(hours)) {
      int last = hours.get(hours.size() - 1);
      return " from " + Phrases.clock(hours.get(0), 0, 0) + " to " + Phrases.clock(last, 59, 0);
    }
    return isSteady(hours, 24)
        ? " of every " + Phrases.ordinal(24 / hours.size()) + " hour"
        : " of the " + Phrases.numbered("hour", hours);
  }

  /** Whether the values lie evenly around the whole cycle from 0 on. */
  private static boolean isSteady(List<Integer> values, int cycle) {
    int step = cycle / values.size();
    return values.get(0) == 0
        && cycle % values.size() == 0
        && Phrases.isStep(values, step)
        && values.get(values.size() - 1) + step == cycle;
  }
}
