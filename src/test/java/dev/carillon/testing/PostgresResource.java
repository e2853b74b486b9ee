package dev.carillon.testing;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.Map;

/**
 * Gives a {@code @QuarkusTest} an empty database of its own; Flyway migrates it as in real life.
 */
public final class PostgresResource implements QuarkusTestResourceLifecycleManager {

  @Override
  public Map<String, String> start() {
    TestPostgres.Database database = TestPostgres.empty();
    return Map.of(
        "quarkus.datasource.jdbc.url",
        database.jdbcUrl(),
        "quarkus.datasource.reactive.url",
        database.reactiveUrl(),
        "quarkus.datasource.username",
        database.user(),
        "quarkus.datasource.password",
        "unused",
        // A port of its own, for several test runs on one machine.
        "quarkus.http.test-port",
        "0",
        // The demonstration is for people.
        "carillon.samples",
        "false");
  }

  @Override
  public void stop() {
    // The server goes with the JVM; a database left in it costs nothing.
  }
}
