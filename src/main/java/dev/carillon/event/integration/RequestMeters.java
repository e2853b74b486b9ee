package dev.carillon.event.integration;

import java.util.function.IntSupplier;

/** Port: what is measured of requests. */
public interface RequestMeters {

  /** What became of a request. */
  enum Result {
    CREATED,
    /** The event, or its dedupe key, was known: nothing to do. */
    REPEATED,
    /** It was set aside. */
    REFUSED
  }

  /**
   * @param inHand how many are not acknowledged yet
   */
  void watchRequests(IntSupplier inHand);

  /** Counted once a request is acknowledged. */
  void requested(Result result);
}
