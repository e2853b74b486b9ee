package dev.carillon.catalog.input;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads where the work of a job, schedule or run happens. */
final class TargetReader {

  private static final String EXAMPLE = "{\"type\":\"HANDLER\",\"name\":\"invoices\"}";
  private static final String URL_EXAMPLE = "https://example.org/hooks/invoices";
  private static final String HEADERS_EXAMPLE = "{\"X-Source\":\"carillon\"}";
  private static final List<String> TYPES = List.of("HANDLER", "HTTP");
  private static final List<String> METHODS = List.of("POST", "PUT", "PATCH", "GET", "DELETE");

  private static final int LONGEST_URL = 2_048;
  private static final int MOST_HEADERS = 50;
  private static final int LONGEST_HEADER = 4_096;
  private static final Duration LONGEST_TIMEOUT = Duration.ofDays(1);

  /** RFC 9110 §5.6.2. */
  private static final Pattern HEADER_NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}");

  /** RFC 9110 §5.5 without obs-text: no line break, nor anything that is not printed. */
  private static final Pattern HEADER_VALUE = Pattern.compile("[\\x20-\\x7E\\t]*");

  /** What a header is named when its value is a secret. */
  private static final Pattern CREDENTIAL =
      Pattern.compile(
          ".*(authorization|cookie|api-?key|auth-?token|access-?token|secret|password|credential).*");

  /** Belong to the connection or the message's framing (RFC 9110 §7.6.1): the client sets them. */
  private static final Set<String> OF_THE_CONNECTION =
      Set.of(
          "connection",
          "content-length",
          "expect",
          "host",
          "keep-alive",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade");

  private TargetReader() {}

  /**
   * Reads the field {@code target}.
   *
   * @param namesJob whether a job is named too; without one a handler must be named itself
   * @return as it is stored and shown, with the method said; null when absent or wrong
   */
  static @Nullable ObjectNode read(Fields owner, boolean namesJob) {
    Fields fields = owner.within("target", EXAMPLE);
    if (fields == null) {
      return null;
    }
    String type = fields.required("type", fields.choiceSoFar("type", TYPES), "HANDLER");
    if (type == null) {
      return null;
    }
    ObjectNode json = JsonText.object().put("type", type);
    if (type.equals("HTTP")) {
      http(fields, json);
    } else {
      handler(fields, json, namesJob);
    }
    fields.refuseOthers();
    return json;
  }

  private static void handler(Fields fields, ObjectNode json, boolean namesJob) {
    String name = fields.text("name", 200, "invoices");
    if (!namesJob) {
      fields.required("name", name, "invoices");
    }
    if (name != null) {
      if (name.isBlank()) {
        fields.wrong("name", "must not be blank", "invoices");
      }
      json.put("name", name);
    }
  }

  private static void http(Fields fields, ObjectNode json) {
    String url = fields.required("url", fields.text("url", LONGEST_URL, URL_EXAMPLE), URL_EXAMPLE);
    if (url != null) {
      checkUrl(fields, url);
      json.put("url", url);
    }
    String method = fields.choice("method", METHODS);
    json.put("method", method == null ? "POST" : method);
    Map<String, String> headers =
        fields.texts("headers", MOST_HEADERS, LONGEST_HEADER, HEADERS_EXAMPLE);
    if (headers != null) {
      Fields within = fields.within("headers", HEADERS_EXAMPLE);
      checkHeaders(within, headers);
      ObjectNode written = json.putObject("headers");
      headers.forEach(written::put);
    }
    Duration timeout = fields.duration("timeout", Duration.ofMillis(1), LONGEST_TIMEOUT, "PT30S");
    if (timeout != null) {
      json.put("timeout", timeout.toString());
    }
    fields.refuseUnsupported(List.of("body", "secret"));
  }

  private static void checkUrl(Fields fields, String url) {
    URI uri;
    try {
      uri = new URI(url);
    } catch (URISyntaxException malformed) {
      fields.wrong(
          "url", malformed.getIndex(), "is not a URL: " + malformed.getReason(), URL_EXAMPLE);
      return;
    }
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    if (!scheme.equals("http") && !scheme.equals("https")) {
      fields.wrong("url", 0, "must begin with http:// or https://", URL_EXAMPLE);
    } else if (uri.getRawUserInfo() != null
        || uri.getRawAuthority() != null && uri.getRawAuthority().contains("@")) {
      fields.wrong("url", "must not contain a user or password", URL_EXAMPLE);
    } else if (uri.getHost() == null) {
      fields.wrong("url", "names no host", URL_EXAMPLE);
    } else if (uri.getPort() == 0 || uri.getPort() > 65_535) {
      fields.wrong("url", "has a port that is not between 1 and 65535", URL_EXAMPLE);
    } else if (uri.getRawFragment() != null) {
      fields.wrong(
          "url", url.indexOf('#'), "must not have a fragment; it is never sent", URL_EXAMPLE);
    }
  }

  private static void checkHeaders(@Nullable Fields fields, Map<String, String> headers) {
    if (fields == null) {
      return;
    }
    Set<String> seen = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    headers.forEach(
        (name, value) -> {
          String lower = name.toLowerCase(Locale.ROOT);
          if (!HEADER_NAME.matcher(name).matches()) {
            fields.wrong(name, "is not a header's name", HEADERS_EXAMPLE);
          } else if (CREDENTIAL.matcher(lower).matches()) {
            fields.wrong(
                name,
                "carries a credential; those are given as references to secrets, which this version"
                    + " does not have, and are not stored in the open",
                null);
          } else if (OF_THE_CONNECTION.contains(lower)) {
            fields.wrong(name, "is set by the connection itself", null);
          } else if (!HEADER_VALUE.matcher(value).matches()) {
            fields.wrong(
                name, "may hold printable ASCII characters only, and no line break", "carillon");
          } else if (!seen.add(name)) {
            fields.wrong(name, "is there twice; case does not tell headers apart", null);
          }
        });
  }
}
