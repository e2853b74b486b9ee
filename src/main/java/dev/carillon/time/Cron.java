package dev.carillon.time;

import dev.carillon.time.LocalFires.Choice;
import dev.carillon.time.civil.Effort;
import dev.carillon.time.cron.BusinessDayMatches;
import dev.carillon.time.cron.CronDialect;
import dev.carillon.time.cron.CronPattern;
import dev.carillon.time.text.Refusal;
import java.util.Objects;

/**
 * CRON in one of three dialects: Vixie cron's five fields (six with seconds first), Quartz's six or
 * seven, Spring's six, or a macro such as {@code @daily} where the dialect has them. Under UNIX,
 * with both day fields restricted, either is enough, and a field whose text starts with a star, a
 * step of it included, counts as unrestricted; QUARTZ has one of the two only, SPRING wants both.
 *
 * <p>Under UNIX the day of the month may also be {@code 3B}, {@code LB} or {@code LB-2}: a business
 * day of the month by the schedule's calendar, whatever its convention; without a calendar, every
 * day from Monday to Friday is one.
 *
 * @param pattern the compiled expression
 */
public record Cron(CronPattern pattern) implements Trigger {

  /** As {@link #parse(String, CronDialect)} in the dialect UNIX. */
  public static Cron parse(String expression) {
    return parse(expression, CronDialect.UNIX);
  }

  /**
   * @param expression at most 1,000 characters
   * @param dialect whose rules the expression follows
   * @throws InvalidTrigger naming the field {@code expression}; also for a pattern that can never
   *     fire, such as 30 February
   */
  public static Cron parse(String expression, CronDialect dialect) {
    try {
      return new Cron(CronPattern.parse(expression, dialect));
    } catch (Refusal refusal) {
      throw InvalidTrigger.of("expression", refusal);
    }
  }

  public CronDialect dialect() {
    return pattern.dialect();
  }

  /** The expression as it was given, without blanks around it. */
  public String expression() {
    return pattern.text();
  }

  @Override
  public Fires in(Timing timing) {
    Choice choice =
        pattern.isWildcard() ? Choice.WHEN_SHOWN : Choice.of(timing.dst(), DstGap.FIRE_AT_GAP_END);
    if (pattern.namesBusinessDay() && timing.days() != null) {
      BusinessDayMatches matches = new BusinessDayMatches(pattern, timing.days());
      // Each of them is a business day already.
      Timing bounded = timing.withoutCalendar();
      return LocalFires.of(bounded, new BusinessMatches(matches, Nominals.NONE - 1), choice, 0);
    }
    return LocalFires.of(timing, new Matches(pattern), choice, 0);
  }

  private record BusinessMatches(BusinessDayMatches matches, long last) implements Nominals {

    @Override
    public long next(long after, Effort effort) {
      return matches.next(after, last, effort);
    }

    @Override
    public Nominals upTo(long local) {
      return new BusinessMatches(matches, Math.min(local, last));
    }

    @Override
    public long count(long after, long to, Effort effort) {
      return matches.count(after, Math.min(to, last), effort);
    }
  }

  /** To count takes about a step for each of them. */
  private static final long SECONDS_PER_MONTH = 28 * 86_400;

  private record Matches(CronPattern pattern) implements Nominals {

    @Override
    public long next(long after, Effort effort) {
      return pattern.nextNominal(after);
    }

    @Override
    public long count(long after, long to, Effort effort) {
      effort.steps(1 + Math.toIntExact((to - after) / SECONDS_PER_MONTH));
      return pattern.count(after, to);
    }

    @Override
    public boolean isUniform(long day) {
      return true;
    }
  }

  @Override
  public boolean dependsOnZone() {
    return true;
  }

  /** A wildcard pattern follows elapsed time through the changes, whatever was chosen. */
  @Override
  public boolean dependsOnDst() {
    return !pattern.isWildcard();
  }

  @Override
  public String describe() {
    return pattern.describe();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Cron cron
        && cron.dialect() == dialect()
        && cron.expression().equals(expression());
  }

  @Override
  public int hashCode() {
    return Objects.hash(dialect(), expression());
  }
}
