package dev.carillon.target.http;

import dev.carillon.run.ErrorClasses;
import dev.carillon.run.Outcome;
import dev.carillon.run.RunError;
import io.netty.channel.ConnectTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * What a request came to that did not succeed, by the names that a job's {@code retryOn} and {@code
 * noRetryOn} know:
 *
 * <ul>
 *   <li>{@code Http503} for a status, and {@code Http5xx} for its hundred;
 *   <li>{@code Timeout}: connected or sent, and no answer in time;
 *   <li>{@code Unreachable}: no connection, or it broke; the exception's own classes too.
 * </ul>
 */
final class HttpProblems {

  private static final String UNREACHABLE = "Unreachable";

  private HttpProblems() {}

  /**
   * @param after what the receiver asked for; null: nothing
   */
  static Outcome status(int status, @Nullable String message, @Nullable Duration after) {
    String name = "Http" + status;
    String words = "answered " + status + (message == null ? "" : " " + message);
    return new Outcome.Problem(
        RunError.of(name, words, true), List.of(name, "Http" + status / 100 + "xx"), after);
  }

  static Outcome noAnswer(Throwable failure) {
    boolean late =
        failure instanceof TimeoutException || failure instanceof ConnectTimeoutException;
    String name = late ? RunError.TIMEOUT : UNREACHABLE;
    String message = failure.getMessage();
    List<String> classes = new ArrayList<>();
    classes.add(name);
    classes.addAll(ErrorClasses.of(failure));
    return new Outcome.Problem(
        RunError.of(
            name,
            "no answer: " + (message == null ? failure.getClass().getSimpleName() : message),
            true),
        classes,
        null);
  }
}
