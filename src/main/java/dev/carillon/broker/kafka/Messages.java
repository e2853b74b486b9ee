package dev.carillon.broker.kafka;

import dev.carillon.broker.Message;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** Kafka's messages as the ports name them. */
final class Messages {

  static final String TRACEPARENT = "traceparent";

  private Messages() {}

  static Message message(ConsumerRecord<byte[], byte[]> record) {
    Map<String, String> headers = new LinkedHashMap<>();
    for (Header header : record.headers()) {
      if (header.value() != null) {
        headers.put(header.key(), new String(header.value(), StandardCharsets.UTF_8));
      }
    }
    byte[] body = record.value();
    return new Message(
        record.topic(),
        record.partition() + "/" + record.offset(),
        headers,
        body == null ? new byte[0] : body);
  }

  static void addTraceparent(ProducerRecord<byte[], byte[]> message, @Nullable String traceparent) {
    if (traceparent != null) {
      message.headers().add(TRACEPARENT, traceparent.getBytes(StandardCharsets.UTF_8));
    }
  }

  static @Nullable String traceparent(ConsumerRecord<byte[], byte[]> message) {
    Header header = message.headers().lastHeader(TRACEPARENT);
    return header == null || header.value() == null
        ? null
        : new String(header.value(), StandardCharsets.UTF_8);
  }
}
