package dev.carillon.broker.kafka;

import dev.carillon.broker.DeadLetters;
import dev.carillon.broker.Message;
import io.smallrye.mutiny.Uni;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Dead letters on a topic of their own, with body and headers as {@link Message} has them: no key,
 * headers that are text, and of several with one name the last. The message itself lies where the
 * letter says, as long as its topic keeps it.
 *
 * <p>A letter is longer than its message, and Kafka may have taken that one just so. What is too
 * long is therefore sent again as less, or the message would be in hand for ever, and nothing after
 * it could be committed:
 *
 * <pre>
 * WHOLE ──too long──► SHORT (64 KiB of the body) ──too long──► BARE (1 KiB of it, no headers of its own)
 * </pre>
 */
final class KafkaDeadLetters implements DeadLetters {

  /** How much of the body stays when it is the headers that are too long. */
  private static final int KEPT_BARE = 1024;

  private final Sender sender;

  private enum Form {
    WHOLE,
    SHORT,
    BARE
  }

  KafkaDeadLetters(Sender sender) {
    this.sender = sender;
  }

  @Override
  public Uni<Void> setAside(Message message, String reason, @Nullable String rule) {
    // What is too long depends on settings of the producer, the topic and Kafka; their answer is
    // cheaper than knowing them.
    return send(Form.WHOLE, message, reason, rule)
        .onFailure(RecordTooLargeException.class)
        .recoverWithUni(() -> send(Form.SHORT, message, reason, rule))
        .onFailure(RecordTooLargeException.class)
        .recoverWithUni(() -> send(Form.BARE, message, reason, rule));
  }

  private Uni<Void> send(Form form, Message message, String reason, @Nullable String rule) {
    return sender.send(
        List.of(message), one -> DeadLetters.TOPIC, one -> letter(form, one, reason, rule));
  }

  private static ProducerRecord<byte[], byte[]> letter(
      Form form, Message message, String reason, @Nullable String rule) {
    ProducerRecord<byte[], byte[]> letter =
        new ProducerRecord<>(DeadLetters.TOPIC, body(form, message.body()));
    if (form != Form.BARE) {
      message.headers().forEach((name, value) -> put(letter.headers(), name, value));
    }
    put(letter.headers(), REASON, reason);
    if (rule != null) {
      put(letter.headers(), RULE, rule);
    }
    put(letter.headers(), ORIGINAL_TOPIC, message.topic());
    put(letter.headers(), ORIGINAL_OFFSET, message.position());
    if (form != Form.WHOLE) {
      put(letter.headers(), TRUNCATED, Integer.toString(message.body().length));
    }
    return letter;
  }

  private static byte[] body(Form form, byte[] whole) {
    return switch (form) {
      case WHOLE -> whole;
      case SHORT -> Arrays.copyOf(whole, Math.min(whole.length, KEPT));
      case BARE -> Arrays.copyOf(whole, Math.min(whole.length, KEPT_BARE));
    };
  }

  /** A letter that was set aside before has these already; the last reason counts. */
  private static void put(Headers headers, String name, String value) {
    headers.remove(name).add(name, value.getBytes(StandardCharsets.UTF_8));
  }
}
