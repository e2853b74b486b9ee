package dev.carillon.time;

import dev.carillon.time.LocalFires.Choice;
import dev.carillon.time.rrule.Effort;
import dev.carillon.time.rrule.Expansion;
import dev.carillon.time.rrule.Recurrence;
import dev.carillon.time.rrule.Rule;
import dev.carillon.time.text.Refusal;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/**
 * RRULE: a recurrence of RFC 5545, expanded in local time and then read in the schedule's zone.
 * Where the policy chooses nothing, section 3.3.5 holds: a time in a gap is shifted by the gap, of
 * an overlap the first pass counts. DTSTART, COUNT, EXDATE and RDATE are about nominal local times,
 * so an instance that the policy skips has used its count. An UNTIL that is an instant bounds the
 * instants that the policy gives: no fire of the rule is later.
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
    Recurrence recurrence =
        new Recurrence(rule, start, dates("rdate", rdate), dates("exdate", exdate), exclusions);
    try {
      recurrence.refuseNever();
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
  public Fires in(ZoneId zone, Instant anchor, DstPolicy policy) {
    Choice choice = Choice.of(policy, DstGap.SHIFT_BY_GAP);
    try {
      Expansion expansion =
          Expansion.of(
              recurrence,
              LocalLine.of(zone)::highestAt,
              local -> LocalFires.instantOf(zone, local, choice));
      return LocalFires.of(zone, new Instances(expansion, recurrence), choice);
    } catch (Effort.Spent e) {
      throw new EvaluationGaveUp(
          "the instances are too many or too rare to count; use UNTIL instead of COUNT");
    }
  }

  /**
   * @param expansion the instances up to UNTIL, the instant of a local time being that of its first
   *     fire
   */
  private record Instances(Expansion expansion, Recurrence recurrence) implements Nominals {

    @Override
    public long next(long after, Effort effort) {
      return expansion.next(after, effort);
    }

    /** A second pass may lie behind an UNTIL that the first one kept; RDATE is not bound by it. */
    @Override
    public boolean admits(long nominal, long at) {
      Instant until = recurrence.rule().untilInstant();
      return until == null
          || at <= until.getEpochSecond()
          || recurrence.added().contains(LocalDateTime.ofEpochSecond(nominal, 0, ZoneOffset.UTC));
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
    Fires starts = LocalFires.of(zone, start, Choice.of(policy, DstGap.SHIFT_BY_GAP));
    Instant justBefore = from.minusNanos(1);
    return from.equals(starts.next(justBefore)) ? justBefore : from;
  }
}
