package dev.carillon.rest;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Paths that hold a secret: a calendar feed's. Whatever goes on record of a request names them
 * without it.
 */
final class SecretPaths {

  /** Before the token. */
  static final String FEEDS = "/feeds/";

  private static final String WITHOUT_SECRET = "/feeds";

  private SecretPaths() {}

  static boolean isSecret(@Nullable String path) {
    // Some frameworks name paths without their first slash.
    return path != null && (path.startsWith(FEEDS) || path.startsWith(FEEDS.substring(1)));
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
}
