package dev.carillon.broker.nats;

import dev.carillon.broker.DeadLetters;
import dev.carillon.broker.DueChannel;
import dev.carillon.broker.JobDue;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.Message;
import io.nats.client.api.AckPolicy;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.api.StreamInfoOptions;
import io.nats.client.impl.Headers;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Due events, on one subject and with one durable consumer for each queue.
 *
 * <p>They carry no {@code Nats-Msg-Id}: a run is announced again on purpose, when it is retried and
 * when it is overdue, and JetStream would drop what it takes for a repeat.
 */
final class NatsDueChannel implements DueChannel {

  private static final Logger LOG = Logger.getLogger(NatsDueChannel.class);

  static final int BATCH = 500;

  /** Two claims: the next is there when it is wanted, and few are with a worker that is busy. */
  private static final int READ_AHEAD = 256;

  /**
   * Not acknowledged yet, over all workers of a queue. Each has some hundred in hand; were this
   * reached, the others would wait.
   */
  private static final int MOST_IN_HAND = 50_000;

  private static final String CONSUMER = "carillon-due-";
  private static final Pattern QUEUE = Pattern.compile("[a-z0-9][a-z0-9_-]{0,62}");

  private final NatsLink link;
  private final AckedPublisher publisher;
  private final DeadLetters deadLetters;
  private final Duration redeliverAfter;
  private final List<Reading> readings = new CopyOnWriteArrayList<>();
  private final Set<String> published = ConcurrentHashMap.newKeySet();

  NatsDueChannel(
      NatsLink link, AckedPublisher publisher, DeadLetters deadLetters, Duration redeliverAfter) {
    this.link = link;
    this.publisher = publisher;
    this.deadLetters = deadLetters;
    this.redeliverAfter = redeliverAfter;
  }

  @Override
  public Uni<Void> publish(List<JobDue> due) {
    return publisher.publish(due, this::outgoing);
  }

  private AckedPublisher.Outgoing outgoing(JobDue due) {
    if (published.add(due.queue())) {
      // A worker of all queues in this process need not wait until it looks for new ones.
      readings.forEach(reading -> link.execute(() -> reading.found(due.queue())));
    }
    String traceparent = due.traceparent();
    return new AckedPublisher.Outgoing(
        Streams.DUE_SUBJECT + due.queue(),
        traceparent == null ? null : new Headers().put(Messages.TRACEPARENT, traceparent),
        DueCodec.write(due));
  }

  @Override
  public Multi<DueBatch> consume(Set<String> queues) {
    return Multi.createFrom()
        .publisher(
            subscriber -> {
              Reading reading = new Reading(Set.copyOf(queues), subscriber);
              readings.add(reading);
              subscriber.onSubscribe(reading);
              link.add(reading);
            });
  }

  /** Gives back what every consumer of this process has in hand. */
  void close() {
    readings.forEach(Reading::cancel);
  }

  private record Hint(JobDue due, String address) {}

  private final class Reading extends Pulled<Hint, DueBatch> {

    private final Set<String> queues;
    private final Set<String> known = ConcurrentHashMap.newKeySet();
    private boolean skipLook;

    Reading(Set<String> queues, Flow.Subscriber<? super DueBatch> subscriber) {
      super(NatsDueChannel.this.link, subscriber, READ_AHEAD, BATCH);
      this.queues = queues;
    }

    @Override
    void open(Connection connection) {
      queues.forEach(queue -> consume(connection, queue));
      known.forEach(queue -> consume(connection, queue));
      look(connection);
    }

    @Override
    public void tick() {
      super.tick();
      Connection connection = link.connection();
      // Every second until there is a queue, every other one to see whether there are more.
      skipLook = !skipLook && !known.isEmpty();
      if (connection != null && !skipLook) {
        look(connection);
      }
    }

    /** A worker of all queues finds them by their subjects, and by the consumers of others. */
    private void look(Connection connection) {
      if (!queues.isEmpty()) {
        return;
      }
      try {
        JetStreamManagement management = NatsLink.management(connection);
        management
            .getStreamInfo(Streams.DUE, StreamInfoOptions.filterSubjects(Streams.DUE_SUBJECT + "*"))
            .getStreamState()
            .getSubjects()
            .forEach(subject -> found(subject.getName().substring(Streams.DUE_SUBJECT.length())));
        if (known.isEmpty()) {
          management.getConsumerNames(Streams.DUE).stream()
              .filter(name -> name.startsWith(CONSUMER))
              .forEach(name -> found(name.substring(CONSUMER.length())));
        }
      } catch (IOException | JetStreamApiException failure) {
        link.suspect("queues cannot be listed: " + failure.getMessage());
      }
    }

    /** On the link's thread. */
    private void found(String queue) {
      Connection connection = link.connection();
      if (queues.isEmpty() && QUEUE.matcher(queue).matches()) {
        known.add(queue);
        if (connection != null) {
          consume(connection, queue);
        }
      }
    }

    private void consume(Connection connection, String queue) {
      consume(connection, Streams.DUE, queue, management -> configuration(queue));
    }

    @Override
    public void cancel() {
      readings.remove(this);
      super.cancel();
    }

    @Override
    @Nullable Hint read(Message message) {
      String queue = message.getSubject().substring(Streams.DUE_SUBJECT.length());
      try {
        String traceparent = Messages.header(message, Messages.TRACEPARENT);
        return new Hint(DueCodec.read(message.getData(), queue, traceparent), message.getReplyTo());
      } catch (IllegalArgumentException unreadable) {
        setAside(message, unreadable.getMessage());
        return null;
      }
    }

    private void setAside(Message message, String reason) {
      LOG.warnf(
          "a due event on %s cannot be read (%s); it is set aside on %s",
          message.getSubject(), reason, DeadLetters.TOPIC);
      deadLetters
          .setAside(Messages.of(message), "a due event that cannot be read: " + reason, null)
          .subscribe()
          .with(
              done -> acknowledge(List.of(message.getReplyTo())),
              failure ->
                  LOG.debugf("it is not set aside (%s) and comes again", failure.getMessage()));
    }

    @Override
    DueBatch handOver(List<Hint> hints) {
      List<JobDue> due = new ArrayList<>(hints.size());
      List<String> addresses = new ArrayList<>(hints.size());
      for (Hint hint : hints) {
        due.add(hint.due);
        addresses.add(hint.address);
      }
      return new Batch(this, due, addresses);
    }
  }

  private record Batch(Reading reading, List<JobDue> due, List<String> addresses)
      implements DueBatch {
    @Override
    public void acknowledge() {
      reading.acknowledge(addresses);
    }
  }

  private ConsumerConfiguration configuration(String queue) {
    return ConsumerConfiguration.builder()
        .durable(CONSUMER + queue)
        .filterSubject(Streams.DUE_SUBJECT + queue)
        .ackPolicy(AckPolicy.Explicit)
        .ackWait(redeliverAfter)
        .maxAckPending(MOST_IN_HAND)
        .build();
  }
}
