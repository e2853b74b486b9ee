package dev.carillon.broker.kafka;

import dev.carillon.broker.DeadLetters;
import dev.carillon.broker.Message;
import io.smallrye.mutiny.Uni;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** Dead letters on a topic of their own, with all that they came with. */
final class KafkaDeadLetters implements DeadLetters {

  private final Sender sender;

  KafkaDeadLetters(Sender sender) {
    this.sender = sender;
  }

  @Override
  public Uni<Void> setAside(Message message, String reason, @Nullable String rule) {
    return sender.send(
        List.of(message), one -> DeadLetters.TOPIC, one -> letter(one, reason, rule));
  }

  private static ProducerRecord<byte[], byte[]> letter(
      Message message, String reason, @Nullable String rule) {
    ProducerRecord<byte[], byte[]> letter = new ProducerRecord<>(DeadLetters.TOPIC, message.body());
    message.headers().forEach((name, value) -> put(letter.headers(), name, value));
    put(letter.headers(), REASON, reason);
    if (rule != null) {
      put(letter.headers(), RULE, rule);
    }
    put(letter.headers(), ORIGINAL_TOPIC, message.topic());
    put(letter.headers(), ORIGINAL_OFFSET, message.position());
    return letter;
  }

  /** A letter that was set aside before has these already; the last reason counts. */
  private static void put(Headers headers, String name, String value) {
    headers.remove(name).add(name, value.getBytes(StandardCharsets.UTF_8));
  }
}
