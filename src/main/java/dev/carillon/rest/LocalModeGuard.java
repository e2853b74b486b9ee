package dev.carillon.rest;

import dev.carillon.run.Trace;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Stands before every path. In local mode nobody signs in, so nobody but this machine may drive us,
 * and no web page that a browser on this machine happens to show:
 *
 * <ul>
 *   <li>a Host that is not loopback is a name that somebody made point here (DNS rebinding);
 *   <li>an Origin other than ours is another page's script;
 *   <li>a body type that a form can send needs no preflight, so it is not taken at all.
 * </ul>
 *
 * <p>Nor is a path served that holds a secret and is not spelled plainly: what keeps it out of
 * others' records goes by the spelling. It also echoes the request's id and trace, and makes up an
 * id where none is given.
 */
@ApplicationScoped
public class LocalModeGuard {

  static final String REQUEST_ID = "X-Request-Id";
  static final String TRACEPARENT = "traceparent";

  /** Before everything else that is registered. */
  private static final int FIRST = 10_000;

  private static final Pattern REQUEST_ID_FORM = Pattern.compile("[\\x21-\\x7E]{1,128}");
  private static final Pattern LOOPBACK_V4 =
      Pattern.compile("127(\\.(25[0-5]|2[0-4]\\d|1?\\d?\\d)){3}");
  private static final Set<String> LOOPBACK_NAMES =
      Set.of("localhost", "[::1]", "[0:0:0:0:0:0:0:1]");
  private static final Set<HttpMethod> WITH_BODY =
      Set.of(HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH);

  void register(@Observes Filters filters) {
    filters.register(this::admit, FIRST);
  }

  private void admit(RoutingContext exchange) {
    HttpServerRequest request = exchange.request();
    echo(request, exchange.response());
    String host = request.getHeader("Host");
    String authority =
        host != null ? host : request.authority() == null ? null : request.authority().toString();
    if (!isLoopback(authority)) {
      refuse(exchange, 403, "in local mode only a Host of this machine is served, as localhost");
    } else if (!isOurs(request.getHeader("Origin"), authority)) {
      refuse(exchange, 403, "in local mode no other origin is served");
    } else if (SecretPaths.isSecret(request.path()) && !SecretPaths.isPlain(request.path())) {
      refuse(exchange, 404, "there is no such calendar feed; write its URL as it was given");
    } else if (WITH_BODY.contains(request.method()) && !isAcceptable(request)) {
      refuse(exchange, 415, "a body must be named as JSON: Content-Type: application/json");
    } else if (isTooLarge(request)) {
      refuse(exchange, 413, "a body must not exceed 1 MiB");
    } else {
      exchange.next();
    }
  }

  /** By what it says of itself; a body that says nothing is measured while it is read. */
  private static boolean isTooLarge(HttpServerRequest request) {
    String length = request.getHeader("Content-Length");
    return length != null
        && length.matches("\\d{1,18}")
        && Long.parseLong(length) > Call.MOST_BODY_BYTES;
  }

  private static void echo(HttpServerRequest request, HttpServerResponse response) {
    String id = request.getHeader(REQUEST_ID);
    boolean taken = id != null && REQUEST_ID_FORM.matcher(id).matches();
    response.putHeader(REQUEST_ID, taken ? id : UUID.randomUUID().toString());
    String traceparent = request.getHeader(TRACEPARENT);
    if (Trace.isValid(traceparent)) {
      response.putHeader(TRACEPARENT, traceparent);
    }
  }

  static boolean isLoopback(@Nullable String authority) {
    if (authority == null) {
      return false;
    }
    String host = host(authority).toLowerCase(Locale.ROOT);
    return LOOPBACK_NAMES.contains(host) || LOOPBACK_V4.matcher(host).matches();
  }

  /** None, or a page of this server: loopback by any of its names, and the same port. */
  static boolean isOurs(@Nullable String origin, String authority) {
    if (origin == null) {
      return true;
    }
    int scheme = origin.indexOf("://");
    if (scheme < 0 || !Set.of("http", "https").contains(origin.substring(0, scheme))) {
      return false;
    }
    String from = origin.substring(scheme + 3);
    return isLoopback(from) && port(from).equals(port(authority));
  }

  private static String host(String authority) {
    int colon = authority.lastIndexOf(':');
    boolean hasPort = colon > authority.lastIndexOf(']');
    return hasPort ? authority.substring(0, colon) : authority;
  }

  private static String port(String authority) {
    String host = host(authority);
    return host.length() == authority.length() ? "" : authority.substring(host.length() + 1);
  }

  /** What follows is told apart where it is read; here only what no form can send gets through. */
  private static boolean isAcceptable(HttpServerRequest request) {
    String length = request.getHeader("Content-Length");
    boolean empty =
        request.getHeader("Transfer-Encoding") == null && (length == null || length.equals("0"));
    String type = request.getHeader("Content-Type");
    return type == null ? empty : BodyTypes.isTaken(type);
  }

  static void refuse(RoutingContext exchange, int status, String detail) {
    ProblemType type = ProblemType.of(status);
    String problem =
        new JsonObject()
            .put("type", type.uri().toString())
            .put("title", type.title())
            .put("status", status)
            .put("detail", detail)
            .put("instance", SecretPaths.shownText(exchange.request().path()))
            .encode();
    exchange
        .response()
        .setStatusCode(status)
        .putHeader("Content-Type", Problems.MEDIA_TYPE)
        .end(problem);
    // What was sent along is read and thrown away, so that the sender gets to see the answer.
    exchange.request().resume();
  }
}
