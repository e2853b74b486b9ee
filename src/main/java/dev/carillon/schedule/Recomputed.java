package dev.carillon.schedule;

import dev.carillon.time.Fire;
import dev.carillon.time.Fires;
import dev.carillon.time.civil.Effort;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A schedule's next fire once more, under newer time zone rules than it was worked out by. */
public final class Recomputed {

  private Recomputed() {}

  /** As {@link #next(Fires, Instant, Instant, Instant, Effort)}, as a question of its own. */
  public static @Nullable Instant next(Fires fires, Instant since, Instant stored, Instant now) {
    return next(fires, since, stored, now, new Effort());
  }

  /**
   * The fire that takes the place of the stored one. It can be past already, when the new rules put
   * it earlier; it then is late, as after an outage, and not forgotten. A fire of the new rules
   * that lies in the past and closer to the last fire than to the stored one is what the last fire
   * should have been: its work is done, if at another time, so it does not come again.
   *
   * <pre>
   *   since ──────────── half-way ──────────── stored
   *     │ the last fire's, where past │ the stored one's │ to come, as any fire after now
   * </pre>
   *
   * @param fires under the new rules
   * @param since the last fire, or when the schedule was last told when to fire, whichever is later
   * @param stored the next fire under the old rules
   * @param now where the past ends
   * @param effort what the answer may cost
   * @return null when there is no fire any more
   * @throws dev.carillon.time.EvaluationGaveUp when that did not suffice
   */
  public static @Nullable Instant next(
      Fires fires, Instant since, Instant stored, Instant now, Effort effort) {
    // Told so while a fire was overdue: that one stays as it is.
    Instant after = since.isBefore(stored) ? since : stored.minusNanos(1);
    Instant halfWay = after.plus(Duration.between(after, stored).dividedBy(2));
    Instant settled = halfWay.isBefore(now) ? halfWay : now;
    Fire fire = fires.nextFire(settled.isAfter(after) ? settled : after, effort);
    return fire == null ? null : fire.at();
  }
}
