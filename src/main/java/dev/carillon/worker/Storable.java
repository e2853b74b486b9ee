package dev.carillon.worker;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carillon.run.Text;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Makes what handlers return fit for a jsonb column, which takes no NUL, no lone surrogate and no
 * endless number.
 */
final class Storable {

  /** Of an output, in bytes of JSON. */
  static final int MOST_BYTES = 64 * 1024;

  /** PostgreSQL's numeric has 131,072 digits before the point; nobody means more than these. */
  private static final int MOST_DIGITS = 1_000;

  /** What stands around the beginning of an output that was cut. */
  private static final int MARK_BYTES = 64;

  private static final char REPLACEMENT = '\uFFFD';

  private Storable() {}

  /** A mapper like the given one that also takes the JSON of Vert.x, at any depth. */
  static ObjectMapper mapper(ObjectMapper mapper) {
    SimpleModule vertx =
        new SimpleModule("vertx-json")
            .addSerializer(JsonObject.class, as(JsonObject::getMap))
            .addSerializer(JsonArray.class, as(JsonArray::getList));
    return mapper.copy().registerModule(vertx);
  }

  private static <T> JsonSerializer<T> as(Function<T, Object> plain) {
    return new JsonSerializer<>() {
      @Override
      public void serialize(T value, JsonGenerator out, SerializerProvider serializers)
          throws IOException {
        serializers.defaultSerializeValue(plain.apply(value), out);
      }
    };
  }

  /** The text, with what PostgreSQL refuses replaced by U+FFFD. */
  static String text(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (isUnstorable(text, i)) {
        return replaced(text);
      }
    }
    return text;
  }

  /**
   * An output as JSON.
   *
   * @return null for null; {@code {"truncated":true,"head":…}} for more than 64 KiB
   * @throws IllegalArgumentException when it cannot be written as JSON at all
   */
  static @Nullable String output(@Nullable Object output, ObjectMapper mapper) {
    if (output == null) {
      return null;
    }
    try {
      JsonNode tree = mapper.valueToTree(output);
      String json = mapper.writeValueAsString(clean(tree));
      byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
      return bytes.length <= MOST_BYTES ? json : cut(json, mapper);
    } catch (JsonProcessingException | IllegalArgumentException | StackOverflowError e) {
      // What contains itself overflows the stack, which is as it was when this line is reached.
      throw new IllegalArgumentException(
          "the output of type " + output.getClass().getName() + " cannot be written as JSON", e);
    }
  }

  /** As much of the beginning as fits, with its mark, into what is kept. */
  private static String cut(String json, ObjectMapper mapper) throws JsonProcessingException {
    int most = MOST_BYTES - MARK_BYTES;
    while (true) {
      String head = text(Text.head(json, most));
      String marked =
          mapper.writeValueAsString(
              JsonNodeFactory.instance.objectNode().put("truncated", true).put("head", head));
      int bytes = marked.getBytes(StandardCharsets.UTF_8).length;
      if (bytes <= MOST_BYTES) {
        return marked;
      }
      // What is escaped takes more room than it is long; less each time, so this ends.
      most = (int) ((long) most * (MOST_BYTES - MARK_BYTES) / bytes);
    }
  }

  private static JsonNode clean(JsonNode node) {
    JsonNodeFactory make = JsonNodeFactory.instance;
    if (node.isTextual()) {
      String cleaned = text(node.textValue());
      return cleaned.equals(node.textValue()) ? node : make.textNode(cleaned);
    }
    if (node.isObject()) {
      ObjectNode cleaned = make.objectNode();
      for (Iterator<Map.Entry<String, JsonNode>> it = node.fields(); it.hasNext(); ) {
        Map.Entry<String, JsonNode> field = it.next();
        cleaned.set(text(field.getKey()), clean(field.getValue()));
      }
      return cleaned;
    }
    if (node.isArray()) {
      var cleaned = make.arrayNode(node.size());
      node.forEach(element -> cleaned.add(clean(element)));
      return cleaned;
    }
    if (node.isBigDecimal() || node.isBigInteger()) {
      var value = node.decimalValue();
      boolean endless =
          Math.abs((long) value.precision() - value.scale()) > MOST_DIGITS
              || value.precision() > MOST_DIGITS
              || value.scale() > MOST_DIGITS;
      return endless ? make.textNode("a number too large to be stored") : node;
    }
    if (node.isFloatingPointNumber() && !Double.isFinite(node.doubleValue())) {
      return make.textNode(node.asText());
    }
    return node;
  }

  private static String replaced(String text) {
    StringBuilder replaced = new StringBuilder(text);
    for (int i = 0; i < text.length(); i++) {
      if (isUnstorable(text, i)) {
        replaced.setCharAt(i, REPLACEMENT);
      }
    }
    return replaced.toString();
  }

  private static boolean isUnstorable(String text, int i) {
    char c = text.charAt(i);
    if (c == 0) {
      return true;
    }
    if (Character.isHighSurrogate(c)) {
      return i + 1 >= text.length() || !Character.isLowSurrogate(text.charAt(i + 1));
    }
    return Character.isLowSurrogate(c)
        && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
  }
}
