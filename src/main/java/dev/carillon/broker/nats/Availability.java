package dev.carillon.broker.nats;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.TreeMap;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Whether the server can be used, over all links and publishers: told to health, and logged once
 * when it goes and once when it is back.
 */
final class Availability {

  private static final Logger LOG = Logger.getLogger(Availability.class);

  private final String addresses;
  private final InstantSource clock;

  /** Why each link, or publisher, cannot be used; those that can are not in it. */
  private final Map<String, String> away = new TreeMap<>();

  private Instant since;
  private boolean told;

  Availability(String addresses, InstantSource clock) {
    this.addresses = addresses;
    this.clock = clock;
    this.since = clock.instant();
  }

  /** Before the first attempt: away, but that is not news. */
  synchronized void connecting(String link) {
    away.put(link, "not connected yet");
  }

  synchronized void away(String link, String reason) {
    if (away.isEmpty()) {
      since = clock.instant();
    }
    away.put(link, reason);
    if (!told) {
      told = true;
      LOG.warnf(
          "NATS at %s is away (%s): retrying until it is back; runs go on from the table",
          addresses, reason);
    }
  }

  synchronized void usable(String link) {
    if (away.remove(link) != null && away.isEmpty() && told) {
      told = false;
      LOG.infof(
          "NATS at %s is back after %s s",
          addresses, Duration.between(since, clock.instant()).toSeconds());
    }
  }

  synchronized String tell() {
    @Nullable String reason = away.values().stream().findFirst().orElse(null);
    return reason == null
        ? "connected"
        : "away since " + since.truncatedTo(ChronoUnit.SECONDS) + ": " + reason + "; retrying";
  }
}
