package dev.carillon.catalog;

import dev.carillon.calendars.BuiltInCalendars;
import dev.carillon.calendars.Calendars;
import dev.carillon.catalog.input.CalendarDeclaration;
import dev.carillon.catalog.input.FieldErrors;
import io.vertx.core.json.JsonArray;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which calendars of a tenant include which, and whether one more would fit in: what it includes
 * exists, no way leads back to it, and no chain through it is longer than anybody can follow.
 */
public final class CalendarInclusions {

  static final int DEEPEST = 10;

  private final String tenant;
  private final Map<String, List<String>> own = new HashMap<>();
  private final Map<String, List<String>> shared = new HashMap<>();

  /**
   * @param tenant whose calendar is to fit in; {@link Calendars#SHARED}: among the shared ones
   *     alone
   * @param rows of {@link CalendarSql#INCLUSIONS}
   */
  public CalendarInclusions(String tenant, RowSet<Row> rows) {
    this.tenant = tenant;
    for (Row row : rows) {
      String include = row.getString("include");
      List<String> names =
          include == null
              ? List.of()
              : new JsonArray(include).stream().map(String.class::cast).toList();
      boolean isShared = Calendars.SHARED.equals(row.getString("tenant_id"));
      (isShared ? shared : own).put(row.getString("name"), names);
    }
  }

  int owned() {
    return tenant.equals(Calendars.SHARED) ? shared.size() : own.size();
  }

  /**
   * @throws dev.carillon.catalog.input.InvalidInput saying what does not fit
   */
  public void requireFit(CalendarDeclaration declared) {
    Map<String, List<String>> mine = tenant.equals(Calendars.SHARED) ? shared : own;
    mine.put(declared.name(), declared.definition().include());
    FieldErrors errors = new FieldErrors();
    List<String> include = declared.definition().include();
    for (int i = 0; i < include.size(); i++) {
      String problem = problem(declared.name(), include.get(i), mine);
      if (problem != null) {
        errors.wrong("/include/" + i, "include/" + i + ": " + problem, "DE");
      }
    }
    errors.throwIfAny();
    int depth = below(declared.name(), mine, new HashMap<>()) + above(declared.name(), mine);
    if (depth > DEEPEST) {
      throw FieldErrors.invalid(
          "/include",
          "include: calendars that include each other would make a chain of "
              + depth
              + ", and "
              + DEEPEST
              + " is the most; include those at its end directly",
          "[\"DE\"]");
    }
  }

  private @Nullable String problem(String name, String included, Map<String, List<String>> mine) {
    if (!mine.containsKey(included)
        && !shared.containsKey(included)
        && BuiltInCalendars.find(included) == null) {
      return "there is no calendar " + included + ", neither your own nor a built-in one";
    }
    List<String> way = new ArrayList<>(List.of(name));
    return leadsTo(name, included, mine, way, new HashMap<>())
        ? name + " would include itself: " + String.join(" → ", way)
        : null;
  }

  /** Depth first; whoever was looked at before leads nowhere. */
  private static boolean leadsTo(
      String goal,
      String from,
      Map<String, List<String>> mine,
      List<String> way,
      Map<String, Boolean> seen) {
    way.add(from);
    if (from.equals(goal)) {
      return true;
    }
    if (seen.put(from, true) == null) {
      for (String next : mine.getOrDefault(from, List.of())) {
        if (leadsTo(goal, next, mine, way, seen)) {
          return true;
        }
      }
    }
    way.remove(way.size() - 1);
    return false;
  }

  /** The longest chain down from a calendar, in steps. What is shared or built in ends it. */
  private static int below(
      String name, Map<String, List<String>> mine, Map<String, Integer> known) {
    Integer before = known.get(name);
    if (before != null) {
      return before;
    }
    int longest = 0;
    for (String next : mine.getOrDefault(name, List.of())) {
      longest = Math.max(longest, 1 + below(next, mine, known));
    }
    known.put(name, longest);
    return longest;
  }

  private static int above(String name, Map<String, List<String>> mine) {
    Map<String, List<String>> includedBy = new HashMap<>();
    mine.forEach(
        (one, includes) ->
            includes.forEach(
                below -> includedBy.computeIfAbsent(below, b -> new ArrayList<>()).add(one)));
    return below(name, includedBy, new HashMap<>());
  }
}
