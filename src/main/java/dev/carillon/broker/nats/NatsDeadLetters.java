package dev.carillon.broker.nats;

import dev.carillon.broker.DeadLetters;
import dev.carillon.broker.Message;
import io.nats.client.impl.Headers;
import io.smallrye.mutiny.Uni;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Sets messages aside as they came. The one that is set aside twice is there once: its id is where
 * it came from.
 */
final class NatsDeadLetters implements DeadLetters {

  private final AckedPublisher publisher;

  NatsDeadLetters(AckedPublisher publisher) {
    this.publisher = publisher;
  }

  @Override
  public Uni<Void> setAside(Message message, String reason, @Nullable String rule) {
    return publisher.publish(List.of(message), one -> deadLetter(one, reason, rule));
  }

  private static AckedPublisher.Outgoing deadLetter(
      Message message, String reason, @Nullable String rule) {
    Map<String, String> headers = new HashMap<>(message.headers());
    // These would tell the server what to expect of the stream that we write to.
    headers.keySet().removeIf(name -> name.regionMatches(true, 0, "Nats-", 0, 5));
    headers.put(REASON, reason);
    headers.put(ORIGINAL_TOPIC, message.topic());
    headers.put(ORIGINAL_OFFSET, message.position());
    if (rule != null) {
      headers.put(RULE, rule);
    }
    Headers written = Messages.headers(headers);
    written.put(Messages.ID, Messages.printable(message.topic() + "/" + message.position()));
    return new AckedPublisher.Outgoing(TOPIC, written, message.body());
  }
}
