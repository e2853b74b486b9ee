package dev.carillon.broker.kafka;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.carillon.broker.JobDue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** Due events as messages: some million a minute pass here, so it is written by hand. */
final class JobDueCodec {

  static final String TRACEPARENT = "traceparent";

  private static final JsonFactory JSON = new JsonFactory();

  private JobDueCodec() {}

  static ProducerRecord<byte[], byte[]> encode(JobDue due) {
    String run = due.run().toString();
    ProducerRecord<byte[], byte[]> message =
        new ProducerRecord<>(
            Topics.DUE + due.queue(), run.getBytes(StandardCharsets.ISO_8859_1), body(run, due));
    String traceparent = due.traceparent();
    if (traceparent != null) {
      message.headers().add(TRACEPARENT, traceparent.getBytes(StandardCharsets.UTF_8));
    }
    return message;
  }

  /**
   * @throws UnreadableException with what is wrong
   */
  static JobDue decode(ConsumerRecord<byte[], byte[]> message) throws UnreadableException {
    byte[] body = message.value();
    if (body == null || body.length == 0) {
      throw new UnreadableException("the body is empty");
    }
    try (JsonParser json = JSON.createParser(body)) {
      return read(json, message);
    } catch (IOException | IllegalArgumentException | DateTimeException wrong) {
      throw new UnreadableException("the body is no due event: " + firstLine(wrong.getMessage()));
    }
  }

  private static byte[] body(String run, JobDue due) {
    StringBuilder body =
        new StringBuilder(160)
            .append("{\"run\":\"")
            .append(run)
            .append("\",\"due\":\"")
            .append(due.due())
            .append("\",\"priority\":")
            .append(due.priority())
            .append(",\"tenant\":\"")
            .append(due.tenant());
    String job = due.job();
    if (job != null) {
      body.append("\",\"job\":\"");
      JsonStringEncoder.getInstance().quoteAsString(job, body);
    }
    return body.append("\"}").toString().getBytes(StandardCharsets.UTF_8);
  }

  private static JobDue read(JsonParser json, ConsumerRecord<byte[], byte[]> message)
      throws IOException, UnreadableException {
    UUID run = null;
    Instant due = null;
    int priority = -1;
    String tenant = null;
    String job = null;
    if (json.nextToken() != JsonToken.START_OBJECT) {
      throw new UnreadableException("the body is no JSON object");
    }
    for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
      JsonToken value = json.nextToken();
      switch (name) {
        case "run" -> run = UUID.fromString(json.getText());
        case "due" -> due = Instant.parse(json.getText());
        case "priority" -> priority = json.getIntValue();
        case "tenant" -> tenant = json.getText();
        case "job" -> job = value == JsonToken.VALUE_NULL ? null : json.getText();
        // A later version may say more.
        default -> json.skipChildren();
      }
    }
    if (run == null || due == null || tenant == null || priority < 0 || priority > 4) {
      throw new UnreadableException("run, due, tenant or priority is missing or wrong");
    }
    return new JobDue(
        run,
        due,
        priority,
        tenant,
        message.topic().substring(Topics.DUE.length()),
        job,
        traceparent(message.headers()));
  }

  private static @Nullable String traceparent(Headers headers) {
    Header header = headers.lastHeader(TRACEPARENT);
    return header == null || header.value() == null
        ? null
        : new String(header.value(), StandardCharsets.UTF_8);
  }

  private static String firstLine(@Nullable String text) {
    return text == null ? "" : text.lines().findFirst().orElse("");
  }

  /** A message that is not what should be on its topic. */
  static final class UnreadableException extends Exception {

    private static final long serialVersionUID = 1L;

    UnreadableException(String message) {
      super(message, null, false, false);
    }
  }
}
