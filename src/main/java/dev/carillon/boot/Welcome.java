package dev.carillon.boot;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Says where Carillon listens and what to try next, when it was started by {@link Main}. */
@ApplicationScoped
class Welcome {

  private static final Logger LOG = Logger.getLogger("dev.carillon");

  private static final String TEXT =
      """

        Carillon %1$s listens on http://localhost:%2$d (local mode: this machine only)
        Data: %3$s

        See what runs      curl localhost:%2$d/runs
        Listen to it       curl -N localhost:%2$d/events
        Make a schedule    curl localhost:%2$d/schedules -H 'content-type: application/json' \\
                             -d '{"jobKey":"hello","trigger":{"type":"CRON","expression":"*/5 * * * * *"}}'
        Stop               Ctrl-C
      """;

  private final boolean json;
  private final String version;

  Welcome(
      @ConfigProperty(name = "quarkus.log.console.json.enabled") boolean json,
      @ConfigProperty(name = "quarkus.application.version") String version) {
    this.json = json;
    this.version = version;
  }

  void print(int port) {
    String database = System.getProperty(Start.DATABASE);
    if (database == null) {
      return; // a library says nothing
    }
    if (json) {
      // Whoever reads logs by machine gets a line for the machine.
      LOG.infof("Carillon %s listens on port %d, data: %s", version, port, database);
    } else {
      System.out.println(TEXT.formatted(version, port, database));
      System.out.flush();
    }
  }
}
