package dev.carillon.target;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where the work of a run happens. Stored as JSON in the form of the REST resource; validated
 * before it is stored.
 */
public sealed interface TargetSpec permits TargetSpec.Handler, TargetSpec.Http {

  /**
   * A handler of this process.
   *
   * @param name the handler's; null: the job's key
   */
  record Handler(@Nullable String name) implements TargetSpec {}

  /**
   * A request to a URL; any 2xx is success.
   *
   * @param timeout of the request, beside the attempt's own; null: only the attempt's
   */
  record Http(String url, String method, Map<String, String> headers, @Nullable Duration timeout)
      implements TargetSpec {

    public Http {
      headers = Map.copyOf(headers);
    }
  }

  /**
   * Reads what was stored.
   *
   * @throws IllegalArgumentException for a type that this version does not have
   */
  static TargetSpec read(JsonObject stored) {
    String type = stored.getString("type", "HANDLER");
    return switch (type) {
      case "HANDLER" -> new Handler(stored.getString("name"));
      case "HTTP" -> http(stored);
      default ->
          throw new IllegalArgumentException("no target of type " + type + " in this version");
    };
  }

  private static Http http(JsonObject stored) {
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    stored
        .getJsonObject("headers", new JsonObject())
        .forEach(header -> headers.put(header.getKey(), String.valueOf(header.getValue())));
    String timeout = stored.getString("timeout");
    return new Http(
        stored.getString("url"),
        stored.getString("method", "POST"),
        headers,
        timeout == null ? null : Duration.parse(timeout));
  }
}
