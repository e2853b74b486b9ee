package dev.carillon.bench.next;

/** What is expanded. */
public enum RrulePattern {
  EVERY_15_MINUTES("FREQ=MINUTELY;INTERVAL=15"),
  WORKDAYS_AT_NINE("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
  LAST_FRIDAY("FREQ=MONTHLY;BYDAY=-1FR"),
  LAST_WORKDAY("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"),
  LEAP_DAY("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29");

  final String rule;

  RrulePattern(String rule) {
    this.rule = rule;
  }
}
