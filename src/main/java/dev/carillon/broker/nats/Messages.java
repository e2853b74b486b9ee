package dev.carillon.broker.nats;

import dev.carillon.broker.Message;
import io.nats.client.impl.Headers;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Messages and headers between NATS's form and ours. */
final class Messages {

  static final String TRACEPARENT = "traceparent";

  /** By it JetStream recognises, and drops, what it has already. */
  static final String ID = "Nats-Msg-Id";

  private Messages() {}

  static Message of(io.nats.client.Message message) {
    Map<String, String> headers = new HashMap<>();
    if (message.getHeaders() != null) {
      message
          .getHeaders()
          .forEach((name, values) -> headers.put(name, values.get(values.size() - 1)));
    }
    return new Message(
        message.getSubject(),
        Long.toString(message.metaData().streamSequence()),
        headers,
        message.getData());
  }

  /** Headers that cannot be written in NATS (a line break, a letter beyond ASCII) are bent. */
  static Headers headers(Map<String, String> headers) {
    Headers written = new Headers();
    headers.forEach((name, value) -> written.put(printable(name), List.of(printable(value))));
    return written;
  }

  static String printable(String text) {
    return text.replaceAll("[^\\x20-\\x7e]", "?");
  }

  static @Nullable String header(io.nats.client.Message message, String name) {
    Headers headers = message.getHeaders();
    return headers == null ? null : headers.getFirst(name);
  }
}
