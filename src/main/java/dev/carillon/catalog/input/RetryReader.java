package dev.carillon.catalog.input;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carillon.run.Backoff;
import dev.carillon.run.RetryJitter;
import dev.carillon.run.RetryPolicy;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads when a failed attempt is tried again: the whole of it, as a job says it, or what a schedule
 * or a run says otherwise. What is said stands by itself: a LIST comes with its delays, whatever
 * the job has.
 */
public final class RetryReader {

  private static final String EXAMPLE =
      "{\"maxAttempts\":5,\"backoff\":\"EXPONENTIAL\",\"initialDelay\":\"PT1M\"}";
  private static final String DELAYS_EXAMPLE = "[\"PT10S\",\"PT1M\",\"PT10M\"]";
  private static final String CLASS_EXAMPLE = "java.io.IOException";
  private static final int MOST_DELAYS = 100;
  private static final int MOST_CLASSES = 50;
  private static final int LONGEST_CLASS = 256;

  /**
   * A class by its full or simple name, or a package and {@code .*}; also names of other tongues.
   */
  private static final Pattern CLASS =
      Pattern.compile(
          "[\\p{L}_$][\\p{L}\\p{N}_$]*([.:/-]+[\\p{L}_$][\\p{L}\\p{N}_$]*+)*+(\\.\\*)?");

  private RetryReader() {}

  /** What was said; null where nothing was. */
  private record Said(
      @Nullable Integer maxAttempts,
      @Nullable Duration maxAge,
      @Nullable Backoff backoff,
      @Nullable Duration initialDelay,
      @Nullable Duration maxDelay,
      @Nullable RetryJitter jitter,
      @Nullable List<Duration> delays,
      @Nullable List<String> retryOn,
      @Nullable List<String> noRetryOn) {}

  /** What nobody says is the default's. */
  static RetryPolicy whole(Fields owner) {
    RetryPolicy defaults = RetryPolicy.DEFAULT;
    Fields fields = owner.within("retry", EXAMPLE);
    if (fields == null) {
      return defaults;
    }
    Said said = read(fields);
    Duration first = said.initialDelay == null ? defaults.initialDelay() : said.initialDelay;
    if (!fits(fields, said, first)) {
      return defaults;
    }
    return new RetryPolicy(
        said.maxAttempts == null ? defaults.maxAttempts() : said.maxAttempts,
        said.maxAge,
        said.backoff == null ? defaults.backoff() : said.backoff,
        first,
        said.maxDelay == null ? longer(first, defaults.maxDelay()) : said.maxDelay,
        said.jitter == null ? defaults.jitter() : said.jitter,
        said.delays == null ? List.of() : said.delays,
        said.retryOn == null ? List.of() : said.retryOn,
        said.noRetryOn == null ? List.of() : said.noRetryOn);
  }

  /** Only what is said, as JSON in the job's form; null: nothing is. */
  static @Nullable ObjectNode some(Fields owner) {
    Fields fields = owner.within("retry", "{\"maxAttempts\":1}");
    if (fields == null) {
      return null;
    }
    Said said = read(fields);
    if (!fits(fields, said, said.initialDelay)) {
      return null;
    }
    ObjectNode json = JsonText.object();
    put(said.maxAttempts, attempts -> json.put("maxAttempts", attempts));
    put(said.maxAge, age -> json.put("maxAge", age.toString()));
    put(said.backoff, backoff -> json.put("backoff", backoff.name()));
    put(said.initialDelay, delay -> json.put("initialDelay", delay.toString()));
    put(said.maxDelay, delay -> json.put("maxDelay", delay.toString()));
    put(said.jitter, jitter -> json.put("jitter", jitter.name()));
    put(said.delays, delays -> putAll(json, "delays", delays));
    put(said.retryOn, classes -> putAll(json, "retryOn", classes));
    put(said.noRetryOn, classes -> putAll(json, "noRetryOn", classes));
    return json.isEmpty() ? null : json;
  }

