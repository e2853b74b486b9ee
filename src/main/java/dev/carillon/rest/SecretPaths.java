package dev.carillon.rest;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Paths that hold a secret: a calendar feed's. Whatever goes on record of a request names them
 * without it. They are known however they are spelled, encoded, with parameters or detours, and
 * served in one spelling alone.
 */
public final class SecretPaths {

  /** Before the token. */
  static final String FEEDS = "/feeds/";

  private static final String WITHOUT_SECRET = "/feeds";
  private static final String FIRST_SEGMENT = "feeds";

  private static final Pattern PLAIN = Pattern.compile("/feeds(/[A-Za-z0-9._~-]*)*");

  /** Where the part before it was taken for a host, as in //feeds/…, or left out. */
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_-]{43}\\.ics");

  private static final Pattern PARAMETERS = Pattern.compile(";[^/]*");
  private static final Pattern STRAY_PERCENT = Pattern.compile("%(?![0-9A-Fa-f]{2})");

  /** What was encoded more often than that, nothing on the way to us decodes. */
  private static final int MOST_DECODED = 4;

  private SecretPaths() {}

  /**
   * @param path encoded or not, with or without its first slash; null: none
   */
  public static boolean isSecret(@Nullable String path) {
    String seen = path;
    for (int times = 0; seen != null && times < MOST_DECODED; times++) {
      if (leadsToFeeds(seen)) {
        return true;
      }
      String decoded = decoded(seen);
      seen = decoded.equals(seen) ? null : decoded;
    }
    return false;
  }

  /** Of one that holds a secret: whether it is spelled as we spell it. */
  static boolean isPlain(String path) {
    return PLAIN.matcher(path).matches();
  }

  /** The path as it may be shown. */
  static String shownText(String path) {
    return isSecret(path) ? WITHOUT_SECRET : path;
  }

  /**
   * @param path encoded
   */
  static URI shown(String path) {
    return URI.create(shownText(path));
  }

  private static boolean leadsToFeeds(String path) {
    Deque<String> segments = new ArrayDeque<>();
    for (String segment : PARAMETERS.matcher(path).replaceAll("").split("/")) {
      if (segment.equals("..")) {
        segments.pollLast();
      } else if (!segment.isEmpty() && !segment.equals(".")) {
        segments.addLast(segment);
      }
    }
    return FIRST_SEGMENT.equalsIgnoreCase(segments.peekFirst()) || TOKEN.matcher(path).find();
  }

  private static String decoded(String path) {
    String whole = STRAY_PERCENT.matcher(path).replaceAll("%25").replace("+", "%2B");
    return URLDecoder.decode(whole, StandardCharsets.UTF_8);
  }
}
