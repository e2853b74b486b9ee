package dev.carillon.broker;

import io.smallrye.mutiny.Multi;

/**
 * Port: integration events, {@code scheduler.run.requested}, as they came: each to one process of
 * those that read, and again until it is acknowledged.
 */
public interface RequestChannel {

  /** The topic, and the NATS subject's beginning. */
  String TOPIC = "scheduler.run.requested";

  /**
   * Messages as fast as they are requested and no faster; never ends by itself. Cancelling leaves
   * what is not acknowledged to others.
   */
  Multi<Incoming> consume();

  /** A message that must be acknowledged once what it asks for is stored, or set aside. */
  interface Incoming {

    Message message();

    /** From any thread, once. */
    void acknowledge();
  }
}
