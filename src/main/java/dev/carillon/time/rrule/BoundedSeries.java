package dev.carillon.time.rrule;

import dev.carillon.time.civil.Effort;
import dev.carillon.time.rrule.Wall.Gap;
import dev.carillon.time.text.Refusal;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Objects;

/**
 * One rule with its DTSTART and its nominal end. Where that is by COUNT, the one walk from DTSTART
 * to the last instance is done here, so that nobody need count again.
 */
public final class BoundedSeries {

  /** As {@link Expansion#NONE}. */
  static final long NONE = Series.NONE;

  private static final long ENDLESS = NONE - 1;

  /** To find a gap, or an instant, in the zone takes about so many steps. */
  private static final int STEPS_IN_ZONE = 8;

  private final Rule rule;
  private final LocalDateTime start;
  private final Series series;

  /** The last local second, inclusive; not looked at where UNTIL is an instant. */
  private final long last;

  private BoundedSeries(Rule rule, LocalDateTime start, Effort effort) {
    this.rule = rule;
    this.start = start;
    this.series = Series.of(rule, start, effort);
    Rule.End end = rule.end();
    if (end.untilLocal() != null) {
      this.last = end.untilLocal().toEpochSecond(ZoneOffset.UTC);
    } else {
      this.last = end.count() == 0 ? ENDLESS : counted(end.count(), effort);
    }
  }

  /**
   * @param start DTSTART
   * @param effort what all rules of a recurrence together may cost
   * @throws Refusal about the rule's text, when its instances are too many or too rare to count
   */
  public static BoundedSeries of(Rule rule, LocalDateTime start, Effort effort) {
    try {
      return new BoundedSeries(rule, start, effort);
    } catch (Effort.Spent e) {
      throw new Refusal(
          0,
          rule.end().count() > 0
              ? "the instances, with those of the rules before it, are too many or too rare to"
                  + " count; use UNTIL instead of COUNT"
              : "this rule, with those before it, takes more work than is allowed; use fewer or"
                  + " simpler rules",
          RuleParser.EXAMPLE);
    }
  }

  private long counted(int count, Effort effort) {
    return count >= series.most() ? ENDLESS : further(start() - 1, count, effort);
  }

  /** So many instances behind a local time. */
  private long further(long after, long count, Effort effort) {
    long at = after;
    for (long i = 0; i < count; i++) {
      at = series.next(at, effort);
      if (at == NONE) {
        return ENDLESS;
      }
    }
    return at;
  }

  private long start() {
    return start.toEpochSecond(ZoneOffset.UTC);
  }

  public Rule rule() {
    return rule;
  }

  Series series() {
    return series;
  }

  /**
   * The last local second that can be an instance in a zone.
   *
   * @throws Effort.Spent when the zone leaves out more than can be counted
   */
  long lastOn(Wall wall, Effort effort) {
    if (rule.end().untilInstant() != null) {
      effort.steps(STEPS_IN_ZONE);
      return wall.highestAt(rule.end().untilInstant());
    }
    return rule.end().count() == 0 || last == ENDLESS ? last : lastThatIsShown(wall, effort);
  }

  /**
   * RFC 5545, section 3.3.10, read strictly: a local time that does not exist is not counted. So
   * for each that a gap leaves out up to the last, one more that exists is added behind it.
   */
  private long lastThatIsShown(Wall wall, Effort effort) {
    long until = last;
    long examined = start() - 1;
    Gap gap = wall.uncounted(start());
    while (gap != null && gap.from() <= until && until != ENDLESS) {
      effort.steps(STEPS_IN_ZONE);
      long after = Math.max(examined, gap.from() - 1);
      int missing = notShown(after, Math.min(until, gap.to() - 1), wall, effort);
      for (; missing > 0 && until != ENDLESS; missing--) {
        until = further(until, 1, effort);
        while (until < gap.to() && !isShown(until, wall, effort)) {
          until = further(until, 1, effort);
        }
      }
      examined = Math.max(examined, gap.to() - 1);
      gap = wall.uncounted(gap.to());
    }
    return until;
  }

  /** How many instances after a local time, up to another, the wall never shows. */
  private int notShown(long after, long to, Wall wall, Effort effort) {
    int found = 0;
    for (long at = further(after, 1, effort); at <= to; at = further(at, 1, effort)) {
      found += isShown(at, wall, effort) ? 0 : 1;
    }
    return found;
  }

  private static boolean isShown(long local, Wall wall, Effort effort) {
    effort.step();
    return wall.shows(local);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof BoundedSeries that
        && that.rule.equals(rule)
        && that.start.equals(start);
  }

  @Override
  public int hashCode() {
    return Objects.hash(rule, start);
  }

  @Override
  public String toString() {
    return rule.text() + " from " + start;
  }
}
