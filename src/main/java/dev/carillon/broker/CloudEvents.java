package dev.carillon.broker;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Events as CloudEvents 1.0 in the JSON format (CloudEvents JSON Event Format §3), and back. */
public final class CloudEvents {

  /** The header {@code content-type} of a structured event, by the bindings for Kafka and NATS. */
  public static final String CONTENT_TYPE = "application/cloudevents+json; charset=UTF-8";

  private static final JsonFactory JSON = new JsonFactory();

  /** Most events are shorter: no growing. */
  private static final int USUAL_LENGTH = 1024;

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

  /**
   * The same as the bytes of {@link #structured}, for brokers: tens of thousands a second, without
   * a tree in between.
   */
  public static byte[] encode(EventMessage event, String source) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(USUAL_LENGTH);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("specversion", "1.0");
      json.writeStringField("id", event.id().toString());
      json.writeStringField("source", source);
      json.writeStringField("type", event.type());
      json.writeStringField("subject", event.subject());
      json.writeStringField("time", event.time().toString());
      json.writeStringField("datacontenttype", "application/json");
      json.writeStringField("tenant", event.tenant());
      json.writeStringField("sequence", sequence(event));
      json.writeStringField("partitionkey", partitionKey(event));
      String traceparent = event.traceparent();
      if (traceparent != null) {
        json.writeStringField("traceparent", traceparent);
      }
      json.writeFieldName("data");
      write(json, event.data().getMap());
      json.writeEndObject();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
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
    } catch (io.vertx.core.json.DecodeException | ClassCastException | DateTimeException wrong) {
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

  private static void write(JsonGenerator json, Map<?, ?> object) throws IOException {
    json.writeStartObject();
    for (Map.Entry<?, ?> entry : object.entrySet()) {
      json.writeFieldName(entry.getKey().toString());
      write(json, entry.getValue());
    }
    json.writeEndObject();
  }

  /** The common kinds here; whatever else Vert.x can encode, by Vert.x. */
  private static void write(JsonGenerator json, @Nullable Object value) throws IOException {
    if (value instanceof String text) {
      json.writeString(text);
    } else if (value instanceof Integer number) {
      json.writeNumber(number);
    } else if (value instanceof Long number) {
      json.writeNumber(number);
    } else if (value instanceof Boolean truth) {
      json.writeBoolean(truth);
    } else if (value instanceof JsonObject object) {
      write(json, object.getMap());
    } else if (value instanceof Map<?, ?> object) {
      write(json, object);
    } else if (value instanceof List<?> list) {
      json.writeStartArray();
      for (Object element : list) {
        write(json, element);
      }
      json.writeEndArray();
    } else {
      json.writeRawValue(io.vertx.core.json.Json.encode(value));
    }
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
