package dev.carillon.catalog.input;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What PostgreSQL can keep as text and {@code jsonb}: no NUL character, no half of a surrogate
 * pair, no number of a size that would have to be written out in thousands of digits.
 */
final class Storable {

  private static final int LARGEST_EXPONENT = 1_000;

  private Storable() {}

  static boolean isStorable(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == 0 || Character.isLowSurrogate(c)) {
        return false;
      }
      if (Character.isHighSurrogate(c)) {
        i++;
        if (i == text.length() || !Character.isLowSurrogate(text.charAt(i))) {
          return false;
        }
      }
    }
    return true;
  }

  /** Where in a tree the first value stands that cannot be stored; null when all can. */
  static @Nullable String firstUnstorable(JsonNode node, String pointer) {
    if (node.isTextual()) {
      return isStorable(node.textValue()) ? null : pointer;
    }
    if (node.isNumber()) {
      return isStorable(node.decimalValue()) ? null : pointer;
    }
    if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        String found = firstUnstorable(node.get(i), pointer + "/" + i);
        if (found != null) {
          return found;
        }
      }
      return null;
    }
    for (Iterator<Map.Entry<String, JsonNode>> fields = node.fields(); fields.hasNext(); ) {
      Map.Entry<String, JsonNode> field = fields.next();
      if (!isStorable(field.getKey())) {
        return pointer;
      }
      String name = field.getKey().replace("~", "~0").replace("/", "~1");
      String found = firstUnstorable(field.getValue(), pointer + "/" + name);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  private static boolean isStorable(BigDecimal number) {
    return Math.abs((long) number.precision() - number.scale()) <= LARGEST_EXPONENT
        && Math.abs((long) number.scale()) <= LARGEST_EXPONENT;
  }
}
