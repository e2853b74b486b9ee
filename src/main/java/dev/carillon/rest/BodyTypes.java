package dev.carillon.rest;

import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which media types of a body are taken, and where. */
final class BodyTypes {

  private static final Set<String> BESIDE_JSON = Set.of("application/x-ndjson", "text/calendar");
  private static final Set<String> OF_A_PATCH =
      Set.of("application/json", "application/merge-patch+json");

  private BodyTypes() {}

  /** Whether any endpoint could take it. */
  static boolean isTaken(String contentType) {
    return isJson(contentType) || BESIDE_JSON.contains(essence(contentType));
  }

  /** JSON, or a format written in it. A charset means nothing there: it is UTF-8 (RFC 8259 §11). */
  static boolean isJson(@Nullable String contentType) {
    if (contentType == null) {
      return false;
    }
    String essence = essence(contentType);
    return essence.equals("application/json")
        || essence.matches("[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.-]+\\+json");
  }

  static boolean isPatch(@Nullable String contentType) {
    return contentType != null && OF_A_PATCH.contains(essence(contentType));
  }

  /** In UTF-8, which is what it is where nothing else is said (RFC 5545 §8.1). */
  static boolean isICalendar(@Nullable String contentType) {
    if (contentType == null || !essence(contentType).equals("text/calendar")) {
      return false;
    }
    String parameters = contentType.toLowerCase(Locale.ROOT).replaceAll("[\\s\"]", "");
    return !parameters.contains("charset=") || parameters.contains("charset=utf-8");
  }

  private static String essence(String contentType) {
    int semicolon = contentType.indexOf(';');
    return (semicolon < 0 ? contentType : contentType.substring(0, semicolon))
        .strip()
        .toLowerCase(Locale.ROOT);
  }
}
