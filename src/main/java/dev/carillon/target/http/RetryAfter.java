package dev.carillon.target.http;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/**
 * When a receiver wants to be asked again: the header Retry-After (RFC 9110 §10.2.3), in seconds or
 * as a date. What cannot be read is as if it were not there.
 */
final class RetryAfter {

  /** A receiver that errs must not put a run off for a year. */
  static final Duration LONGEST = Duration.ofDays(1);

  private RetryAfter() {}

  /**
   * @param said the header; null: there was none
   * @param date the header Date of the same answer, by which a date is a pause whatever the clocks
   *     say; null: there was none
   * @param now by our clock, where there is no Date
   * @return zero or more, at most a day; null: nothing was said
   */
  static @Nullable Duration read(@Nullable String said, @Nullable String date, Instant now) {
    if (said == null) {
      return null;
    }
    String text = said.strip();
    if (!text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      // More digits than these are beyond the longest anyway.
      return text.length() > 9 ? LONGEST : bounded(Duration.ofSeconds(Long.parseLong(text)));
    }
    Instant at = instant(text);
    if (at == null) {
      return null;
    }
    Instant from = date == null ? null : instant(date.strip());
    return bounded(Duration.between(from == null ? now : from, at));
  }

  private static Duration bounded(Duration pause) {
    if (pause.isNegative()) {
      return Duration.ZERO;
    }
    return pause.compareTo(LONGEST) > 0 ? LONGEST : pause;
  }

  private static @Nullable Instant instant(String text) {
    try {
      return Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text));
    } catch (DateTimeException e) {
      return null;
    }
  }
}
