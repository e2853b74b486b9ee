package dev.carillon.catalog.input;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON to trees and back, strictly: a name twice in one object, or anything behind the end, is not
 * JSON to us. Numbers keep the digits that were written.
 */
public final class JsonText {

  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
          .serializationInclusion(JsonInclude.Include.NON_NULL)
          .addModule(new JavaTimeModule())
          .build();

  private static final TypeReference<Map<String, String>> TEXTS = new TypeReference<>() {};

  private JsonText() {}

  /**
   * Reads a body; one without any content is a missing node.
   *
   * @throws InvalidInput when it is not JSON, saying where
   */
  public static JsonNode parse(byte @Nullable [] text) {
    if (text == null || text.length == 0) {
      return MissingNode.getInstance();
    }
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException unreadable) {
      throw unreadable(unreadable);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  /** Reads what the database keeps; null stays null. */
  public static @Nullable JsonNode stored(@Nullable String text) {
    if (text == null) {
      return null;
    }
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException corrupt) {
      throw new IllegalStateException("the database holds JSON that cannot be read", corrupt);
    }
  }

  /** Reads what the database keeps into the record that wrote it. */
  public static <T> T read(String text, Class<T> form) {
    try {
      return MAPPER.readValue(text, form);
    } catch (JsonProcessingException corrupt) {
      throw new IllegalStateException("the database holds JSON that cannot be read", corrupt);
    }
  }

  /** Reads an object of strings that the database keeps; null stays null. */
  public static @Nullable Map<String, String> texts(@Nullable String text) {
    if (text == null) {
      return null;
    }
    try {
      return MAPPER.readValue(text, TEXTS);
    } catch (JsonProcessingException corrupt) {
      throw new IllegalStateException("the database holds JSON that cannot be read", corrupt);
    }
  }

  public static String write(Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("cannot write " + value.getClass(), impossible);
    }
  }

  public static @Nullable String writeNullable(@Nullable Object value) {
    return value == null ? null : write(value);
  }

  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /** A record as the tree that it is written as. */
  public static ObjectNode tree(Object value) {
    return MAPPER.valueToTree(value);
  }

  private static InvalidInput unreadable(JsonProcessingException failure) {
    JsonLocation location = failure.getLocation();
    long offset =
        location == null ? -1 : Math.max(location.getByteOffset(), location.getCharOffset());
    Integer position = offset < 0 ? null : (int) Math.min(offset, Integer.MAX_VALUE);
    String where =
        location == null
            ? ""
            : " (line %d, column %d)".formatted(location.getLineNr(), location.getColumnNr());
    return new InvalidInput(
        InvalidInput.Kind.UNREADABLE,
        List.of(
            new FieldError(
                "", position, "is not JSON: " + failure.getOriginalMessage() + where, "{}")));
  }
}
