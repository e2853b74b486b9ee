package dev.carillon.broker;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Set;

/** Port: carries due events from the ticker to the workers, each to one worker of its queue. */
public interface DueChannel {

  /**
   * Hands the events over; completes when the broker has them. Dropping some is allowed,
   * duplicating too.
   */
  Uni<Void> publish(List<JobDue> due);

  /**
   * Whether others can see the events, so that they should carry the job's key and the trace, which
   * cost a look-up.
   */
  default boolean leavesTheProcess() {
    return true;
  }

  /**
   * Batches for this worker, as fast as they are requested and no faster.
   *
   * @param queues which queues; empty: all
   */
  Multi<DueBatch> consume(Set<String> queues);

  /** Some due events and the way to acknowledge them. */
  interface DueBatch {

    List<JobDue> due();

    /**
     * Every event of the batch was claimed, or there was nothing to claim: it need not come again.
     */
    void acknowledge();
  }
}
