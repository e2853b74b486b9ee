package dev.carillon.rest;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.regex.Pattern;

/**
 * The colon of {@code /runs:retry} may come escaped, as some clients write it: RFC 3986 lets it
 * stand for itself in a path, and routes are looked up by what is written.
 */
@Singleton
class EscapedColon {

  /** After whatever refuses a request. */
  private static final int LATE = 10;

  private static final Pattern ESCAPED =
      Pattern.compile("^/runs%3A(?=[a-z]+$)", Pattern.CASE_INSENSITIVE);

  void register(@Observes Filters filters) {
    filters.register(EscapedColon::admit, LATE);
  }

  private static void admit(RoutingContext exchange) {
    String path = exchange.request().path();
    String plain = ESCAPED.matcher(path).replaceFirst("/runs:");
    if (plain.equals(path)) {
      exchange.next();
    } else {
      String query = exchange.request().query();
      exchange.reroute(query == null ? plain : plain + "?" + query);
    }
  }
}
