package dev.carillon.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretPathsTest {

  static final String TOKEN = "q".repeat(43);

  static final List<String> OTHER_SPELLINGS =
      List.of(
          "/%66eeds/" + TOKEN + ".ics",
          "/fee%64s/" + TOKEN + ".ics",
          "/feeds;x=1/" + TOKEN + ".ics",
          "/feeds/" + TOKEN + ".ics;x=1",
          "/feeds/" + TOKEN + "%2eics",
          "/;x=1/feeds/" + TOKEN + ".ics",
          "/jobs/%2e%2e/feeds;y/" + TOKEN + ".ics",
          "//feeds/" + TOKEN + ".ics",
          "/feeds%2F" + TOKEN + ".ics",
          "/%2566eeds/" + TOKEN + ".ics",
          "/" + TOKEN + ".ics",
          "/FEEDS/" + TOKEN + ".ics");

  @Test
  void knowsASecretHoweverItIsSpelled() {
    for (String path : OTHER_SPELLINGS) {
      assertTrue(SecretPaths.isSecret(path), path);
      assertFalse(SecretPaths.isPlain(path), path);
      assertEquals("/feeds", SecretPaths.shownText(path));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/feeds/t.ics", "/feeds", "/feeds/", "/feeds/t/more"})
  void takesThePlainSpelling(String path) {
    assertTrue(SecretPaths.isSecret(path));
    assertTrue(SecretPaths.isPlain(path));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "",
        "/schedules/feeds",
        "/calendar-feeds",
        "/feedsx/a",
        "/jobs/%",
        "/feeds/../jobs",
        "/jobs/a;feeds/b",
        "/jobs/%zz+%41"
      })
  void leavesOtherPathsAlone(String path) {
    assertFalse(SecretPaths.isSecret(path));
    assertEquals(path, SecretPaths.shownText(path));
  }

  /** As an access log matches it: against the path as the router normalises it. */
  @Test
  void theAccessLogLeavesOutTokensAndNoMore() {
    Pattern left =
        Pattern.compile(
            ConfigProvider.getConfig()
                .getValue("quarkus.http.access-log.exclude-pattern", String.class));
    for (String path : List.of("/feeds/" + TOKEN, "/feeds;x/t", "//feeds/t", "/feeds%2Ft")) {
      assertTrue(left.matcher(path).matches(), path);
    }
    for (String path : List.of("/schedules/feeds", "/calendar-feeds", "/jobs", "/feedsx")) {
      assertFalse(left.matcher(path).matches(), path);
    }
  }
}
