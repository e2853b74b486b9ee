package dev.carillon.scheduling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carillon.catalog.input.FieldErrors;
import dev.carillon.catalog.input.JsonText;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalAmount;
import java.util.Arrays;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Java values as the JSON that a request would have held: what is a JSON value by nature, and what
 * everybody writes as the same string. Anything else is refused by its path: a class of the
 * application's own would be stored in a form that its next version may not read.
 */
final class JsonValues {

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private JsonValues() {}

  /**
   * @throws dev.carillon.catalog.input.InvalidInput naming what is no JSON value
   */
  static ObjectNode object(Map<String, ?> fields) {
    ObjectNode built = (ObjectNode) node(fields, "");
    // Numbers become what they are when they are read, so that what is so already compares equal.
    return (ObjectNode) JsonText.parse(JsonText.write(built).getBytes(StandardCharsets.UTF_8));
  }

  private static JsonNode node(@Nullable Object value, String path) {
    if (value == null) {
      return NODES.nullNode();
    }
    if (value instanceof Map<?, ?> map) {
      return object(map, path);
    }
    if (value instanceof Iterable<?> elements) {
      return array(elements, path);
    }
    if (value instanceof Object[] elements) {
      return array(Arrays.asList(elements), path);
    }
    if (value instanceof Boolean truth) {
      return NODES.booleanNode(truth);
    }
    if (value instanceof Number number) {
      return number(number, path);
    }
    if (value instanceof Enum<?> constant) {
      return NODES.textNode(constant.name());
    }
    if (value instanceof ZoneId zone) {
      return NODES.textNode(zone.getId());
    }
    if (value instanceof CharSequence
        || value instanceof Character
        || value instanceof UUID
        || value instanceof TemporalAccessor
        || value instanceof TemporalAmount) {
      return NODES.textNode(value.toString());
    }
    throw refused(path, "a " + value.getClass().getName() + " is no JSON value");
  }

  private static ObjectNode object(Map<?, ?> map, String path) {
    ObjectNode object = NODES.objectNode();
    map.forEach(
        (name, value) ->
            object.set(String.valueOf(name), node(value, path + "/" + String.valueOf(name))));
    return object;
  }

  private static ArrayNode array(Iterable<?> elements, String path) {
    ArrayNode array = NODES.arrayNode();
    for (Object element : elements) {
      array.add(node(element, path + "/" + array.size()));
    }
    return array;
  }

  private static JsonNode number(Number number, String path) {
    if (number instanceof BigInteger whole) {
      return NODES.numberNode(whole);
    }
    if (number instanceof Double || number instanceof Float) {
      if (!Double.isFinite(number.doubleValue())) {
        throw refused(path, number + " is no JSON number");
      }
      return DecimalNode.valueOf(new BigDecimal(number.toString()));
    }
    if (number instanceof BigDecimal decimal) {
      return DecimalNode.valueOf(decimal);
    }
    if (number instanceof Long
        || number instanceof Integer
        || number instanceof Short
        || number instanceof Byte) {
      return NODES.numberNode(number.longValue());
    }
    throw refused(path, "a " + number.getClass().getName() + " is no JSON value");
  }

  private static RuntimeException refused(String path, String what) {
    return FieldErrors.invalid(
        path,
        what
            + "; give maps, lists, strings, numbers, booleans, null, or what is written as a string"
            + " anyhow: UUIDs, enums, java.time",
        null);
  }
}
