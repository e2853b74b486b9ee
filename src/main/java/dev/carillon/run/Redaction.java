package dev.carillon.run;

import java.util.regex.Pattern;

/**
 * Takes what looks like a secret out of what handlers say (an error, a line of a log, where an
 * artifact is), before it is kept, logged or told: credentials in URLs, bearer and basic tokens,
 * and values named like a password, a token, a secret or a key. It knows forms, not secrets; who
 * writes a message should leave them out.
 */
public final class Redaction {

  private static final String MASK = "•••";

  private static final Pattern IN_URL = Pattern.compile("(://[^/\\s:@]{0,200}:)[^/\\s@]{1,500}@");

  private static final Pattern SCHEME =
      Pattern.compile("(?i)\\b(bearer|basic)(\\s+)[a-z0-9._~+/=-]{6,}");

  private static final Pattern NAMED =
      Pattern.compile(
          // No look at what stands before the name: each character would be begun with forty times.
          "(?i)((?:passw(?:or)?d|secret|token|api[_-]?key|signature)[\"']?\\s{0,3}[:=]\\s{0,3}[\"']?)"
              + "[^\\s\"'&,;}]{1,1000}");

  private Redaction() {}

  /** The text with every secret that it knows by its form masked. */
  public static String of(String text) {
    String masked = IN_URL.matcher(text).replaceAll("$1" + MASK + "@");
    masked = SCHEME.matcher(masked).replaceAll("$1$2" + MASK);
    return NAMED.matcher(masked).replaceAll("$1" + MASK);
  }
}
