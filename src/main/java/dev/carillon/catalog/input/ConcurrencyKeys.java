package dev.carillon.catalog.input;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What runs have in common that do not run at once: a run's own key, or a job's text with {@code
 * {scope.NAME}} and {@code {params.path}} in it, from which the database makes the key of each run
 * (carillon_concurrency_key).
 */
public final class ConcurrencyKeys {

  private static final int LONGEST = 256;
  private static final String KEY_EXAMPLE = "customer-4711";
  private static final String TEMPLATE_EXAMPLE = "customer-{params.customer}";
  private static final List<String> ROOTS = List.of("params.", "scope.");

  private ConcurrencyKeys() {}

  /** What is wrong with a template, and where. */
  public record Wrong(int position, String message) {}

  static @Nullable String key(Fields fields) {
    String key = fields.text("concurrencyKey", LONGEST, KEY_EXAMPLE);
    if (key == null) {
      return null;
    }
    if (key.isEmpty()) {
      return fields.wrong("concurrencyKey", "must not be empty", KEY_EXAMPLE);
    }
    int control = firstControl(key);
    return control < 0
        ? key
        : fields.wrong("concurrencyKey", control, "must not hold control characters", KEY_EXAMPLE);
  }

  static @Nullable String template(Fields fields) {
    String template = fields.text("concurrencyKey", LONGEST, TEMPLATE_EXAMPLE);
    if (template == null) {
      return null;
    }
    Wrong wrong = firstWrong(template);
    return wrong == null
        ? template
        : fields.wrong("concurrencyKey", wrong.position, wrong.message, TEMPLATE_EXAMPLE);
  }

  /** Null: it is one that the database makes keys from. */
  public static @Nullable Wrong firstWrong(String template) {
    if (template.isEmpty()) {
      return new Wrong(0, "must not be empty");
    }
    int control = firstControl(template);
    if (control >= 0) {
      return new Wrong(control, "must not hold control characters");
    }
    for (int at = 0; at < template.length(); at++) {
      char c = template.charAt(at);
      if (c == '}') {
        return new Wrong(at, "has a } that closes nothing");
      }
      if (c == '{') {
        int end = template.indexOf('}', at);
        Wrong wrong =
            end < 0 ? new Wrong(at, "has a { that is not closed") : within(template, at, end);
        if (wrong != null) {
          return wrong;
        }
        at = end;
      }
    }
    return null;
  }

  private static @Nullable Wrong within(String template, int open, int close) {
    String place = template.substring(open + 1, close);
    String root = ROOTS.stream().filter(place::startsWith).findFirst().orElse(null);
    if (root == null || place.indexOf('{') >= 0) {
      return new Wrong(open, "may hold {params.NAME} and {scope.NAME} only");
    }
    String path = place.substring(root.length());
    boolean named =
        root.equals("scope.")
            ? !path.isEmpty()
            : !path.isEmpty() && List.of(path.split("\\.", -1)).stream().noneMatch(String::isEmpty);
    return named ? null : new Wrong(open + 1 + root.length(), "names nothing after " + root);
  }

  private static int firstControl(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isISOControl(text.charAt(i))) {
        return i;
      }
    }
    return -1;
  }
}
