package dev.carillon.worker;

import dev.carillon.run.Backoff;
import dev.carillon.run.RetryPolicy;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A job's retry policy and timeout as they are stored; what is not said is the default's, and so is
 * a policy that cannot be read: it must not hold up the runs of other jobs.
 */
public final class RetryJson {

  private static final Logger LOG = Logger.getLogger(RetryJson.class);

  private RetryJson() {}

  /**
   * @param stored JSON; null for a run without a job
   */
  public static RetryPolicy read(@Nullable String stored) {
    RetryPolicy defaults = RetryPolicy.DEFAULT;
    if (stored == null) {
      return defaults;
    }
    try {
      return read(stored, defaults);
    } catch (RuntimeException e) {
      LOG.warnf("a retry policy cannot be read (%s); the default counts", e.getMessage());
      return defaults;
    }
  }

  private static RetryPolicy read(String stored, RetryPolicy defaults) {
    JsonObject json = new JsonObject(stored);
    Duration initial = duration(json, "initialDelay", defaults.initialDelay());
    Duration longest = duration(json, "maxDelay", defaults.maxDelay());
    return new RetryPolicy(
        json.getInteger("maxAttempts", defaults.maxAttempts()),
        Backoff.valueOf(json.getString("backoff", defaults.backoff().name())),
        initial,
        longest.compareTo(initial) < 0 ? initial : longest);
  }

  /**
   * @param stored milliseconds; null for a run without a job
   */
  public static Duration timeout(@Nullable Long stored) {
    return stored == null ? JobDefinition.DEFAULT_TIMEOUT : Duration.ofMillis(stored);
  }

  private static Duration duration(JsonObject json, String name, Duration otherwise) {
    String text = json.getString(name);
    return text == null ? otherwise : Duration.parse(text);
  }
}
