package dev.carillon.broker.nats;

import dev.carillon.broker.EventMessage;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** An event as it is read back from a CloudEvent in the structured form. */
record ReceivedEvent(
    String type,
    String tenant,
    String subject,
    long sequence,
    Instant time,
    UUID id,
    @Nullable String traceparent,
    JsonObject data)
    implements EventMessage {

  /**
   * @throws RuntimeException of whatever kind, when it is none of ours
   */
  static ReceivedEvent read(byte[] body) {
    JsonObject event = new JsonObject(io.vertx.core.buffer.Buffer.buffer(body));
    return new ReceivedEvent(
        event.getString("type"),
        event.getString("tenant"),
        event.getString("subject"),
        Long.parseLong(event.getString("sequence")),
        Instant.parse(event.getString("time")),
        UUID.fromString(event.getString("id")),
        event.getString("traceparent"),
        event.getJsonObject("data"));
  }
}
