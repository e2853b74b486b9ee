package dev.carillon.rest;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * A process without the role {@code api} serves its health and metrics, and nothing else: who sent
 * it a request has the wrong address, and should hear it before the request is half done.
 */
@ApplicationScoped
public class RoleGuard {

  /** Behind {@link LocalModeGuard}. */
  private static final int SECOND = 9_000;

  private static final String RETRY_AFTER_SECONDS = "10";

  private final Set<String> roles;

  RoleGuard(
      @ConfigProperty(name = "carillon.roles", defaultValue = "api,ticker,worker")
          Set<String> roles) {
    this.roles = roles;
  }

  void register(@Observes Filters filters) {
    if (!roles.contains("api")) {
      filters.register(this::admit, SECOND);
    }
  }

  private void admit(RoutingContext exchange) {
    if (exchange.request().path().startsWith("/q/")) {
      exchange.next();
      return;
    }
    exchange.response().putHeader("Retry-After", RETRY_AFTER_SECONDS);
    LocalModeGuard.refuse(
        exchange,
        503,
        "this process has the roles "
            + String.join(", ", roles)
            + "; requests are served by one that has the role api (CARILLON_ROLES)");
  }
}
