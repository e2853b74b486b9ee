package dev.carillon.worker;

import dev.carillon.run.Backoff;
import dev.carillon.run.RetryJitter;
import dev.carillon.run.RetryPolicy;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Retry policies and timeouts as they are stored: a job's, and over it, field by field, what a
 * schedule and a run say otherwise. What is not said is as it was beneath, and so is what cannot be
 * read: it must not hold up the runs of other jobs.
 */
public final class RetryJson {

  private static final Logger LOG = Logger.getLogger(RetryJson.class);

  private RetryJson() {}

  /**
   * @param stored the job's, as JSON; null for a run without a job
   */
  public static RetryPolicy read(@Nullable String stored) {
    return over(RetryPolicy.DEFAULT, stored);
  }

  /**
   * @param stored the job's, as JSON; null for a run without a job
   * @param own what the run says otherwise, as JSON; null: nothing
   */
  public static RetryPolicy read(@Nullable String stored, @Nullable String own) {
    return over(read(stored), own);
  }

  /**
   * A policy with the fields that are said over it. A field that is said to be null has the default
   * again. Delays without a backoff mean LIST; a backoff other than LIST drops the delays beneath.
   *
   * @param stored some fields of a policy, as JSON; null: none
   */
  static RetryPolicy over(RetryPolicy beneath, @Nullable String stored) {
    if (stored == null) {
      return beneath;
    }
    try {
      return over(beneath, new JsonObject(stored));
    } catch (RuntimeException e) {
      LOG.warnf("a retry policy cannot be read (%s); what is beneath it counts", e.getMessage());
      return beneath;
    }
  }

  private static RetryPolicy over(RetryPolicy beneath, JsonObject said) {
    RetryPolicy defaults = RetryPolicy.DEFAULT;
    Duration initial =
        field(
            said, "initialDelay", Duration::parse, beneath.initialDelay(), defaults.initialDelay());
    Duration longest =
        field(said, "maxDelay", Duration::parse, beneath.maxDelay(), defaults.maxDelay());
    List<Duration> delays =
        list(said, "delays", beneath.delays()).stream().map(RetryJson::delay).toList();
    boolean listed = said.getJsonArray("delays") != null && !delays.isEmpty();
    Backoff backoff =
        field(
            said,
            "backoff",
            Backoff::valueOf,
            listed ? Backoff.LIST : beneath.backoff(),
            defaults.backoff());
    Integer attempts = said.getInteger("maxAttempts");
    return new RetryPolicy(
        said.containsKey("maxAttempts")
            ? attempts == null ? defaults.maxAttempts() : attempts
            : beneath.maxAttempts(),
        field(said, "maxAge", Duration::parse, beneath.maxAge(), null),
        backoff,
        initial,
        // One of them may come from beneath, where the other was not thought of.
        longest.compareTo(initial) < 0 ? initial : longest,
        field(said, "jitter", RetryJitter::valueOf, beneath.jitter(), defaults.jitter()),
        backoff == Backoff.LIST ? delays : List.of(),
        list(said, "retryOn", beneath.retryOn()).stream().map(String::valueOf).toList(),
        list(said, "noRetryOn", beneath.noRetryOn()).stream().map(String::valueOf).toList());
  }

  /**
   * @param stored milliseconds; null for a run without a job
   */
  public static Duration timeout(@Nullable Long stored) {
    return stored == null ? JobDefinition.DEFAULT_TIMEOUT : Duration.ofMillis(stored);
  }

  private static <T> @Nullable T field(
      JsonObject said,
      String name,
      Function<String, T> read,
      @Nullable T beneath,
      @Nullable T otherwise) {
    if (!said.containsKey(name)) {
      return beneath;
    }
    String text = said.getString(name);
    return text == null ? otherwise : read.apply(text);
  }

  private static List<?> list(JsonObject said, String name, List<?> beneath) {
    if (!said.containsKey(name)) {
      return beneath;
    }
    JsonArray array = said.getJsonArray(name);
    return array == null ? List.of() : array.getList();
  }

  private static Duration delay(Object said) {
    return said instanceof Duration known ? known : Duration.parse(String.valueOf(said));
  }
}
