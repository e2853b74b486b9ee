package dev.carillon;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The fields of a definition, by the names that the REST resource has; never changed, only copied.
 */
final class Document {

  static final Document EMPTY = new Document(Map.of());

  private final Map<String, Object> fields;

  private Document(Map<String, Object> fields) {
    this.fields = fields;
  }

  Document with(String name, Object value) {
    Map<String, Object> more = new LinkedHashMap<>(fields);
    more.put(name, value);
    return new Document(Collections.unmodifiableMap(more));
  }

  /** With one entry more in a field that is an object. */
  Document withEntry(String name, String entry, Object value) {
    Map<String, Object> entries = new LinkedHashMap<>();
    if (fields.get(name) instanceof Map<?, ?> before) {
      before.forEach((key, had) -> entries.put(String.valueOf(key), had));
    }
    entries.put(entry, value);
    return with(name, Collections.unmodifiableMap(entries));
  }

  Map<String, Object> fields() {
    return fields;
  }
}
