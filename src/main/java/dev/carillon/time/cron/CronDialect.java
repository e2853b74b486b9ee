package dev.carillon.time.cron;

import java.util.List;

/** Whose cron an expression is written for. The package's description says how they differ. */
public enum CronDialect {
  /** Vixie cron: five fields, or six with seconds first. */
  UNIX("0 9 * * MON-FRI", new UnixGrammar(), CronField.UNIX_DAY_OF_WEEK),

  /** Quartz 2.3: six fields, seconds first, and an optional year. */
  QUARTZ("0 0 9 ? * MON-FRI", new QuartzGrammar(), CronField.QUARTZ_DAY_OF_WEEK),

  /** Spring 6.2: six fields, seconds first. */
  SPRING("0 0 9 * * MON-FRI", new SpringGrammar(), CronField.SPRING_DAY_OF_WEEK);

  private final String example;
  final FieldGrammar grammar;
  private final CronField dayOfWeek;

  CronDialect(String example, FieldGrammar grammar, CronField dayOfWeek) {
    this.example = example;
    this.grammar = grammar;
    this.dayOfWeek = dayOfWeek;
  }

  /** A correct expression. */
  public String example() {
    return example;
  }

  int leastFields() {
    return this == UNIX ? 5 : 6;
  }

  int mostFields() {
    return this == QUARTZ ? 7 : 6;
  }

  /** What the fields of an expression with so many fields are, from left to right. */
  List<CronField> fields(int count) {
    List<CronField> all =
        List.of(
            CronField.SECOND,
            CronField.MINUTE,
            CronField.HOUR,
            CronField.DAY_OF_MONTH,
            CronField.MONTH,
            dayOfWeek,
            CronField.YEAR);
    return count == 5 ? all.subList(1, 6) : all.subList(0, count);
  }

  /** How many fields there are and which, for a refusal. */
  String layout() {
    return switch (this) {
      case UNIX ->
          "5 fields (minute, hour, day of month, month, day of week), or 6 with seconds first";
      case QUARTZ ->
          "6 fields (second, minute, hour, day of month, month, day of week), or 7 with a year";
      case SPRING -> "6 fields (second, minute, hour, day of month, month, day of week)";
    };
  }
}
