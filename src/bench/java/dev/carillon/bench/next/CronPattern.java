package dev.carillon.bench.next;

import org.jspecify.annotations.Nullable;

/** What is evaluated, in the dialect of each. */
public enum CronPattern {
  EVERY_15_MINUTES("*/15 * * * *", "0 0/15 * * * ?", "0 */15 * * * *"),
  WORKDAYS_AT_NINE("0 9 * * 1-5", "0 0 9 ? * MON-FRI", "0 0 9 * * MON-FRI"),
  FIRST_OF_QUARTER("30 6 1 1,4,7,10 *", "0 30 6 1 1,4,7,10 ?", "0 30 6 1 1,4,7,10 *"),
  LAST_FRIDAY(null, "0 0 18 ? * 6L", "0 0 18 * * FRIL"),
  LEAP_DAY("0 0 29 2 *", "0 0 0 29 2 ?", "0 0 0 29 2 *");

  /** Null where UNIX cannot say it; Carillon and cron-utils then take Quartz's form. */
  final @Nullable String unix;

  final String quartz;
  final String spring;

  CronPattern(@Nullable String unix, String quartz, String spring) {
    this.unix = unix;
    this.quartz = quartz;
    this.spring = spring;
  }
}
