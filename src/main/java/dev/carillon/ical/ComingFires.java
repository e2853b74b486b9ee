package dev.carillon.ical;

import dev.carillon.time.EvaluationGaveUp;
import dev.carillon.time.Fire;
import dev.carillon.time.Fires;
import dev.carillon.time.civil.Effort;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The fires of one schedule in a window, looked for bit by bit, so that many schedules can share
 * what a calendar holds. Not for two threads at once.
 */
public final class ComingFires {

  private final Fires fires;
  private final Instant to;
  private final Effort effort;
  private final List<Fire> found = new ArrayList<>();
  private Instant after;
  private boolean over;
  private @Nullable EvaluationGaveUp gaveUp;

  /**
   * @param after exclusive
   * @param to inclusive; where nothing is in the window, the first fire after it counts
   * @param effort all that the search may cost
   */
  public ComingFires(Fires fires, Instant after, Instant to, Effort effort) {
    this.fires = fires;
    this.after = after;
    this.to = to;
    this.effort = effort;
  }

  /**
   * Goes on until so many are found in all, or there are no more.
   *
   * @return itself
   */
  public ComingFires upTo(int count) {
    while (found.size() < count && isHungry()) {
      Fire fire = next();
      if (fire != null) {
        found.add(fire);
        after = fire.at();
      }
    }
    return this;
  }

  private @Nullable Fire next() {
    try {
      // The first is shown however far off it is.
      Fire fire =
          found.isEmpty() ? fires.nextFire(after, effort) : fires.nextFire(after, to, effort);
      over = fire == null;
      return fire;
    } catch (EvaluationGaveUp unknown) {
      gaveUp = unknown;
      return null;
    }
  }

  /** Ascending. */
  public List<Fire> found() {
    return Collections.unmodifiableList(found);
  }

  /** Whether more of it may be found. */
  public boolean isHungry() {
    return !over && gaveUp == null;
  }

  /** Why the next one was not found; null: that did not happen. */
  public @Nullable EvaluationGaveUp gaveUp() {
    return gaveUp;
  }
}
