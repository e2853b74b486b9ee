package dev.carillon.run;

import java.util.Objects;

/**
 * Why an attempt did not succeed.
 *
 * @param type what kind of error, for people and filters: the exception's class name, {@code
 *     Timeout}, {@code Lost} …
 * @param message in one line or few; what looks like a secret is masked
 * @param retryable whether the same attempt could succeed another time
 * @param truncated whether the message was cut to fit
 */
public record RunError(String type, String message, boolean retryable, boolean truncated) {

  /** Longest message kept, in characters. */
  public static final int MAX_MESSAGE = 64 * 1024 / 4;

  public RunError {
    Objects.requireNonNull(type, "type");
    message = message == null ? "" : message;
    if (message.length() > MAX_MESSAGE) {
      message = message.substring(0, MAX_MESSAGE);
      truncated = true;
    }
    message = Redaction.of(message);
  }

  /** An error that a handler reported in its own words. */
  public static RunError of(String message) {
    return new RunError("HandlerError", message, true, false);
  }

  public static RunError of(String type, String message, boolean retryable) {
    return new RunError(type, message, retryable, false);
  }

  /** An error that a handler threw. */
  public static RunError thrown(Throwable thrown) {
    String message = thrown.getMessage();
    return new RunError(
        thrown.getClass().getName(), message == null ? "no message" : message, true, false);
  }

  public RunError permanent() {
    return new RunError(type, message, false, truncated);
  }
}