  /**
   * What a run says of retries over what its schedule says. A LIST's delays go with it: whoever
   * says another backoff means none of them.
   */
  public static @Nullable ObjectNode overlay(
      @Nullable ObjectNode under, @Nullable ObjectNode over) {
    if (under == null || over == null) {
      return under == null ? over : under;
    }
    ObjectNode merged = under.deepCopy();
    if (over.has("backoff")) {
      merged.remove("delays");
    }
    merged.setAll(over);
    return merged;
  }

  private static Said read(Fields fields) {
    Said said =
        new Said(
            fields.integer("maxAttempts", 1, RetryPolicy.MOST_ATTEMPTS),
            fields.duration("maxAge", Duration.ofMillis(1), RetryPolicy.LONGEST_DELAY, "P1D"),
            fields.choice("backoff", Backoff.class),
            fields.duration("initialDelay", Duration.ZERO, RetryPolicy.LONGEST_DELAY, "PT1M"),
            fields.duration("maxDelay", Duration.ZERO, RetryPolicy.LONGEST_DELAY, "PT1H"),
            fields.choice("jitter", RetryJitter.class),
            delays(fields),
            classes(fields, "retryOn"),
            classes(fields, "noRetryOn"));
    fields.refuseOthers();
    return said;
  }

  /** Whether one thing that is said goes with the other; says what does not. */
  private static boolean fits(Fields fields, Said said, @Nullable Duration first) {
    if (said.maxDelay != null && first != null && said.maxDelay.compareTo(first) < 0) {
      fields.wrong("maxDelay", "must not be shorter than initialDelay, " + first, first.toString());
      return false;
    }
    if (fields.isWrong("delays") || fields.isWrong("backoff")) {
      return false;
    }
    if (said.backoff == Backoff.LIST && said.delays == null) {
      fields.wrong("delays", "is required with the backoff LIST", DELAYS_EXAMPLE);
      return false;
    }
    if (said.backoff != Backoff.LIST && said.delays != null) {
      fields.wrong(
          "delays", "belongs to the backoff LIST; say \"backoff\":\"LIST\" beside it", null);
      return false;
    }
    return true;
  }

  private static @Nullable List<Duration> delays(Fields fields) {
    List<String> texts = fields.list("delays", MOST_DELAYS, "PT10S");
    if (texts == null) {
      return null;
    }
    if (texts.isEmpty()) {
      return fields.wrong("delays", "must name at least one", DELAYS_EXAMPLE);
    }
    List<Duration> delays = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      Duration delay = delay(texts.get(i));
      if (delay == null) {
        return fields.wrong(
            "delays",
            "element " + i + " is not an ISO 8601 duration between PT0S and P365D",
            DELAYS_EXAMPLE);
      }
      delays.add(delay);
    }
    return delays;
  }

  private static @Nullable Duration delay(String text) {
    try {
      Duration delay = Duration.parse(text).truncatedTo(ChronoUnit.MILLIS);
      return delay.isNegative() || delay.compareTo(RetryPolicy.LONGEST_DELAY) > 0 ? null : delay;
    } catch (DateTimeException | ArithmeticException unreadable) {
      return null;
    }
  }

  private static @Nullable List<String> classes(Fields fields, String name) {
    List<String> classes = fields.list(name, MOST_CLASSES, CLASS_EXAMPLE);
    if (classes == null) {
      return null;
    }
    for (int i = 0; i < classes.size(); i++) {
      String one = classes.get(i);
      if (one.length() > LONGEST_CLASS || !CLASS.matcher(one).matches()) {
        return fields.wrong(
            name,
            "element "
                + i
                + " must be the full or simple name of a class of errors, or a package and .*",
            "[\"" + CLASS_EXAMPLE + "\",\"Timeout\",\"org.example.*\"]");
      }
    }
    return List.copyOf(classes);
  }

  private static <T> void put(@Nullable T value, Consumer<T> putting) {
    if (value != null) {
      putting.accept(value);
    }
  }

  private static void putAll(ObjectNode json, String name, List<?> values) {
    ArrayNode list = json.putArray(name);
    values.forEach(value -> list.add(value.toString()));
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }
}
