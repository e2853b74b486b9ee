package dev.carillon.time;

import dev.carillon.time.LocalFires.Choice;
import dev.carillon.time.civil.Effort;
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
    return LocalFires.of(timing, new Matches(pattern), choice, 0);
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
