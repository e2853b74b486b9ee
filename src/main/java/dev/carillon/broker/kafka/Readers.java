package dev.carillon.broker.kafka;

import dev.carillon.broker.DeadLetters;
import io.smallrye.mutiny.Multi;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The group members of this process. */
final class Readers implements AutoCloseable {

  /** To commit and to leave, each a second at most. */
  private static final Duration LEAVING = Duration.ofMillis(2_500);

  private final Clients clients;
  private final Topics topics;
  private final Connection connection;
  private final DeadLetters deadLetters;
  private final List<GroupReader<?>> open = new CopyOnWriteArrayList<>();
  private volatile boolean closed;

  Readers(Clients clients, Topics topics, Connection connection, DeadLetters deadLetters) {
    this.clients = clients;
    this.topics = topics;
    this.connection = connection;
    this.deadLetters = deadLetters;
  }

  /** A member of its own for each subscriber, from its subscription to its cancellation. */
  <T> Multi<T> read(GroupReader.Source source, GroupReader.Reading<T> reading) {
    return Multi.createFrom()
        .publisher(
            subscriber -> {
              GroupReader<T> reader =
                  new GroupReader<>(
                      source, clients, topics, connection, deadLetters, reading, subscriber);
              open.removeIf(GroupReader::isEnded);
              open.add(reader);
              subscriber.onSubscribe(reader);
              if (closed) {
                reader.cancel();
              } else {
                reader.start();
              }
            });
  }

  @Override
  public void close() {
    closed = true;
    open.forEach(GroupReader::cancel);
    try {
      for (GroupReader<?> reader : open) {
        reader.awaitEnd(LEAVING);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
