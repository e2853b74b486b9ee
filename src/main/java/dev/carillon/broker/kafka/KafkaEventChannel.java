package dev.carillon.broker.kafka;

import dev.carillon.broker.CloudEvents;
import dev.carillon.broker.EventChannel;
import dev.carillon.broker.EventMessage;
import dev.carillon.broker.kafka.KafkaBroker.EventTopics;
import io.smallrye.mutiny.Uni;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Events as structured CloudEvents, keyed by what they happened to. */
final class KafkaEventChannel implements EventChannel {

  private static final byte[] CONTENT_TYPE =
      CloudEvents.CONTENT_TYPE.getBytes(StandardCharsets.UTF_8);

  private final Sender sender;
  private final EventTopics form;
  private final String source;

  KafkaEventChannel(Sender sender, EventTopics form, String source) {
    this.sender = sender;
    this.form = form;
    this.source = source;
  }

  @Override
  public Uni<Void> publish(List<EventMessage> events) {
    return sender.send(events, form::topicOf, this::encode);
  }

  private ProducerRecord<byte[], byte[]> encode(EventMessage event) {
    ProducerRecord<byte[], byte[]> message =
        new ProducerRecord<>(
            form.topicOf(event),
            CloudEvents.partitionKey(event).getBytes(StandardCharsets.UTF_8),
            CloudEvents.encode(event, source));
    message.headers().add("content-type", CONTENT_TYPE);
    String traceparent = event.traceparent();
    if (traceparent != null) {
      message.headers().add(JobDueCodec.TRACEPARENT, traceparent.getBytes(StandardCharsets.UTF_8));
    }
    return message;
  }
}
