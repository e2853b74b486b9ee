package dev.carillon.time;

import dev.carillon.time.LocalFires.Choice;
import dev.carillon.time.civil.Effort;
import dev.carillon.time.rrule.BoundedSeries;
import dev.carillon.time.rrule.Expansion;
import dev.carillon.time.rrule.Recurrence;
import dev.carillon.time.rrule.Rule;
import dev.carillon.time.rrule.Wall;
import dev.carillon.time.text.Refusal;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * RRULE: a recurrence of RFC 5545, expanded in local time and then read in the schedule's zone.
 * Where the policy chooses nothing, section 3.3.5 holds: a time in a gap is shifted by the gap, of
 * an overlap the first pass counts. DTSTART, COUNT, EXDATE and RDATE are about nominal local times.
 * With {@code dstGap} SKIP, section 3.3.10 is read strictly: a local time that does not exist is
 * neither a fire nor counted, so {@code FREQ=DAILY;COUNT=2} fires twice though a gap comes between.
 * An UNTIL that is an instant bounds the instants that the policy gives: no fire of the rule is
 * later.
 *
 * @param recurrence the parsed parts
 */
public record Rrule(Recurrence recurrence) implements Trigger {

  private static final int MAX_DATES = 1_000;
  private static final int MAX_RULES = 100;

  /**
   * @param rrule the rule, with or without the prefix {@code RRULE:}, in any case, at most 4,000
   *     characters; UNTIL with Z is an instant, without it local, a date alone runs through that
   *     day
   * @param dtstart local date-time without offset: the earliest fire, which is one only when the
   *     rule matches it
   * @param rdate further local date-times, at most 1,000
   * @param exdate local date-times that do not fire, at most 1,000
   * @param exrule rules whose instances do not fire, at most 100
   * @throws InvalidTrigger naming the field, of a list the element, such as {@code exdate/2}; also
   *     for a rule that can never fire
   */
  public static Rrule parse(
      String rrule, String dtstart, List<String> rdate, List<String> exdate, List<String> exrule) {
    Rule rule = rule("rrule", rrule);
    LocalDateTime start = LocalText.parse("dtstart", dtstart);
    if (exrule.size() > MAX_RULES) {
      throw new InvalidTrigger("exrule", null, "at most 100 rules are allowed", "FREQ=DAILY");
    }
    List<Rule> exclusions = new ArrayList<>();
    for (int i = 0; i < exrule.size(); i++) {
      exclusions.add(rule("exrule/" + i, exrule.get(i)));
    }
    List<LocalDateTime> added = dates("rdate", rdate);
    List<LocalDateTime> excluded = dates("exdate", exdate);

    // All that follows is the work of one question, however many rules there are.
    Effort effort = new Effort();
    BoundedSeries series = bounded("rrule", rule, start, effort);
    List<BoundedSeries> without = new ArrayList<>();
    for (int i = 0; i < exclusions.size(); i++) {
      without.add(bounded("exrule/" + i, exclusions.get(i), start, effort));
    }
    Recurrence recurrence = new Recurrence(series, start, added, excluded, without);
    try {
      recurrence.refuseNever(effort);
    } catch (Refusal refusal) {
      throw InvalidTrigger.of("rrule", refusal);
    }
    return new Rrule(recurrence);
  }

  private static Rule rule(String field, String text) {
    try {
      return Rule.parse(text);
    } catch (Refusal refusal) {
      throw InvalidTrigger.of(field, refusal);
    }
  }

  private static BoundedSeries bounded(
      String field, Rule rule, LocalDateTime start, Effort effort) {
    try {
      return BoundedSeries.of(rule, start, effort);
    } catch (Refusal refusal) {
      throw InvalidTrigger.of(field, refusal);
    }
  }

  private static List<LocalDateTime> dates(String field, List<String> texts) {
    if (texts.size() > MAX_DATES) {
      throw new InvalidTrigger(
          field, null, "at most 1,000 date-times are allowed", "2026-01-01T09:00:00");
    }
    List<LocalDateTime> dates = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      dates.add(LocalText.parse(field + "/" + i, texts.get(i)));
    }
    return dates;
  }

  @Override
  public Fires in(Timing timing) {
    ZoneId zone = timing.zone();
    Choice choice = Choice.of(timing.dst(), DstGap.SHIFT_BY_GAP);
    LocalLine line = LocalLine.of(zone);
    Wall wall = new ZoneWall(zone, line, choice);
    try {
      Expansion expansion = Expansion.of(recurrence, wall, new Effort());
      Instances instances =
          new Instances(expansion, recurrence.rule().untilInstant(), Nominals.NONE);
      return LocalFires.of(timing, instances, choice, 0);
    } catch (Effort.Spent e) {
      throw new EvaluationGaveUp(
          "COUNT leaves out more times that do not exist in "
              + zone
              + " than can be looked at; use UNTIL instead of COUNT");
    }
  }

  /**
   * @param expansion the instances up to UNTIL, the instant of a local time being that of its first
   *     fire
   * @param until UNTIL where it is an instant
   * @param last local seconds behind which nothing is looked for
   */
  private record Instances(Expansion expansion, @Nullable Instant until, long last)
      implements Nominals {

    @Override
    public long next(long after, Effort effort) {
      return expansion.next(after, last, effort);
    }

    @Override
    public Nominals upTo(long local) {
      return new Instances(expansion, until, Math.min(local, last));
    }

    @Override
    public boolean admitsAll(long after, long to) {
      return until == null || to <= until.getEpochSecond();
    }

    /** A second pass may lie behind an UNTIL that the first one kept; RDATE is not bound by it. */
    @Override
    public boolean admits(long nominal, long at) {
      return until == null || at <= until.getEpochSecond() || expansion.isAdded(nominal);
    }
  }

  @Override
  public boolean dependsOnZone() {
    return true;
  }

  @Override
  public String describe() {
    return recurrence.describe();
  }

  /** A DTSTART exactly at the start of a preview counts, at any instant the policy gives it. */
  @Override
  public Instant lookAfter(ZoneId zone, Instant from, DstPolicy policy) {
    Nominals start = Nominals.only(recurrence.start().toEpochSecond(ZoneOffset.UTC));
    Choice choice = Choice.of(policy, DstGap.SHIFT_BY_GAP);
    Instant justBefore = from.minusNanos(1);
    Instant first = LocalFires.of(zone, start, choice).next(justBefore);
    return from.equals(first) ? justBefore : from;
  }
}
