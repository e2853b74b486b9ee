package dev.carillon.ticker;

import dev.carillon.schedule.FirePlan;
import dev.carillon.schedule.Recomputed;
import dev.carillon.schedule.TzdataVersion;
import dev.carillon.ticker.CalendarsInUse.Known;
import dev.carillon.ticker.CompiledFires.Compiled;
import dev.carillon.ticker.Parking.Broken;
import dev.carillon.time.EvaluationGaveUp;
import dev.carillon.time.Fires;
import dev.carillon.time.calendar.BusinessDays;
import dev.carillon.time.civil.Effort;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Works out the plans of a batch of schedules: computing alone, for a worker thread. A hostile rule
 * costs up to some tenths of a second, and many of them may be due at once; a batch does not wait
 * for all of them:
 *
 * <pre>
 * so far the batch has cost        │ known to be cheap          │ others
 * little                           │ planned                    │ planned
 * a share, by rules of this tenant │ planned, if it still is so │ left
 * much, by whose rules ever        │ planned, if it still is so │ left
 * </pre>
 *
 * What is left stays due, and a dear one is looked at once in a pass; so other tenants wait for one
 * share at most. A rule can be cheap all week and dear at one instant: once its share is spent, a
 * cheap one gets as much as cheap ones cost, and is left when that does not suffice. How much a
 * plan costs is counted in steps: what is planned at all, and what is given up, never depends on
 * how busy the machine is. Reading a trigger is not counted, so there the clock is asked, which
 * decides on the batch alone.
 */
final class FireEvaluation {

  /** Up to here a schedule is cheap: about half a millisecond, 500 of which make no difference. */
  static final int CHEAP = 10_000;

  /** What one tenant may cost a batch before its dear schedules are left: about 100 ms. */
  static final long SHARE = Effort.ONE_QUESTION;

  /** What all tenants may: about half a second, of the five that are planned ahead. */
  static final long MUCH = 5L * Effort.ONE_QUESTION;

  /** About as long as a step takes. */
  private static final int NANOS_PER_STEP = 50;

  /**
   * Reading is free up to here, about 5 ms: an ordinary trigger takes less even where no code is
   * compiled yet.
   */
  private static final long FREE_READING = 100_000;

  /**
   * Reading counts for no more than this. The first of all loads classes and zones for everybody,
   * which is nobody's fault.
   */
  private static final long MOST_OF_READING = Effort.ONE_QUESTION / 4;

  private final ZoneId defaultZone;
  private final TzdataVersion rules;
  private final CompiledFires compiled = new CompiledFires();

  /** A schedule and what is to be done of it. */
  record Planned(PlanRow row, FirePlan plan) {

    /** Whether more of its fires are to be planned. */
    boolean isCut(Instant horizon) {
      Instant next = plan.next();
      return next != null && !next.isAfter(horizon) && !isUsedUp();
    }

    /** Whether none of its fires may become a run any more. */
    private boolean isUsedUp() {
      Integer left = row.runsLeft();
      return left != null && plan.fires().size() >= left;
    }

    /** Whether it has no fire any more, however many it was allowed. */
    boolean isOver() {
      return plan.next() == null && !(row.fixedDelay() && !plan.fires().isEmpty());
    }
  }

  /**
   * @param left ids of those that the next pass is to look at: dear ones that were left out, or
   *     whose plan was cut, or whose calendars could not be read
   */
  record Evaluated(List<Planned> planned, List<Broken> broken, List<UUID> left) {}

  FireEvaluation(ZoneId defaultZone, TzdataVersion rules) {
    this.defaultZone = defaultZone;
    this.rules = rules;
  }

  /** Whether its calendars have to be read first. */
  boolean needsCalendars(PlanRow row) {
    return !row.calendars().isEmpty() && compiled.of(row) == null;
  }

