package dev.carillon.broker.nats;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import dev.carillon.broker.JobDue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A due event's body, {@code {"run","due","priority","tenant","job"}}, written and read by hand:
 * there is one for every run.
 */
final class DueCodec {

  private static final JsonFactory JSON = new JsonFactory();

  private DueCodec() {}

  static byte[] write(JobDue due) {
    ByteArrayBuilder bytes = new ByteArrayBuilder(192);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("run", due.run().toString());
      json.writeStringField("due", due.due().toString());
      json.writeNumberField("priority", due.priority());
      json.writeStringField("tenant", due.tenant());
      if (due.job() != null) {
        json.writeStringField("job", due.job());
      }
      json.writeEndObject();
    } catch (IOException unexpected) {
      throw new UncheckedIOException(unexpected);
    }
    return bytes.toByteArray();
  }

  /**
   * @throws IllegalArgumentException saying what is wrong with it, in one line and without its
   *     content
   */
  static JobDue read(byte[] body, String queue, @Nullable String traceparent) {
    Fields fields = new Fields();
    try (JsonParser json = JSON.createParser(body)) {
      fields.read(json);
    } catch (IOException malformed) {
      throw new IllegalArgumentException("it is not JSON", malformed);
    }
    return fields.due(queue, traceparent);
  }

  private static final class Fields {

    private @Nullable String run;
    private @Nullable String due;
    private @Nullable String tenant;
    private @Nullable String job;
    private int priority = -1;

    void read(JsonParser json) throws IOException {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new IllegalArgumentException("it is not a JSON object");
      }
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String name = json.currentName();
        JsonToken value = json.nextToken();
        switch (name) {
          case "run" -> run = text(json, value);
          case "due" -> due = text(json, value);
          case "tenant" -> tenant = text(json, value);
          case "job" -> job = text(json, value);
          case "priority" ->
              priority = value == JsonToken.VALUE_NUMBER_INT ? json.getIntValue() : -1;
          default -> json.skipChildren(); // a later version may say more
        }
      }
    }

    private static @Nullable String text(JsonParser json, JsonToken value) throws IOException {
      json.skipChildren();
      return value == JsonToken.VALUE_STRING ? json.getText() : null;
    }

    JobDue due(String queue, @Nullable String traceparent) {
      if (tenant == null) {
        throw new IllegalArgumentException("it names no tenant");
      }
      if (priority < 0 || priority > 4) {
        throw new IllegalArgumentException("its priority is not a number from 0 to 4");
      }
      return new JobDue(id(run), instant(due), priority, tenant, queue, job, traceparent);
    }

    private static UUID id(@Nullable String run) {
      try {
        return UUID.fromString(run == null ? "" : run);
      } catch (IllegalArgumentException malformed) {
        throw new IllegalArgumentException("its run is not a UUID", malformed);
      }
    }

    private static Instant instant(@Nullable String due) {
      try {
        return Instant.parse(due == null ? "" : due);
      } catch (DateTimeException malformed) {
        throw new IllegalArgumentException("its due is not an instant in UTC", malformed);
      }
    }
  }
}
