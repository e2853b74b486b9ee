package dev.carillon.time.rrule;

import dev.carillon.time.civil.Effort;
import dev.carillon.time.text.Refusal;
import java.time.LocalDateTime;
import java.util.List;

/**
 * A rule with all that stands beside it, in local time.
 *
 * @param series what recurs
 * @param start DTSTART: the earliest instance, which is one only when the rule matches it
 * @param added RDATE: further instances, not counted by COUNT nor bound by UNTIL
 * @param excluded EXDATE: instances that do not count, though COUNT counts them
 * @param exclusions EXRULE: rules, with the same start, whose instances are excluded
 */
public record Recurrence(
    BoundedSeries series,
    LocalDateTime start,
    List<LocalDateTime> added,
    List<LocalDateTime> excluded,
    List<BoundedSeries> exclusions) {

  public Recurrence {
    added = List.copyOf(added);
    excluded = List.copyOf(excluded);
    exclusions = List.copyOf(exclusions);
  }

  /** What recurs, as it was written. */
  public Rule rule() {
    return series.rule();
  }

  /**
   * Refuses what can never fire up to the year 9999, and what takes too long to tell. A series that
   * merely ended, by COUNT or UNTIL, is not refused.
   *
   * @param effort what is left of the work that reading the whole recurrence may cost
   * @throws Refusal about the rule's text
   */
  public void refuseNever(Effort effort) {
    try {
      // The zone is not known yet; UTC will do, for no zone decides whether anything fires at all.
      boolean ends = !rule().end().equals(Rule.End.NEVER);
      boolean never =
          ends
              ? series.series().next(Long.MIN_VALUE, effort) == Series.NONE
              : Expansion.of(this, Wall.UTC, effort).next(Long.MIN_VALUE, Expansion.NONE, effort)
                  == Expansion.NONE;
      if (never && added.isEmpty()) {
        throw new Refusal(
            0, "this can never fire: no date up to the year 9999 matches it", RuleParser.EXAMPLE);
      }
    } catch (Effort.Spent e) {
      throw new Refusal(
          0,
          exclusions.isEmpty()
              ? "no fire was found within the work allowed; the rule matches too rarely, if ever"
              : "no fire was found within the work allowed; the rule matches too rarely, or its"
                  + " exrule takes away too much",
          RuleParser.EXAMPLE);
    }
  }

  /** Whether COUNT, UNTIL, EXDATE or EXRULE can leave nothing of it. */
  public boolean canEnd() {
    return !rule().end().equals(Rule.End.NEVER) || !excluded.isEmpty() || !exclusions.isEmpty();
  }

  /** The meaning in English words. */
  public String describe() {
    return RuleWords.of(this);
  }
}
