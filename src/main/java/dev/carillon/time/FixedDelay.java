package dev.carillon.time;

import dev.carillon.time.LocalFires.Choice;
import dev.carillon.time.text.Phrases;
import dev.carillon.time.text.Refusal;
import java.time.Duration;

/**
 * FIXED_DELAY: each run starts a fixed time after the end of the previous one. The engine sets the
 * next instant from the run's end; {@link #in} answers for the time that nobody knows yet, as if
 * runs took no time: anchor + n · delay. A delay is never cut short: what falls on a day that does
 * not count is put off to the next business day, see {@link Adjusted}.
 *
 * @param delay exact elapsed time, at least one second
 */
public record FixedDelay(Duration delay) implements Trigger {

  private static final String EXAMPLE = "PT15M";

  public FixedDelay {
    if (delay.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new InvalidTrigger("delay", 0, "the delay must be at least one second", EXAMPLE);
    }
  }

  /**
   * @param delay an ISO 8601 duration; a day is exactly 24 hours, years and months are refused
   * @throws InvalidTrigger naming the field {@code delay}
   */
  public static FixedDelay parse(String delay) {
    Spans span;
    try {
      span = Spans.parse(delay, EXAMPLE);
    } catch (Refusal refusal) {
      throw InvalidTrigger.of("delay", refusal);
    }
    if (span.months() != 0) {
      String reason = "years and months have no fixed length; allowed: W, D, H, M, S";
      throw new InvalidTrigger("delay", 0, reason, EXAMPLE);
    }
    return new FixedDelay(
        Duration.ofDays(span.days()).plusSeconds(span.seconds()).plusNanos(span.nanos()));
  }

  @Override
  public Fires in(Timing timing) {
    ElapsedFires elapsed = new ElapsedFires(timing.zone(), timing.anchor(), delay, 1);
    Choice choice = Choice.of(timing.dst(), DstGap.SHIFT_BY_GAP);
    return AdjustedInstants.of(Adjusted.neverEarlier(timing), elapsed, elapsed.nanos(), choice);
  }

  @Override
  public boolean dependsOnZone() {
    return false;
  }

  @Override
  public String describe() {
    return Phrases.sentence(DurationWords.of(delay)) + " after the end of the previous run";
  }
}
