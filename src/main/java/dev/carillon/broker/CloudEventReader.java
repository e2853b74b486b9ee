package dev.carillon.broker;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a CloudEvent out of a message, in whichever of the two modes it was sent:
 *
 * <ul>
 *   <li>structured: the body is the event as JSON; {@code content-type} says so, or the body does
 *       where neither {@code content-type} nor attributes in headers say otherwise;
 *   <li>binary: the attributes are headers, {@code ce_…} as the Kafka binding has it or {@code
 *       ce-…}, percent-encoded, as the NATS binding has it; the body is the data and {@code
 *       content-type} its type.
 * </ul>
 *
 * Names of headers are compared without regard to case.
 */
public final class CloudEventReader {

  private static final String CONTENT_TYPE = "content-type";
  private static final String STRUCTURED = "application/cloudevents";
  private static final String DATA_CONTENT_TYPE = "datacontenttype";

  /** Of id and source, in UTF-8: what an index can hold of both beside the tenant. */
  private static final int LONGEST_IDENTITY = 1024;

  /** As strict as the bodies of requests: a name twice is not JSON; numbers keep their digits. */
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private CloudEventReader() {}

  /**
   * @throws NotACloudEventException saying what is missing or wrong
   */
  public static CloudEvent read(Message message) {
    Map<String, String> headers = new HashMap<>();
    message.headers().forEach((name, value) -> headers.put(lower(name), value));
    String contentType = headers.get(CONTENT_TYPE);
    if (contentType != null && mediaType(contentType).startsWith(STRUCTURED)) {
      return structured(message, contentType);
    }
    Map<String, String> attributes = attributesOf(headers);
    return attributes.isEmpty()
        ? structured(message, contentType)
        : checked(attributes, message.body());
  }

  /** Whether an event's data says that it is JSON; without a word it is. */
  public static boolean isJson(@Nullable String dataContentType) {
    if (dataContentType == null) {
      return true;
    }
    String type = mediaType(dataContentType);
    return type.equals("application/json") || type.equals("text/json") || type.endsWith("+json");
  }

  // ── binary
  // ───────────────────────────────────────────────────────────────────────────────────────

  private static Map<String, String> attributesOf(Map<String, String> headers) {
    Map<String, String> attributes = new HashMap<>();
    headers.forEach(
        (name, value) -> {
          if (name.startsWith("ce_")) {
            attributes.put(name.substring(3), value);
          } else if (name.startsWith("ce-")) {
            attributes.put(name.substring(3), percentDecoded(value));
          }
        });
    if (!attributes.isEmpty()) {
      putIfAbsent(attributes, DATA_CONTENT_TYPE, headers.get(CONTENT_TYPE));
      putIfAbsent(attributes, "traceparent", headers.get("traceparent"));
    }
    return attributes;
  }

  private static void putIfAbsent(
      Map<String, String> attributes, String name, @Nullable String value) {
    if (value != null) {
      attributes.putIfAbsent(name, value);
    }
  }

  /** What is not a percent sign with two hexadecimal digits stays as it is. */
  private static String percentDecoded(String value) {
    if (value.indexOf('%') < 0) {
      return value;
    }
    byte[] from = value.getBytes(StandardCharsets.UTF_8);
    byte[] to = new byte[from.length];
    int length = 0;
    for (int i = 0; i < from.length; i++) {
      int high = from[i] == '%' && i + 2 < from.length ? Character.digit(from[i + 1], 16) : -1;
      int low = high < 0 ? -1 : Character.digit(from[i + 2], 16);
      if (low < 0) {
        to[length++] = from[i];
      } else {
        to[length++] = (byte) (high << 4 | low);
        i += 2;
      }
    }
    return new String(to, 0, length, StandardCharsets.UTF_8);
  }

  // ── structured
  // ───────────────────────────────────────────────────────────────────────────────────

