package dev.carillon;

import dev.carillon.run.Outcome;
import java.util.concurrent.CompletionStage;

/**
 * A {@link JobHandler} that does not block: it is called on an event loop and answers later. The
 * slot is taken until the stage completes.
 */
public interface AsyncJobHandler {

  /** The name that a target refers to; unique among all handlers of the process. */
  String name();

  /**
   * Starts the work and returns at once.
   *
   * @return completes with what came of it; completing with null or exceptionally is a failed
   *     attempt, retried as the job's policy says
   */
  CompletionStage<Outcome> handle(RunContext run);
}
