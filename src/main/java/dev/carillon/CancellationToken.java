package dev.carillon;

import java.util.concurrent.CancellationException;

/**
 * Tells a handler that its attempt should stop: somebody cancelled the run, its time is up, or this
 * worker no longer holds it. The thread of a blocking handler is interrupted as well.
 */
public interface CancellationToken {

  boolean isCancelled();

  /**
   * Runs the action once when the attempt is cancelled; at once if it already is. It must not
   * block.
   */
  void onCancel(Runnable action);

  /**
   * Ends the attempt here if it was cancelled.
   *
   * @throws CancellationException if it was
   */
  default void throwIfCancelled() {
    if (isCancelled()) {
      throw new CancellationException("the attempt was cancelled");
    }
  }
}
