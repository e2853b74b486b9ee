package dev.carillon.broker.kafka;

import dev.carillon.broker.Message;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/** Kafka's messages as the ports name them. */
final class Messages {

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
}
