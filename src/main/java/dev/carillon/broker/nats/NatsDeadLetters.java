package dev.carillon.broker.nats;

import dev.carillon.broker.DeadLetters;
import dev.carillon.broker.Message;
import io.nats.client.Connection;
import io.nats.client.impl.Headers;
import io.smallrye.mutiny.Uni;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Sets messages aside as they came, as far as the server takes them with what we add to them. The
 * one that is set aside twice is there once: its id is where it came from.
 */
final class NatsDeadLetters implements DeadLetters {

  /** What JetStream takes, whatever the server's max_payload. */
  private static final int MOST_HEADERS = 65_535;

  private final NatsLink link;
  private final AckedPublisher publisher;

  NatsDeadLetters(NatsLink link, AckedPublisher publisher) {
    this.link = link;
    this.publisher = publisher;
  }

  @Override
  public Uni<Void> setAside(Message message, String reason, @Nullable String rule) {
    return publisher.publish(List.of(message), one -> deadLetter(one, reason, rule));
  }

  private AckedPublisher.Outgoing deadLetter(
      Message message, String reason, @Nullable String rule) {
    Map<String, String> ours = new HashMap<>();
    ours.put(REASON, reason);
    ours.put(ORIGINAL_TOPIC, message.topic());
    ours.put(ORIGINAL_OFFSET, message.position());
    if (rule != null) {
      ours.put(RULE, rule);
    }
    Map<String, String> all = new HashMap<>(message.headers());
    // These would tell the server what to expect of the stream that we write to.
    all.keySet().removeIf(name -> name.regionMatches(true, 0, "Nats-", 0, 5));
    all.putAll(ours);
    byte[] body = message.body();
    long most = mostBytes();
    Headers whole = written(message, all);
    if (whole.serializedLength() <= MOST_HEADERS
        && whole.serializedLength() + (long) body.length <= most) {
      return new AckedPublisher.Outgoing(TOPIC, whole, body);
    }
    // It fitted without ours. To fail now would be to be asked again, for ever.
    all.put(TRUNCATED, Integer.toString(body.length));
    ours.put(TRUNCATED, Integer.toString(body.length));
    Headers headers = written(message, all);
    if (headers.serializedLength() > Math.min(MOST_HEADERS, most)) {
      headers = written(message, ours);
    }
    long room = Math.max(0, most - headers.serializedLength());
    byte[] beginning = Arrays.copyOf(body, (int) Math.min(room, Math.min(KEPT, body.length)));
    return new AckedPublisher.Outgoing(TOPIC, headers, beginning);
  }

  private static Headers written(Message message, Map<String, String> headers) {
    Headers written = Messages.headers(headers);
    written.put(Messages.ID, Messages.printable(message.topic() + "/" + message.position()));
    return written;
  }

  /** Of headers and body together. */
  private long mostBytes() {
    Connection connection = link.connection();
    long most = connection == null ? 0 : connection.getMaxPayload();
    // Without a connection nothing is sent; without a limit there is none.
    return most > 0 ? most : Long.MAX_VALUE;
  }
}
