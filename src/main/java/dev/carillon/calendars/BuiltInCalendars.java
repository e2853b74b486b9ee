package dev.carillon.calendars;

import de.focus_shift.jollyday.core.CalendarHierarchy;
import de.focus_shift.jollyday.core.HolidayManager;
import de.focus_shift.jollyday.core.ManagerParameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The calendars that everybody has, from Jollyday's data: countries by their ISO 3166 codes ({@code
 * DE}), their parts ({@code DE-BY}), and a few markets ({@code TARGET2}, {@code NYSE}).
 *
 * <p>The first question after a country reads its data, the very first one half a second long, so
 * these are never asked on an event loop.
 */
public final class BuiltInCalendars {

  private static final Pattern NAME = Pattern.compile("[A-Z0-9_]+(-[A-Z0-9]+)*");

  /** Only names that exist get in, so this is as large as Jollyday's data at most. */
  private static final Map<String, BuiltInCalendar> FOUND = new ConcurrentHashMap<>();

  private BuiltInCalendars() {}

  /** Null: there is none of the name. */
  public static @Nullable BuiltInCalendar find(String name) {
    BuiltInCalendar known = FOUND.get(name);
    if (known != null) {
      return known;
    }
    if (!NAME.matcher(name).matches()) {
      return null;
    }
    BuiltInCalendar loaded = load(name);
    return loaded == null ? null : keep(name, loaded);
  }

  private static BuiltInCalendar keep(String name, BuiltInCalendar loaded) {
    BuiltInCalendar before = FOUND.putIfAbsent(name, loaded);
    return before == null ? loaded : before;
  }

  /** All there are, in the order of their names; a country and its parts follow each other. */
  public static List<String> names() {
    SortedSet<String> names = new TreeSet<>(BuiltInFacts.aliases());
    for (String code : codes()) {
      names.add(code);
      addParts(code, manager(code).getCalendarHierarchy(), names);
    }
    return List.copyOf(names);
  }

  private static void addParts(String name, CalendarHierarchy whole, SortedSet<String> names) {
    whole
        .getChildren()
        .forEach(
            (part, hierarchy) -> {
              String named = name + "-" + part.toUpperCase(Locale.ROOT);
              if (NAME.matcher(named).matches()) {
                names.add(named);
                addParts(named, hierarchy, names);
              }
            });
  }

  private static SortedSet<String> codes() {
    SortedSet<String> codes = new TreeSet<>();
    HolidayManager.getSupportedCalendarCodes().stream()
        .map(code -> code.toUpperCase(Locale.ROOT))
        .filter(code -> !BuiltInFacts.isLeftOut(code))
        .forEach(codes::add);
    return codes;
  }

  private static @Nullable BuiltInCalendar load(String name) {
    String[] path = BuiltInFacts.named(name).split("-");
    String code = path[0];
    if (!codes().contains(code)) {
      return null;
    }
    HolidayManager manager = manager(code);
    CalendarHierarchy place = manager.getCalendarHierarchy();
    StringBuilder description = new StringBuilder(place.getDescription(BuiltInCalendar.NAMES));
    List<String> parts = new ArrayList<>();
    for (int i = 1; i < path.length; i++) {
      String part = partNamed(path[i], place);
      if (part == null) {
        return null;
      }
      place = place.getChildren().get(part);
      parts.add(part);
      description.append(", ").append(place.getDescription(BuiltInCalendar.NAMES));
    }
    return new BuiltInCalendar(name, code, description.toString(), manager, parts);
  }

  /** Jollyday writes most of them in small letters. */
  private static @Nullable String partNamed(String name, CalendarHierarchy whole) {
    return whole.getChildren().keySet().stream()
        .filter(part -> part.toUpperCase(Locale.ROOT).equals(name))
        .findFirst()
        .orElse(null);
  }

  /** Jollyday looks for its parts in the class loader of the thread, whichever that is. */
  private static synchronized HolidayManager manager(String code) {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(BuiltInCalendars.class.getClassLoader());
    try {
      return HolidayManager.getInstance(ManagerParameters.create(code.toLowerCase(Locale.ROOT)));
    } finally {
      thread.setContextClassLoader(before);
    }
  }
}
