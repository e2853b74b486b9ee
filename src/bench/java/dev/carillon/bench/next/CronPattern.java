package dev.carillon.bench.next;

/** What is evaluated, in the dialect of each. */
public enum CronPattern {
  EVERY_15_MINUTES("*/15 * * * *", "0 0/15 * * * ?", "0 */15 * * * *"),
  WORKDAYS_AT_NINE("0 9 * * 1-5", "0 0 9 ? * MON-FRI", "0 0 9 * * MON-FRI"),
  FIRST_OF_QUARTER("30 6 1 1,4,7,10 *", "0 30 6 1 1,4,7,10 ?", "0 30 6 1 1,4,7,10 *"),
  LEAP_DAY("0 0 29 2 *", "0 0 0 29 2 ?", "0 0 0 29 2 *");

  final String unix;
  final String quartz;
  final String spring;

  CronPattern(String unix, String quartz, String spring) {
    this.unix = unix;
    this.quartz = quartz;
    this.spring = spring;
  }
}
