package dev.carillon.testing;

import static java.util.Map.entry;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.Map;

/**
 * Gives a {@code @QuarkusTest} an empty database of its own; Flyway migrates it as in real life.
 */
public final class PostgresResource implements QuarkusTestResourceLifecycleManager {

  @Override
  public Map<String, String> start() {
    TestPostgres.Database database = TestPostgres.empty();
    return Map.ofEntries(
        entry("quarkus.datasource.jdbc.url", database.jdbcUrl()),
        entry("quarkus.datasource.reactive.url", database.reactiveUrl()),
        entry("quarkus.datasource.username", database.user()),
        entry("quarkus.datasource.password", "unused"),
        // A port of its own, for several test runs on one machine.
        entry("quarkus.http.test-port", "0"),
        // On, so that what it must not hold can be looked for; not on the console.
        entry("quarkus.http.access-log.enabled", "true"),
        entry("quarkus.http.access-log.pattern", "long"),
        entry("quarkus.log.category.\"io.quarkus.http.access-log\".use-parent-handlers", "false"),
        // The demonstration is for people.
        entry("carillon.samples", "false"));
  }

  @Override
  public void stop() {
    // The server goes with the JVM; a database left in it costs nothing.
  }
}
