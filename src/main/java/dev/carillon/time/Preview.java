package dev.carillon.time;

import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;

/**
 * What a trigger is going to do: its meaning in words and its next fires.
 *
 * @param description the trigger's meaning in plain English, see {@link Trigger#describe}
 * @param fires the fires, ascending
 * @param exhausted whether there were fewer fires than asked for
 */
public record Preview(String description, List<Fire> fires, boolean exhausted) {

  public Preview {
    fires = List.copyOf(fires);
  }

  /**
   * The next fires of a trigger. An INTERVAL without anchor and a FIXED_DELAY count from {@code
   * from}.
   *
   * @param from exclusive, but an RRULE's DTSTART exactly at {@code from} counts
   * @param count how many fires at most, not negative
   * @throws EvaluationGaveUp as {@link Fires#next}
   */
  public static Preview of(
      Trigger trigger, ZoneId zone, DstPolicy policy, Instant from, int count) {
    Fires fires = trigger.in(zone, from, policy);
    List<Fire> found = new ArrayList<>();
    Instant after = trigger.lookAfter(zone, from, policy);
    while (found.size() < count) {
      Fire fire = fires.nextFire(after);
      if (fire == null) {
        break;
      }
      found.add(fire);
      after = fire.at();
    }
    return new Preview(trigger.describe(), found, found.size() < count);
  }
}
