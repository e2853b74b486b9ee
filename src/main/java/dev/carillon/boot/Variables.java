package dev.carillon.boot;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The variables as they were set, and what was made of them: settings, and lines on wrong ones. */
final class Variables {

  private final Function<String, @Nullable String> lookUp;
  private final Map<String, String> settings = new LinkedHashMap<>();
  private final List<String> problems = new ArrayList<>();

  Variables(Function<String, @Nullable String> lookUp) {
    this.lookUp = lookUp;
  }

  /** What a variable says; an empty one is absent. */
  Optional<String> value(String name) {
    return Optional.ofNullable(lookUp.apply(name)).map(String::strip).filter(v -> !v.isEmpty());
  }

  Map<String, String> settings() {
    return Map.copyOf(settings);
  }

  List<String> problems() {
    return List.copyOf(problems);
  }

  void set(String key, String value) {
    settings.put(key, value);
  }

  /** One line, as it is shown; for a value that must not be repeated. */
  void refuse(String line) {
    problems.add(line);
  }

  /**
   * @param what is wrong with the value: "is not a path"
   * @param right a correct setting, with the variable's name
   */
  void wrong(String name, String value, String what, String right) {
    String shown = value.length() > 80 ? value.substring(0, 80) + "…" : value;
    problems.add(name + "=" + shown + " " + what + "; right is " + right + ".");
  }

  /** The elements of a list with commas, without blanks and empty ones. */
  static List<String> list(String text) {
    return Arrays.stream(text.split(",")).map(String::strip).filter(v -> !v.isEmpty()).toList();
  }

  static boolean isBetween(String text, int least, int most) {
    return text.matches("\\d{1,9}")
        && Integer.parseInt(text) >= least
        && Integer.parseInt(text) <= most;
  }
}
