package dev.carillon.catalog.params;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import dev.carillon.catalog.input.FieldErrors;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.PatternSyntaxException;

/**
 * Goes through a schema before anybody compiles it: each place where a schema stands, with those
 * that it refers to. How many there are, each reference counted with all behind it, bounds what a
 * check of parameters costs.
 */
final class SchemaShape {

  private static final int DEEPEST = 64;

  /** Of JSON values within each other, whatever they mean: more than {@link #DEEPEST} needs. */
  private static final int DEEPEST_JSON = 3 * DEEPEST;

  private static final long MOST_PLACES = 5_000;

  /** Keywords whose value is a schema, or a list of schemas. */
  private static final Set<String> SCHEMAS =
      Set.of(
          "additionalItems",
          "additionalProperties",
          "allOf",
          "anyOf",
          "contains",
          "contentSchema",
          "else",
          "if",
          "items",
          "not",
          "oneOf",
          "prefixItems",
          "propertyNames",
          "then",
          "unevaluatedItems",
          "unevaluatedProperties");

  /** Keywords whose value is an object of schemas. */
  private static final Set<String> MAPS =
      Set.of(
          "$defs",
          "definitions",
          "dependencies",
          "dependentSchemas",
          "patternProperties",
          "properties");

  private static final Set<String> UNBOUNDED =
      Set.of("$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$recursiveAnchor", "$vocabulary");

  private static final String REF_EXAMPLE = "#/$defs/address";

  private final JsonNode root;
  private final String at;
  private final FieldErrors errors;
  private final Map<String, Long> places = new HashMap<>();
  private final Set<String> open = new HashSet<>();

  private SchemaShape(JsonNode root, String at, FieldErrors errors) {
    this.root = root;
    this.at = at;
    this.errors = errors;
  }

  /**
   * @param at where the schema stands in what was sent
   * @param errors told of all that is wrong
   * @return how many places it has
   */
  static long check(JsonNode schema, String at, FieldErrors errors) {
    SchemaShape shape = new SchemaShape(schema, at, errors);
    long places = shape.places(schema, "", 0);
    if (errors.isEmpty() && places > MOST_PLACES) {
      errors.wrong(
          at,
          "has more than "
              + MOST_PLACES
              + " schemas in it, each reference counted with all behind it; make it smaller",
          null);
    }
    return places;
  }

  /** Before anybody goes through it who knows no limit. */
  static void checkDepth(JsonNode schema, String at, FieldErrors errors) {
    if (isDeeper(schema, DEEPEST_JSON)) {
      errors.wrong(at, "is nested deeper than " + DEEPEST_JSON + " values", null);
    }
  }

  private static boolean isDeeper(JsonNode node, int levels) {
    for (JsonNode child : node) {
      if (levels == 0 || isDeeper(child, levels - 1)) {
        return true;
      }
    }
    return false;
  }

  private long places(JsonNode schema, String pointer, int depth) {
    Long known = places.get(pointer);
    if (known != null) {
      return known;
    }
    if (depth > DEEPEST) {
      errors.wrong(at + pointer, "is nested deeper than " + DEEPEST + " schemas", null);
      return 1;
    }
    if (!open.add(pointer)) {
      errors.wrong(
          at + pointer,
          "refers to itself in a circle; the schema of parameters must have an end",
          null);
      return 1;
    }
    long sum = 1;
    for (Map.Entry<String, JsonNode> field : schema.properties()) {
      String name = field.getKey();
      String within = pointer + "/" + escaped(name);
      sum = Math.min(sum + keyword(name, field.getValue(), within, depth), Integer.MAX_VALUE);
    }
    open.remove(pointer);
    places.put(pointer, sum);
    return sum;
  }

  private long keyword(String name, JsonNode value, String within, int depth) {
    if (SCHEMAS.contains(name)) {
      return value.isArray() ? list(value, within, depth) : places(value, within, depth + 1);
    }
    if (MAPS.contains(name)) {
      return map(name, value, within, depth);
    }
    if (name.equals("$ref")) {
      return reference(value, within, depth);
    }
    if (name.equals("pattern") && value.isTextual()) {
      pattern(value.textValue(), within);
    } else if (UNBOUNDED.contains(name)) {
      errors.wrong(at + within, name + " is not supported; use $ref and $defs", REF_EXAMPLE);
    } else if (!isRoot(within) && isIdentity(name, value)) {
      errors.wrong(at + within, name + " may stand at the top of the schema only", null);
    }
    return 0;
  }

  private static boolean isRoot(String within) {
    return within.lastIndexOf('/') == 0;
  }

  private static boolean isIdentity(String name, JsonNode value) {
    return name.equals("$id") || name.equals("$schema") || name.equals("id") && value.isTextual();
  }

  private long list(JsonNode list, String within, int depth) {
    long sum = 0;
    for (int i = 0; i < list.size(); i++) {
      sum += places(list.get(i), within + "/" + i, depth + 1);
    }
    return sum;
  }

  private long map(String name, JsonNode map, String within, int depth) {
    long sum = 0;
    for (Map.Entry<String, JsonNode> entry : map.properties()) {
      String place = within + "/" + escaped(entry.getKey());
      if (name.equals("patternProperties")) {
        pattern(entry.getKey(), place);
      }
      long one = places(entry.getValue(), place, depth + 1);
      // Definitions cost where they are referred to.
      sum += name.equals("$defs") || name.equals("definitions") ? 0 : one;
    }
    return sum;
  }

  private long reference(JsonNode value, String within, int depth) {
    if (!value.isTextual()) {
      return 0;
    }
    String text = value.textValue();
    if (!text.equals("#") && !text.startsWith("#/")) {
      errors.wrong(
          at + within,
          "may refer to a place within the schema only, as a JSON Pointer behind #",
          REF_EXAMPLE);
      return 0;
    }
    try {
      String pointer =
          URLDecoder.decode(text.substring(1).replace("+", "%2B"), StandardCharsets.UTF_8);
      JsonNode target = root.at(JsonPointer.compile(pointer));
      if (!target.isMissingNode()) {
        return places(target, pointer, depth + 1);
      }
    } catch (IllegalArgumentException malformed) {
      // As one that points to nothing.
    }
    errors.wrong(at + within, "points to nothing in the schema", REF_EXAMPLE);
    return 0;
  }

  private void pattern(String text, String within) {
    try {
      BoundedPattern.compile(text);
    } catch (PatternSyntaxException wrong) {
      errors.wrong(
          at + within,
          wrong.getIndex() < 0 ? null : wrong.getIndex(),
          "is not a regular expression that can be used here: " + wrong.getDescription(),
          "^[A-Z]{2}[0-9]{4}$");
    }
  }

  private static String escaped(String name) {
    return name.replace("~", "~0").replace("/", "~1");
  }
}
