package dev.carillon.time;

import dev.carillon.time.calendar.Convention;
import dev.carillon.time.cron.CronDialect;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * That a trigger has no fire at all up to the year 9999, in its zone and by its policy: a mistake,
 * where a series that has merely ended is none.
 *
 * <pre>
 * no fire after the instant asked from
 *  ├─ ONE_SHOT                                        → ended: it has a rule of its own
 *  ├─ RRULE with COUNT, UNTIL, EXDATE or EXRULE,
 *  │  cron that names years                           → ended, by what it says
 *  ├─ RRULE, INTERVAL: a fire since DTSTART or anchor → ended: it did fire
 *  ├─ bounds and calendar leave out all that come     → ended where endAt is past, else never
 *  └─ else                                            → never
 * </pre>
 *
 * A cron pattern has no beginning, so what it would have done long ago, when the zone knew no
 * daylight saving, does not count.
 *
 * @param message that it never fires, in which zone and why, and what to choose instead
 * @param example what would fire in its place
 */
public record NeverFires(String message, String example) {

  private static final Duration YEAR = Duration.ofDays(365);

  /**
   * From here on the calendar, its weekdays and the changes of every zone go once more through all
   * that they ever do: 400 years before the end. Who asks later is answered as of here, else a
   * daily trigger would never fire on the last evening of time.
   */
  private static final Instant LATEST = Instant.parse("9599-01-01T00:00:00Z");

  /**
   * Asked once no fire was found.
   *
   * @param anchor as in {@link Trigger#in}
   * @param after the instant after which there is none
   * @return null when it is over, or when bounded work cannot tell
   */
  public static @Nullable NeverFires of(
      Trigger trigger, ZoneId zone, DstPolicy policy, Instant anchor, Instant after) {
    return of(trigger, Timing.of(zone, anchor, policy), after);
  }

  /**
   * Asked once no fire was found.
   *
   * @param timing as in {@link Trigger#in(Timing)}; whatever came before its {@code createdAt} does
   *     not count
   * @param after the instant after which there is none
   * @return null when it is over, or when bounded work cannot tell
   */
  public static @Nullable NeverFires of(Trigger trigger, Timing timing, Instant after) {
    try {
      Timing bare = Timing.of(timing.zone(), timing.anchor(), timing.dst());
      if (trigger.in(bare).next(after) != null) {
        return leftOut(trigger, timing, after);
      }
      return canBeOver(trigger)
              || fires(trigger, timing.zone(), timing.dst(), timing.anchor(), after)
          ? null
          : because(trigger, timing.zone(), timing.dst(), timing.anchor(), after);
    } catch (EvaluationGaveUp unknown) {
      return null;
    }
  }

  /** Of a trigger that would go on firing, were it not for bounds and calendar. */
  private static @Nullable NeverFires leftOut(Trigger trigger, Timing timing, Instant after) {
    Instant since = earlier(after, timing.createdAt());
    Instant end = timing.endAt();
    boolean ended = end != null && !end.isAfter(after);
    if (ended || trigger.in(timing).next(since) != null) {
      return null;
    }
    if (trigger.in(timing.withoutCalendar()).next(since) != null) {
      return leftOutByCalendar(trigger, timing);
    }
    Instant start = timing.startAt();
    if (start != null && end != null && end.isBefore(start)) {
      return new NeverFires(
          "this can never fire: endAt is before startAt; choose a later endAt", example(start));
    }
    return trigger instanceof OneShot once && start != null && once.at().isBefore(start)
        ? new NeverFires(
            "this can never fire: its only instant lies before startAt; choose an earlier startAt,"
                + " or a later instant",
            once.at().toString())
        : new NeverFires(
            "this can never fire: its first fire would come after endAt; choose a later endAt",
            example(end == null ? after : end));
  }

  private static String example(Instant bound) {
    return "\"endAt\":\"" + bound.plus(YEAR).truncatedTo(ChronoUnit.SECONDS) + '"';
  }

  private static NeverFires leftOutByCalendar(Trigger trigger, Timing timing) {
    if (trigger instanceof Cron cron && cron.pattern().namesBusinessDay()) {
      return tooFewBusinessDays();
    }
    return new NeverFires(
        timing.convention() == Convention.SKIP
            ? "this can never fire: each of its dates is a day off in the calendar, and the convention"
                + " SKIP leaves those out; choose another convention such as FOLLOWING, or other days"
            : "this can never fire: the calendar has no business day to which its dates could be"
                + " moved; give the calendar fewer days off",
        "\"convention\":\"FOLLOWING\"");
  }

  private static NeverFires tooFewBusinessDays() {
    return new NeverFires(
        "this can never fire: no month that is named has so many business days; choose an earlier"
            + " one, or LB for the last",
        "0 18 LB * *");
  }

  private static boolean canBeOver(Trigger trigger) {
    return trigger instanceof OneShot
        || trigger instanceof Cron cron && cron.pattern().namesYears()
        || trigger instanceof Rrule rrule && rrule.recurrence().canEnd();
  }

  private static boolean fires(
      Trigger trigger, ZoneId zone, DstPolicy policy, Instant anchor, Instant after) {
    Instant from = trigger instanceof Cron ? earlier(after, LATEST) : Instant.MIN;
    return trigger.in(zone, earlier(anchor, LATEST), policy).next(from) != null;
  }

  private static NeverFires because(
      Trigger trigger, ZoneId zone, DstPolicy policy, Instant anchor, Instant after) {
    String inZone = "this can never fire in " + zone.getId();
    DstPolicy shifted = new DstPolicy(DstGap.SHIFT_BY_GAP, policy.overlap());
    if (policy.gap() == DstGap.SKIP
        && trigger.dependsOnDst()
        && fires(trigger, zone, shifted, anchor, after)) {
      return new NeverFires(
          inZone
              + " with dstGap SKIP: the clocks jump over each of its local times; choose dstGap"
              + " FIRE_AT_GAP_END or SHIFT_BY_GAP, or another time",
          "\"dstGap\":\"FIRE_AT_GAP_END\"");
    }
    if (trigger instanceof Cron cron && cron.pattern().namesBusinessDay()) {
      return tooFewBusinessDays();
    }
    if (trigger instanceof Cron cron && cron.pattern().isWildcard()) {
      return new NeverFires(
          inZone
              + ": the clocks jump over each of its local times, and a pattern with * in hour or"
              + " minute does not make up for them; choose another hour, or a fixed hour and minute",
          cron.dialect() == CronDialect.UNIX ? "30 3 * * *" : "0 30 3 * * ?");
    }
    return trigger instanceof FixedDelay
        ? new NeverFires(
            "this can never fire: its first fire would come after the year 9999; choose a shorter"
                + " delay",
            "PT15M")
        : new NeverFires(
            inZone
                + ": its first fire would come after the year 9999; choose a shorter interval or an"
                + " earlier start",
            "P1D");
  }

  private static Instant earlier(Instant a, Instant b) {
    return a.isBefore(b) ? a : b;
  }
}
