package dev.carillon.run;

import java.util.ArrayList;
import java.util.List;

/**
 * What an error is called, and whether a list of a retry policy names it.
 *
 * <p>What was thrown goes by the names of its class and of all its superclasses; its causes do not
 * count, since a handler that wraps an exception says by that what kind of failure it takes it for.
 * What the engine finds goes by names of its own: {@code Timeout}, {@code Lost}, {@code NoOutcome},
 * {@code Unreachable}, and for an HTTP status both {@code Http503} and {@code Http5xx}.
 *
 * <p>A list names a class in full ({@code java.io.IOException}), by its simple name ({@code
 * IOException}), or with all others of its package and those beneath ({@code java.io.*}).
 */
public final class ErrorClasses {

  private static final String ALL_OF = ".*";

  private ErrorClasses() {}

  /** The names of a class and its superclasses, the most special first. */
  public static List<String> of(Throwable thrown) {
    List<String> names = new ArrayList<>(5);
    for (Class<?> type = thrown.getClass(); type != Object.class; type = type.getSuperclass()) {
      names.add(type.getName());
    }
    return names;
  }

  /** Whether any of the patterns names any of the classes. */
  static boolean areNamedBy(List<String> patterns, List<String> classes) {
    for (String pattern : patterns) {
      for (String name : classes) {
        if (matches(pattern, name)) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean matches(String pattern, String name) {
    // As it is imported, too: a nested class has a $ in its name.
    String dotted = name.replace('$', '.');
    if (pattern.endsWith(ALL_OF)) {
      return dotted.startsWith(pattern.substring(0, pattern.length() - 1));
    }
    return pattern.equals(name)
        || pattern.equals(dotted)
        || pattern.indexOf('.') < 0
            && pattern.equals(dotted.substring(dotted.lastIndexOf('.') + 1));
  }
}
