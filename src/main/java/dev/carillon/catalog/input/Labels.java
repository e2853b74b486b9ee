package dev.carillon.catalog.input;

import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Labels of jobs, schedules and runs, in the form that Kubernetes gives them. */
final class Labels {

  private static final int MOST = 64;
  private static final int LONGEST_KEY = 317;
  private static final int LONGEST_PREFIX = 253;
  private static final int LONGEST_NAME = 63;
  private static final String EXAMPLE = "{\"team\":\"billing\",\"example.org/tier\":\"gold\"}";

  private static final Pattern PREFIX =
      Pattern.compile("[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?");

  private Labels() {}

  static @Nullable Map<String, String> read(Fields owner) {
    Map<String, String> labels = owner.texts("labels", MOST, LONGEST_KEY, EXAMPLE);
    Fields fields = labels == null ? null : owner.within("labels", EXAMPLE);
    if (labels == null || fields == null) {
      return null;
    }
    labels.forEach((key, value) -> check(fields, key, value));
    return labels.isEmpty() ? null : labels;
  }

  private static void check(Fields fields, String key, String value) {
    int slash = key.indexOf('/');
    String prefix = slash < 0 ? "" : key.substring(0, slash);
    if (!isName(key.substring(slash + 1))) {
      fields.wrong(
          key,
          "must be 1 to 63 letters, digits, '-', '_' and '.', beginning and ending with a letter or"
              + " digit; a domain and '/' may stand before it",
          EXAMPLE);
    } else if (slash >= 0
        && (prefix.length() > LONGEST_PREFIX || !PREFIX.matcher(prefix).matches())) {
      fields.wrong(key, "what stands before the '/' must be a domain in small letters", EXAMPLE);
    } else if (!value.isEmpty() && !isName(value)) {
      fields.wrong(
          key,
          "its value must be at most 63 letters, digits, '-', '_' and '.', beginning and ending with"
              + " a letter or digit",
          EXAMPLE);
    }
  }

  private static boolean isName(String text) {
    return text.length() <= LONGEST_NAME && NAME.matcher(text).matches();
  }
}