  private static CloudEvent structured(Message message, @Nullable String contentType) {
    String type = contentType == null ? "" : mediaType(contentType);
    if (type.startsWith(STRUCTURED)
        && !type.equals(STRUCTURED)
        && !type.equals(STRUCTURED + "+json")) {
      throw new NotACloudEventException(
          "the content-type must be application/cloudevents+json: one event a message, in JSON");
    }
    JsonNode event = parse(message.body());
    if (!event.isObject() || (!type.startsWith(STRUCTURED) && !event.has("specversion"))) {
      throw new NotACloudEventException(
          "the message is not a CloudEvent: neither ce_ or ce- headers nor a JSON object with"
              + " specversion");
    }
    Map<String, String> attributes = new HashMap<>();
    event
        .fields()
        .forEachRemaining(
            field -> {
              if (!field.getKey().equals("data") && !field.getKey().equals("data_base64")) {
                addAttribute(attributes, field.getKey(), field.getValue());
              }
            });
    message
        .headers()
        .forEach(
            (name, value) -> {
              if (lower(name).equals("traceparent")) {
                attributes.putIfAbsent("traceparent", value);
              }
            });
    return checked(attributes, data(event));
  }

  private static void addAttribute(Map<String, String> attributes, String name, JsonNode value) {
    if (value.isContainerNode()) {
      throw new NotACloudEventException(
          "the attribute " + shown(name) + " must be a string, a number or a boolean");
    }
    if (!value.isNull() && attributes.put(lower(name), value.asText()) != null) {
      throw new NotACloudEventException("the attribute " + shown(name) + " is there twice");
    }
  }

  private static byte[] data(JsonNode event) {
    JsonNode data = event.get("data");
    JsonNode base64 = event.get("data_base64");
    boolean absent = base64 == null || base64.isNull();
    if (!absent && data != null && !data.isNull()) {
      throw new NotACloudEventException("data and data_base64 are both there; one is allowed");
    }
    if (!absent) {
      return decoded(base64);
    }
    return data == null || data.isNull() ? new byte[0] : bytes(data);
  }

  private static byte[] decoded(JsonNode base64) {
    try {
      return Base64.getDecoder().decode(base64.isTextual() ? base64.textValue() : "?");
    } catch (IllegalArgumentException e) {
      throw new NotACloudEventException("data_base64 is not Base64");
    }
  }

  private static byte[] bytes(JsonNode data) {
    try {
      return MAPPER.writeValueAsBytes(data);
    } catch (JsonProcessingException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  /** Says where it stops being JSON, and not what stands there: that may be anything. */
  private static JsonNode parse(byte[] body) {
    try {
      return MAPPER.readTree(body);
    } catch (JsonProcessingException unreadable) {
      JsonLocation location = unreadable.getLocation();
      throw new NotACloudEventException(
          "the message is not a CloudEvent: without ce_ or ce- headers its body must be JSON, and"
              + " is not"
              + (location == null
                  ? ""
                  : " (line %d, column %d)"
                      .formatted(location.getLineNr(), location.getColumnNr())));
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  // ── either
  // ───────────────────────────────────────────────────────────────────────────────────────

  private static CloudEvent checked(Map<String, String> attributes, byte[] data) {
    String version = required(attributes, "specversion");
    if (!version.equals("1.0")) {
      throw new NotACloudEventException("specversion must be 1.0");
    }
    String id = identity(attributes, "id");
    String source = identity(attributes, "source");
    String type = required(attributes, "type");
    Map<String, String> others = new HashMap<>(attributes);
    others.keySet().removeAll(List.of("specversion", "id", "source", "type"));
    return new CloudEvent(id, source, type, others, data);
  }

  private static String identity(Map<String, String> attributes, String name) {
    String value = required(attributes, name);
    if (value.getBytes(StandardCharsets.UTF_8).length > LONGEST_IDENTITY) {
      throw new NotACloudEventException(
          "the attribute " + name + " must not exceed " + LONGEST_IDENTITY + " bytes");
    }
    if (!isText(value)) {
      throw new NotACloudEventException(
          "the attribute " + name + " contains a control character or half of a surrogate pair");
    }
    return value;
  }

  private static String required(Map<String, String> attributes, String name) {
    String value = attributes.get(name);
    if (value == null || value.isEmpty()) {
      throw new NotACloudEventException("the attribute " + name + " is required");
    }
    return value;
  }

  /** What CloudEvents §2 allows in a string. */
  private static boolean isText(String value) {
    return value
        .codePoints()
        .noneMatch(
            c ->
                Character.isISOControl(c)
                    || c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
  }

  private static String mediaType(String contentType) {
    int parameters = contentType.indexOf(';');
    return lower(parameters < 0 ? contentType : contentType.substring(0, parameters)).strip();
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  private static String shown(String name) {
    return name.length() <= 40 ? name : name.substring(0, 40) + "...";
  }
}
