package dev.carillon.target;

import dev.carillon.RunContext;
import dev.carillon.run.Outcome;
import java.util.concurrent.CompletionStage;

/**
 * Port: does the work of one attempt at one kind of target. Called on an event loop and never
 * blocks it; heeds the run's cancellation token.
 *
 * @param <T> the kind of target
 */
public interface TargetCaller<T extends TargetSpec> {

  /** The kind of target it calls. */
  Class<T> kind();

  /**
   * Calls the target once.
   *
   * @return completes with the target's word; completing exceptionally, or with null, is a failed
   *     attempt
   */
  CompletionStage<Outcome> call(T target, RunContext run);
}
