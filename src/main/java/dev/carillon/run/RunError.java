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

  /** What a handler reported in its own words. */
  public static final String HANDLER = "HandlerError";

  /** It was still running when its time was up. */
  public static final String TIMEOUT = "Timeout";

  /** Its worker disappeared. */
  public static final String LOST = "Lost";

  /** It seems to be what its workers disappear from. */
  public static final String POISON = "POISON";

  /** Longest message kept, in bytes of UTF-8: with the class and the rest, 64 KiB. */
  public static final int MAX_MESSAGE = 63 * 1024;

  private static final int MAX_TYPE = 500;

  public RunError {
    Objects.requireNonNull(type, "type");
    type = Text.head(type, MAX_TYPE);
    message = message == null ? "" : message;
    // Before it is looked at closely: it may be very long. Masks may be longer than what they hide.
    String masked = Redaction.of(Text.head(message, 2 * MAX_MESSAGE));
    String kept = Text.head(masked, MAX_MESSAGE);
    truncated |= kept.length() < masked.length() || message.length() > 2 * MAX_MESSAGE;
    message = kept;
  }

  /** An error that a handler reported in its own words. */
  public static RunError of(String message) {
    return new RunError(HANDLER, message, true, false);
  }

  public static RunError of(String type, String message, boolean retryable) {
    return new RunError(type, message, retryable, false);
  }

  /** An error that a handler threw, even one that cannot tell its message. */
  public static RunError thrown(Throwable thrown) {
    return new RunError(thrown.getClass().getName(), messageOf(thrown), true, false);
  }

  public RunError permanent() {
    return new RunError(type, message, false, truncated);
  }

  /** The same error, with the engine's reason for not trying again before its message. */
  RunError ended(String reason) {
    return new RunError(type, reason + ": " + message, false, truncated);
  }

  private static String messageOf(Throwable thrown) {
    try {
      String message = thrown.getMessage();
      return message == null ? "no message" : message;
    } catch (Throwable e) {
      return "its message cannot be read: asking for it threw " + e.getClass().getName();
    }
  }
}
