package dev.carillon.broker.nats;

import dev.carillon.broker.CloudEvents;
import dev.carillon.broker.EventChannel;
import dev.carillon.broker.EventMessage;
import io.nats.client.impl.Headers;
import io.smallrye.mutiny.Uni;
import java.util.List;

/**
 * Events as CloudEvents in the structured form. One that is published again within a minute is
 * recognised by its id and dropped by the server.
 */
final class NatsEventChannel implements EventChannel {

  private final AckedPublisher publisher;
  private final String source;

  NatsEventChannel(AckedPublisher publisher, String source) {
    this.publisher = publisher;
    this.source = source;
  }

  @Override
  public Uni<Void> publish(List<EventMessage> events) {
    return publisher.publish(events, this::rendered);
  }

  private AckedPublisher.Outgoing rendered(EventMessage event) {
    Headers headers =
        new Headers()
            .put("content-type", CloudEvents.CONTENT_TYPE)
            .put(Messages.ID, event.id().toString());
    String traceparent = event.traceparent();
    if (traceparent != null) {
      headers.put(Messages.TRACEPARENT, traceparent);
    }
    return new AckedPublisher.Outgoing(
        event.type() + "." + event.tenant(), headers, CloudEvents.encode(event, source));
  }
}
