package dev.carillon.broker;

import java.util.List;

/** What is told of runs: subscribers find their topics before the first event of a type. */
public final class EventTypes {

  /** {@code scheduler.run.requested} is not among them: that is for others to tell us. */
  public static final List<String> OF_RUNS =
      List.of(
          "scheduler.run.started",
          "scheduler.run.succeeded",
          "scheduler.run.failed",
          "scheduler.run.missed",
          "scheduler.run.dead",
          "scheduler.run.canceled",
          "scheduler.run.skipped",
          "scheduler.run.requeued",
          "scheduler.run.retried");

  private EventTypes() {}
}
