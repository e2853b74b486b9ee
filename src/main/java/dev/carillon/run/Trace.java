package dev.carillon.run;

import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The W3C trace (Trace Context §3.2) that a run belongs to: the one its requester was in, else one
 * derived from the run's id, so that nothing need be stored and every process derives the same. So
 * are the spans of its fire and of its attempts: whoever tells of an attempt names the span that
 * its worker made, without having heard from that worker.
 *
 * @param traceId 32 hexadecimal digits
 * @param flags two hexadecimal digits
 * @param requester the span that asked for the run, 16 hexadecimal digits; null: a fire of a
 *     schedule, or nobody traced the request
 */
public record Trace(String traceId, String flags, UUID run, @Nullable String requester) {

  /** The span of the fire itself, before any attempt. */
  private static final int FIRE = 0;

  private static final Pattern TRACEPARENT =
      Pattern.compile("00-((?!0{32})[0-9a-f]{32})-((?!0{16})[0-9a-f]{16})-([0-9a-f]{2})");

  /**
   * @param traceparent what the requester sent; null when nobody did
   */
  public static Trace of(@Nullable String traceparent, UUID run) {
    if (traceparent != null) {
      Matcher matcher = TRACEPARENT.matcher(traceparent);
      if (matcher.matches()) {
        return new Trace(matcher.group(1), matcher.group(3), run, matcher.group(2));
      }
    }
    return new Trace(
        hex(run.getMostSignificantBits()) + hex(run.getLeastSignificantBits()), "01", run, null);
  }

  /** Whether a header is one that can be taken over. */
  public static boolean isValid(@Nullable String traceparent) {
    return traceparent != null && TRACEPARENT.matcher(traceparent).matches();
  }

  /** Whether the run began this trace, rather than being asked for in somebody's. */
  public boolean isDerived() {
    return requester == null;
  }

  /** What the run came from: the requester's span, else its fire. */
  public String originSpanId() {
    return requester == null ? spanId(FIRE) : requester;
  }

  /** The context of one attempt: the same for everybody who derives it. */
  public String traceparent(int attempt) {
    return "00-" + traceId + "-" + spanId(attempt) + "-" + flags;
  }

  /** The span of one attempt, 16 hexadecimal digits. */
  public String spanId(int attempt) {
    // A bijective mix (of SplitMix64), so that runs and attempts get spans of their own; zero is
    // not a span.
    long mixed =
        run.getMostSignificantBits()
            ^ run.getLeastSignificantBits() + attempt * 0x9E3779B97F4A7C15L;
    mixed = (mixed ^ mixed >>> 30) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ mixed >>> 27) * 0x94D049BB133111EBL;
    mixed ^= mixed >>> 31;
    return hex(mixed == 0 ? 1 : mixed);
  }

  private static String hex(long bits) {
    String digits = Long.toHexString(bits);
    return "0".repeat(16 - digits.length()) + digits;
  }
}
