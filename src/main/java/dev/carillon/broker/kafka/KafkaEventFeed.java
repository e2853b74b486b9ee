package dev.carillon.broker.kafka;

import dev.carillon.broker.EventFeed;
import dev.carillon.broker.EventMessage;
import io.smallrye.mutiny.Multi;
import java.time.Duration;
import java.time.InstantSource;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is published by any process, for the readers of this one. The topics are read while somebody
 * watches and some minutes longer, so that a reader that comes back finds what it missed in memory.
 *
 * <p>A reader misses nothing that is published after it was given its subscription; before that, it
 * sees what this process's clock puts after it came. With {@code lastSeen}, it goes on after that
 * event in the order in which this process reads, or, when another process showed it, in the order
 * of the messages' times; an event of another subject from about the same moment may then come
 * twice or be what the other showed before. Order by subject is kept always.
 */
final class KafkaEventFeed implements EventFeed, AutoCloseable {

  private static final Duration STAYS = Duration.ofMinutes(3);
  private static final Duration LEAVING = Duration.ofMillis(2_500);

  private final Clients clients;
  private final Connection connection;
  private final InstantSource clock;
  private @Nullable EventTail tail;
  private boolean closed;

  KafkaEventFeed(Clients clients, Connection connection, InstantSource clock) {
    this.clients = clients;
    this.connection = connection;
    this.clock = clock;
  }

  @Override
  public Multi<EventMessage> of(String tenant, @Nullable UUID lastSeen) {
    return Multi.createFrom().publisher(subscriber -> tail().join(tenant, lastSeen, subscriber));
  }

  @Override
  public void close() {
    EventTail open;
    synchronized (this) {
      closed = true;
      open = tail;
    }
    if (open != null) {
      open.end();
      open.awaitEnd(LEAVING);
    }
  }

  private synchronized EventTail tail() {
    if (tail == null || !tail.stay()) {
      tail = new EventTail(clients, connection, clock, STAYS);
      if (!closed) {
        tail.start();
      }
    }
    return tail;
  }
}
