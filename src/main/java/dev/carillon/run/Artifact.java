package dev.carillon.run;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;

/**
 * Something that an attempt has made and put elsewhere: a report, a file, a page.
 *
 * @param name what people call it; 1 to 200 characters, no control characters
 * @param uri where it is, absolute and of at most 2,000 characters; what looks like a secret is
 *     masked
 */
public record Artifact(String name, String uri) {

  private static final int LONGEST_NAME = 200;
  private static final int LONGEST_URI = 2_000;

  /** They would be executed or unpacked by whoever follows a link to an artifact. */
  private static final Set<String> REFUSED = Set.of("javascript", "vbscript", "data");

  /**
   * @throws IllegalArgumentException saying what is wrong with it
   */
  public Artifact {
    if (name == null || name.isBlank() || name.length() > LONGEST_NAME) {
      throw new IllegalArgumentException(
          "the name of an artifact must have 1 to " + LONGEST_NAME + " characters");
    }
    if (name.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException("the name of an artifact must have no control characters");
    }
    requireUri(name, uri);
    name = Redaction.of(name);
    uri = Redaction.of(uri);
  }

  private static void requireUri(String name, String uri) {
    if (uri == null || uri.length() > LONGEST_URI) {
      throw new IllegalArgumentException(
          "artifact " + name + ": its URI must have at most " + LONGEST_URI + " characters");
    }
    URI parsed;
    try {
      parsed = new URI(uri);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("artifact " + name + ": " + e.getMessage(), e);
    }
    if (!parsed.isAbsolute() || REFUSED.contains(parsed.getScheme().toLowerCase(Locale.ROOT))) {
      throw new IllegalArgumentException(
          "artifact "
              + name
              + ": its URI must be absolute, and not of the schemes "
              + String.join(", ", REFUSED.stream().sorted().toList())
              + "; for example https://reports.example.org/2026-01.pdf");
    }
  }
}
