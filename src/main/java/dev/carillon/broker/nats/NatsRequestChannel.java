package dev.carillon.broker.nats;

import dev.carillon.broker.Message;
import dev.carillon.broker.RequestChannel;
import io.nats.client.Connection;
import io.nats.client.api.AckPolicy;
import io.nats.client.api.ConsumerConfiguration;
import io.smallrye.mutiny.Multi;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;

/** Requests of other services, by one durable consumer that all processes share. */
final class NatsRequestChannel implements RequestChannel {

  private static final String CONSUMER = "carillon-requests";

  /** Each makes a transaction: a few are enough to keep one busy. */
  private static final int READ_AHEAD = 32;

  private static final int MOST_IN_HAND = 1_000;

  private final NatsLink link;
  private final Duration redeliverAfter;
  private final List<Reading> readings = new CopyOnWriteArrayList<>();

  NatsRequestChannel(NatsLink link, Duration redeliverAfter) {
    this.link = link;
    this.redeliverAfter = redeliverAfter;
  }

  @Override
  public Multi<Incoming> consume() {
    return Multi.createFrom()
        .publisher(
            subscriber -> {
              Reading reading = new Reading(subscriber);
              readings.add(reading);
              subscriber.onSubscribe(reading);
              link.add(reading);
            });
  }

  /** Gives back what this process has in hand. */
  void close() {
    readings.forEach(Reading::cancel);
  }

  private record Request(Message message, String address) {}

  private final class Reading extends Pulled<Request, Incoming> {

    Reading(Flow.Subscriber<? super Incoming> subscriber) {
      super(NatsRequestChannel.this.link, subscriber, READ_AHEAD, 1);
    }

    @Override
    void open(Connection connection) {
      consume(
          connection,
          Streams.REQUESTS,
          CONSUMER,
          management ->
              ConsumerConfiguration.builder()
                  .durable(CONSUMER)
                  .ackPolicy(AckPolicy.Explicit)
                  .ackWait(redeliverAfter)
                  .maxAckPending(MOST_IN_HAND)
                  .build());
    }

    @Override
    public void cancel() {
      readings.remove(this);
      super.cancel();
    }

    @Override
    Request read(io.nats.client.Message message) {
      return new Request(Messages.of(message), message.getReplyTo());
    }

    @Override
    Incoming handOver(List<Request> requests) {
      return new One(this, requests.get(0));
    }
  }

  private record One(Reading reading, Request request) implements Incoming {
    @Override
    public Message message() {
      return request.message;
    }

    @Override
    public void acknowledge() {
      reading.acknowledge(List.of(request.address));
    }
  }
}
