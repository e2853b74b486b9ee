package dev.carillon.broker;

import java.util.Map;

/**
 * Port: one message broker, seen from one process. Opening it never waits for the broker and never
 * fails because it is away: what is asked of it meanwhile is retried or refused, {@link #tell} says
 * so, and PostgreSQL keeps what must not be lost.
 */
public interface Broker extends AutoCloseable {

  DueChannel due();

  EventChannel events();

  EventFeed feed();

  /** What other services ask for. */
  RequestChannel requests();

  DeadLetters deadLetters();

  /** How it fares, for health: names and values; never a secret. */
  Map<String, String> tell();

  /**
   * Ends consumers and producers of this process. What was published is out; what was consumed and
   * not acknowledged comes again, elsewhere.
   */
  @Override
  void close();
}
