package dev.carillon.schedule;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * What becomes of the runs of one schedule whose time has come, while others of it may still live:
 * pure, and the same for whoever works it out. Only one has the place at a time, but under
 * ALLOW_ALL.
 *
 * <pre>
 *                   nobody has the place    somebody has it, or waits for it
 * ALLOW_ALL         starts                  starts
 * SKIP              starts                  is skipped
 * BUFFER_ONE        starts                  waits; is skipped if one waits already
 * BUFFER_ALL        starts                  waits; is skipped if {@link #MOST_WAITING} wait already,
 *                                           unless a backfill made it
 * CANCEL_OTHER      starts                  who lives is cancelled, who waits is skipped; it waits for the end
 * TERMINATE_OTHER   starts                  who lives is ended, who waits is skipped; it starts
 * </pre>
 *
 * <p>The place is free again after every end, whichever it is; a run that waits for another try
 * keeps it.
 *
 * <p>What a backfill made waits behind all others, and its waiting is no reason for them to wait or
 * to be skipped; nor do they skip it. Once one of its runs has started, it has the place like any
 * other. Under CANCEL_OTHER and TERMINATE_OTHER a backfill does not wait behind others: whoever
 * asked for it chose that the newest wins.
 *
 * @param start these start
 * @param skip these are skipped
 * @param end these living ones are ended here and now
 * @param ask these running ones are asked to stop
 */
public record Overlap(Set<UUID> start, Set<UUID> skip, Set<UUID> end, Set<UUID> ask) {

  /** As many may wait for their turn under BUFFER_ALL; what exceeds it is skipped, and counted. */
  public static final int MOST_WAITING = 1_000;

  /** In which order runs come to their turn. */
  public static final Comparator<Waiting> IN_TURN =
      Comparator.comparing(Waiting::isBehind)
          .thenComparing(Waiting::due)
          .thenComparing(Waiting::run);

  /**
   * A run that has the place: it is running, could be, or will be tried again.
   *
   * @param due when its time came, UTC
   * @param running whether a worker has it, so that it can only be asked to stop
   * @param asked whether it was asked already
   */
  public record Living(UUID run, Instant due, boolean running, boolean asked) {}

  /**
   * A run whose time has come and that has not got the place.
   *
   * @param due when its time came, UTC
   * @param wanted whether a person asked for it, by a backfill: however many wait, it is not
   *     dropped for their number
   */
  public record Waiting(UUID run, Instant due, OverlapPolicy policy, boolean wanted) {

    /** Whether it waits behind whatever else waits. */
    boolean isBehind() {
      return wanted
          && switch (policy) {
            case SKIP, BUFFER_ONE, BUFFER_ALL -> true;
            case ALLOW_ALL, CANCEL_OTHER, TERMINATE_OTHER -> false;
          };
    }

    /** A fire's, or one that was triggered by hand. */
    public Waiting(UUID run, Instant due, OverlapPolicy policy) {
      this(run, due, policy, false);
    }
  }

  public Overlap {
    start = Set.copyOf(start);
    skip = Set.copyOf(skip);
    end = Set.copyOf(end);
    ask = Set.copyOf(ask);
  }

  /**
   * Decides about all that wait.
   *
   * @param living who has the place now
   * @param waiting whose time has come, in any order
   */
  public static Overlap of(List<Living> living, List<Waiting> waiting) {
    Turn turn = new Turn(living);
    waiting.stream().sorted(IN_TURN).forEach(turn::take);
    return turn.decided();
  }

  /** Whether everything stays as it is. */
  public boolean isNothing() {
    return start.isEmpty() && skip.isEmpty() && end.isEmpty() && ask.isEmpty();
  }

  /** One after the other takes its turn; what was decided about those before it may change. */
  private static final class Turn {

    private final List<Living> living;
    private final Set<UUID> started = new HashSet<>();
    private final List<UUID> kept = new ArrayList<>();
    private final Set<UUID> skipped = new HashSet<>();
    private final Set<UUID> ended = new HashSet<>();
    private final Set<UUID> asked = new HashSet<>();

    /** Of those that are kept, how many count towards the bound. */
    private int bounded;

    /** The same, of those behind them. */
    private int behind;

    Turn(List<Living> living) {
      this.living = new ArrayList<>(living);
    }

    void take(Waiting one) {
      if (one.policy() == OverlapPolicy.ALLOW_ALL || isFree()) {
        started.add(one.run());
        return;
      }
      switch (one.policy()) {
        case SKIP -> skipped.add(one.run());
        case BUFFER_ONE -> keep(one, 1);
        case BUFFER_ALL -> keep(one, one.wanted() ? Integer.MAX_VALUE : MOST_WAITING);
        case CANCEL_OTHER -> {
          supersede();
          cancelLiving(one);
          startOrWait(one);
        }
        default -> {
          supersede();
          living.forEach(other -> ended.add(other.run()));
          living.clear();
          startOrWait(one);
        }
      }
    }

    /** Whoever waits behind this one has not had a turn yet. */
    private boolean isFree() {
      return living.isEmpty() && started.isEmpty() && kept.isEmpty();
    }

    private void keep(Waiting one, int most) {
      int before = one.isBehind() ? behind : bounded;
      if (before >= most) {
        skipped.add(one.run());
        return;
      }
      kept.add(one.run());
      if (one.isBehind()) {
        behind++;
      } else {
        bounded++;
      }
    }

    /**
     * The newest wins over those that wait, and over those that would only start now; those behind
     * it have not had a turn yet.
     */
    private void supersede() {
      skipped.addAll(kept);
      kept.clear();
      bounded = 0;
      skipped.addAll(started);
      started.clear();
    }

    /**
     * Whom no worker has is gone at once. Who came later was let run beside those that wait, by
     * somebody's own word.
     */
    private void cancelLiving(Waiting one) {
      List<Living> earlier = living.stream().filter(other -> isBefore(other, one)).toList();
      for (Living other : earlier) {
        if (!other.running()) {
          ended.add(other.run());
          living.remove(other);
        } else if (!other.asked()) {
          asked.add(other.run());
        }
      }
    }

    private static boolean isBefore(Living other, Waiting one) {
      int byDue = other.due().compareTo(one.due());
      return byDue < 0 || byDue == 0 && other.run().compareTo(one.run()) < 0;
    }

    private void startOrWait(Waiting one) {
      if (isFree()) {
        started.add(one.run());
      } else {
        kept.add(one.run());
      }
    }

    Overlap decided() {
      asked.removeAll(ended);
      return new Overlap(started, skipped, ended, asked);
    }
  }
}
