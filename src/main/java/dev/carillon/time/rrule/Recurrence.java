package dev.carillon.time.rrule;

import dev.carillon.time.text.Refusal;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;

/**
 * A rule with all that stands beside it, in local time.
 *
 * @param rule what recurs
 * @param start DTSTART: the earliest instance, which is one only when the rule matches it
 * @param added RDATE: further instances, not counted by COUNT nor bound by UNTIL
 * @param excluded EXDATE: instances that do not count, though COUNT counts them
 * @param exclusions EXRULE: rules, with the same start, whose instances are excluded
 */
public record Recurrence(
    Rule rule,
    LocalDateTime start,
    List<LocalDateTime> added,
    List<LocalDateTime> excluded,
    List<Rule> exclusions) {

  public Recurrence {
    added = List.copyOf(added);
    excluded = List.copyOf(excluded);
    exclusions = List.copyOf(exclusions);
  }

  /**
   * Refuses what can never fire up to the year 9999, and what takes too long to tell. A series that
   * merely ended, by COUNT, UNTIL or EXDATE, is not refused.
   *
   * @throws Refusal about the rule's text
   */
  public void refuseNever() {
    try {
      // The zone is not known yet; UTC will do, for no zone decides whether anything fires at all.
      // This counts the instances, where there is a COUNT: too many of them are refused here, once.
      Expansion expansion =
          Expansion.of(this, Instant::getEpochSecond, local -> local.toInstant(ZoneOffset.UTC));
      boolean ends = !rule.end().equals(Rule.End.NEVER);
      boolean never =
          ends
              ? Series.of(rule, start).next(Long.MIN_VALUE, new Effort()) == Series.NONE
              : expansion.next(Long.MIN_VALUE, new Effort()) == Expansion.NONE;
      if (never && added.isEmpty()) {
        throw new Refusal(
            0, "this can never fire: no date up to the year 9999 matches it", RuleParser.EXAMPLE);
      }
    } catch (Effort.Spent e) {
      throw new Refusal(
          0,
          rule.end().count() > 0
              ? "the instances are too many or too rare to count; use UNTIL instead of COUNT"
              : "no fire was found within the work allowed; the rule matches too rarely, if ever",
          RuleParser.EXAMPLE);
    }
  }

  /** Whether COUNT, UNTIL, EXDATE or EXRULE can leave nothing of it. */
  public boolean canEnd() {
    return !rule.end().equals(Rule.End.NEVER) || !excluded.isEmpty() || !exclusions.isEmpty();
  }

  /** The meaning in English words. */
  public String describe() {
    return RuleWords.of(this);
  }
}
