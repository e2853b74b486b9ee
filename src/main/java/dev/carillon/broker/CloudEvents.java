package dev.carillon.broker;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Events as CloudEvents 1.0 in the JSON format (CloudEvents JSON Event Format §3), and back. */
public final class CloudEvents {

  /** The header {@code content-type} of a structured event, by the bindings for Kafka and NATS. */
  public static final String CONTENT_TYPE = "application/cloudevents+json; charset=UTF-8";

  private CloudEvents() {}

  /**
   * @param source which Carillon tells it: {@code /carillon/{instance}}
   */
  public static JsonObject structured(EventMessage event, String source) {
    JsonObject rendered =
        new JsonObject()
            .put("specversion", "1.0")
            .put("id", event.id().toString())
            .put("source", source)
            .put("type", event.type())
            .put("subject", event.subject())
            .put("time", event.time().toString())
            .put("datacontenttype", "application/json")
            .put("tenant", event.tenant())
            .put("sequence", sequence(event))
            .put("partitionkey", partitionKey(event));
    if (event.traceparent() != null) {
      rendered.put("traceparent", event.traceparent());
    }
    return rendered.put("data", event.data());
  }

  /** The bytes of {@link #structured}, for brokers. */
  public static byte[] encode(EventMessage event, String source) {
    return structured(event, source).toBuffer().getBytes();
  }

  /**
   * Reads what {@link #structured} rendered.
   *
   * @throws IllegalArgumentException when it is no event of ours
   */
  public static EventMessage read(byte[] structured) {
    try {
      JsonObject event = new JsonObject(Buffer.buffer(structured));
      return new Told(
          text(event, "type"),
          text(event, "tenant"),
          text(event, "subject"),
          Long.parseLong(text(event, "sequence")),
          Instant.parse(text(event, "time")),
          UUID.fromString(text(event, "id")),
          event.getString("traceparent"),
          event.getJsonObject("data", new JsonObject()));
    } catch (DecodeException | ClassCastException | DateTimeException wrong) {
      throw new IllegalArgumentException("not an event of Carillon: " + wrong.getMessage(), wrong);
    }
  }

  /** Keeps the events of one subject on one partition: its id. */
  public static String partitionKey(EventMessage event) {
    return event.subject().substring(event.subject().indexOf('/') + 1);
  }

  /** Ten digits, so that its order as text is its order. */
  private static String sequence(EventMessage event) {
    String digits = Long.toString(event.sequence());
    return digits.length() < 10 ? "0".repeat(10 - digits.length()) + digits : digits;
  }

  private static String text(JsonObject event, String name) {
    String text = event.getString(name);
    if (text == null) {
      throw new IllegalArgumentException("not an event of Carillon: it has no " + name);
    }
    return text;
  }

  /** An event that came back from a broker. */
  private record Told(
      String type,
      String tenant,
      String subject,
      long sequence,
      Instant time,
      UUID id,
      @Nullable String traceparent,
      JsonObject data)
      implements EventMessage {}
}
