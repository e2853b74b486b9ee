package dev.carillon.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carillon.catalog.input.JsonText;
import java.util.List;
import java.util.Set;

/**
 * JSON Merge Patch (RFC 7396) onto what a person wrote, with two differences: a trigger or target
 * of another {@code type} replaces the whole one, for it has nothing in common with it; and a
 * LIST's delays go with it when another backoff takes its place.
 */
final class MergePatch {

  private static final Set<String> VARIANTS = Set.of("trigger", "target");

  private MergePatch() {}

  /**
   * @param shown the resource
   * @param writable those of its fields that a patch can change; unknown names of the patch come
   *     through, so that the reader refuses them
   */
  static ObjectNode apply(Object shown, List<String> writable, ObjectNode patch) {
    return merged(shown, writable, patch, false);
  }

  /**
   * What a declaration names takes the place of what was there, as a whole: what an earlier one
   * said within it is gone. Only of {@code retry} each entry stands for itself.
   */
  static ObjectNode replace(Object shown, List<String> writable, ObjectNode named) {
    return merged(shown, writable, named, true);
  }

  private static ObjectNode merged(
      Object shown, List<String> writable, ObjectNode patch, boolean whole) {
    ObjectNode document = JsonText.tree(shown).retain(writable);
    patch
        .fields()
        .forEachRemaining(
            field -> {
              if (!writable.contains(field.getKey())) {
                // Also a null: removing what does not exist is a mistake too.
                document.set(field.getKey(), field.getValue());
              } else if (whole && isReplaced(field.getKey(), field.getValue())
                  || isOtherVariant(
                      field.getKey(), document.path(field.getKey()), field.getValue())) {
                document.set(field.getKey(), field.getValue());
              } else {
                mergeField(document, field.getKey(), field.getValue());
              }
            });
    if (isOtherBackoff(patch.path("retry")) && document.get("retry") instanceof ObjectNode retry) {
      retry.remove("delays");
    }
    return document;
  }

  private static boolean isReplaced(String name, JsonNode value) {
    return !name.equals("retry") && !value.isNull();
  }

  private static boolean isOtherBackoff(JsonNode retry) {
    JsonNode backoff = retry.path("backoff");
    return backoff.isTextual() && !backoff.asText().equals("LIST") && !retry.has("delays");
  }

  private static boolean isOtherVariant(String name, JsonNode present, JsonNode patch) {
    return VARIANTS.contains(name)
        && patch.has("type")
        && !patch.path("type").equals(present.path("type"));
  }

  private static void mergeField(ObjectNode document, String name, JsonNode patch) {
    if (patch.isNull()) {
      document.remove(name);
    } else if (patch.isObject()) {
      JsonNode present = document.path(name);
      ObjectNode merged =
          present.isObject() ? ((ObjectNode) present).deepCopy() : JsonText.object();
      patch.fields().forEachRemaining(f -> mergeField(merged, f.getKey(), f.getValue()));
      document.set(name, merged);
    } else {
      document.set(name, patch);
    }
  }
}