  /**
   * Looks at the schedules in their order; never fails.
   *
   * @param calendars of those that {@link #needsCalendars need} them
   */
  Evaluated of(List<PlanRow> due, Known calendars, Instant now, Instant horizon) {
    Evaluated evaluated = new Evaluated(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    Map<String, Long> costs = new HashMap<>();
    long much = 0;
    for (PlanRow row : due) {
      Compiled known = compiled.of(row);
      boolean cheap = row.fixedDelay() || known != null && known.steps() <= CHEAP;
      boolean spent = much >= MUCH || costs.getOrDefault(row.tenant(), 0L) >= SHARE;
      if (spent && !cheap || known == null && calendars.isUnread(row)) {
        evaluated.left.add(row.schedule());
      } else {
        Question question = new Question(row, known, calendars.of(row), now, horizon);
        long cost = evaluate(question, spent, evaluated);
        costs.merge(row.tenant(), cost, Long::sum);
        much += cost;
      }
    }
    return evaluated;
  }

  /**
   * One schedule to be planned.
   *
   * @param known what was made of it before; null: nothing, or it was edited since
   * @param calendars of its tenant, where nothing is known
   */
  private record Question(
      PlanRow row,
      @Nullable Compiled known,
      Map<String, BusinessDays> calendars,
      Instant now,
      Instant horizon) {}

  /**
   * Answers what it cost, in steps.
   *
   * @param spent whether it may cost no more than a cheap one
   */
  private long evaluate(Question question, boolean spent, Evaluated evaluated) {
    PlanRow row = question.row;
    Compiled known = question.known;
    int budget = spent ? CHEAP : FirePlan.STEPS;
    Effort effort = new Effort(budget);
    long reading = 0;
    try {
      Occurrences occurrences;
      if (known == null) {
        long began = System.nanoTime();
        occurrences = Occurrences.of(row, defaultZone, question.calendars);
        reading = (System.nanoTime() - began) / NANOS_PER_STEP;
      } else {
        occurrences = known.occurrences();
      }
      Planned planned = new Planned(row, plan(question, occurrences, effort));
      int steps = budget - effort.left();
      compiled.remember(row, occurrences, steps);
      evaluated.planned.add(planned);
      if (steps > CHEAP && planned.isCut(question.horizon)) {
        evaluated.left.add(row.schedule());
      }
    } catch (EvaluationGaveUp gaveUp) {
      if (spent && known != null && !gaveUp.outsideCalendar()) {
        compiled.remember(row, known.occurrences(), FirePlan.STEPS);
        evaluated.left.add(row.schedule());
      } else {
        evaluated.broken.add(new Broken(row, gaveUp));
      }
    } catch (RuntimeException | StackOverflowError e) {
      // Whatever its trigger does to the evaluator, it is this schedule's affair and nobody else's.
      evaluated.broken.add(new Broken(row, e));
    }
    return budget - effort.left() + Math.min(MOST_OF_READING, Math.max(0, reading - FREE_READING));
  }

  private FirePlan plan(Question question, Occurrences occurrences, Effort effort) {
    PlanRow row = question.row;
    if (row.fixedDelay()) {
      return delayed(question, occurrences);
    }
    Instant due = due(row, occurrences.fires(), question.now, effort);
    if (due == null || due.isAfter(question.horizon)) {
      return FirePlan.of(List.of(), due);
    }
    int most = row.runsLeft() == null ? FirePlan.MOST_AT_ONCE : row.runsLeft();
    return FirePlan.between(
        occurrences.fires(), due, question.now, question.horizon, row.misfire(), most, effort);
  }

  /**
   * One fire at a time: the completion of its run sets the next. Late is not missed, for nothing
   * was due meanwhile. Put off behind the schedule's end it is planned at once: the next look could
   * not tell it from one that is none.
   */
  private static FirePlan delayed(Question question, Occurrences occurrences) {
    Instant due = occurrences.delayed(question.row);
    boolean isFar = due != null && due.isAfter(question.horizon);
    return due == null || isFar && !occurrences.isBehindTheEnd(due)
        ? FirePlan.of(List.of(), due)
        : FirePlan.of(List.of(due), null);
  }

  /**
   * What was worked out by older time zone rules may be no fire under ours. By newer ones it was
   * right: it fires as it stands, and what we work out after it is for the newer to look at.
   */
  private @Nullable Instant due(PlanRow row, Fires fires, Instant now, Effort effort) {
    return rules.isNewerThan(row.rules())
        ? Recomputed.next(fires, row.since(), row.next(), now, effort)
        : row.next();
  }
}
