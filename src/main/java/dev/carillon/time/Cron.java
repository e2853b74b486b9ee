package dev.carillon.time;

import dev.carillon.time.LocalFires.Choice;
import dev.carillon.time.cron.CronPattern;
import dev.carillon.time.text.Refusal;
import java.time.Instant;
import java.time.ZoneId;

/**
 * CRON in the dialect UNIX: Vixie cron's five fields (minute, hour, day of month, month, day of
 * week), six with seconds first, or a nickname such as {@code @daily}. With both day fields
 * restricted either is enough; a field whose text starts with a star, a step of it included, counts
 * as unrestricted.
 *
 * @param pattern the compiled expression
 */
public record Cron(CronPattern pattern) implements Trigger {

  /**
   * @param expression at most 1,000 characters; names of months and days in any case
   * @throws InvalidTrigger naming the field {@code expression}; also for a pattern that can never
   *     fire, such as 30 February
   */
  public static Cron parse(String expression) {
    try {
      return new Cron(CronPattern.parse(expression));
    } catch (Refusal refusal) {
      throw InvalidTrigger.of("expression", refusal);
    }
  }

  /** The expression as it was given, without blanks around it. */
  public String expression() {
    return pattern.text();
  }

  @Override
  public Fires in(ZoneId zone, Instant anchor, DstPolicy policy) {
    Nominals matches = (after, effort) -> pattern.nextNominal(after);
    return pattern.isWildcard()
        ? LocalFires.whenShown(zone, matches)
        : LocalFires.of(zone, matches, Choice.of(policy, DstGap.FIRE_AT_GAP_END));
  }

  @Override
  public String describe() {
    return pattern.describe();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Cron cron && cron.expression().equals(expression());
  }

  @Override
  public int hashCode() {
    return expression().hashCode();
  }
}
