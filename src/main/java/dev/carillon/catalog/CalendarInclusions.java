package dev.carillon.catalog;

import dev.carillon.calendars.BuiltInCalendars;
import dev.carillon.calendars.CalendarDefinition;
import dev.carillon.calendars.Calendars;
import dev.carillon.catalog.input.CalendarDeclaration;
import dev.carillon.catalog.input.CalendarReader;
import dev.carillon.catalog.input.FieldErrors;
import dev.carillon.time.calendar.BusinessDays;
import dev.carillon.time.calendar.OutsideCalendar;
import io.vertx.core.json.JsonArray;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which calendars of a tenant include which, and whether one more would fit in: what it includes
 * exists, no way leads back to it, no chain through it is longer than anybody can follow, and all
 * that it includes is together no more work than one calendar may be.
 */
public final class CalendarInclusions {

  static final int DEEPEST = 10;

  /** As many as one calendar by itself: a year of them takes some two milliseconds. */
  static final int MOST_RULES = CalendarReader.MOST_HOLIDAYS;

  /** A year of one takes as long as a thousand rules, so this is some 35 milliseconds. */
  static final int MOST_BUILT_IN = 100;

  /** A calendar that has no business day in as many days has none, as far as anybody can plan. */
  private static final int DAYS_LOOKED_AT = 400;

  /** What counts of a calendar here. */
  private record Node(List<String> include, @Nullable String builtIn, int rules) {

    static Node of(CalendarDefinition definition) {
      return new Node(definition.include(), definition.builtIn(), definition.ruleCount());
    }
  }

  private final String tenant;
  private final Map<String, Node> own = new HashMap<>();
  private final Map<String, Node> shared = new HashMap<>();

  /**
   * @param tenant whose calendar is to fit in
   * @param rows of {@link CalendarSql#INCLUSIONS}
   */
  CalendarInclusions(String tenant, RowSet<Row> rows) {
    this.tenant = tenant;
    for (Row row : rows) {
      String include = row.getString("include");
      List<String> names =
          include == null
              ? List.of()
              : new JsonArray(include).stream().map(String.class::cast).toList();
      boolean isShared = Calendars.SHARED.equals(row.getString("tenant_id"));
      (isShared ? shared : own)
          .put(
              row.getString("name"),
              new Node(names, row.getString("builtin"), row.getInteger("rules")));
    }
  }

  /** Among the shared ones alone. */
  public CalendarInclusions(Map<String, CalendarDefinition> shared) {
    this.tenant = Calendars.SHARED;
    shared.forEach((name, definition) -> this.shared.put(name, Node.of(definition)));
  }

  /**
   * Not on an event loop.
   *
   * @param days of a calendar with all that it includes
   * @throws dev.carillon.catalog.input.InvalidInput when every day is off
   */
  public static void requireBusinessDay(BusinessDays days, LocalDate today) {
    try {
      for (int i = 0; i < DAYS_LOOKED_AT; i++) {
        if (days.isBusinessDay(today.plusDays(i))) {
          return;
        }
      }
    } catch (OutsideCalendar ended) {
      // Nothing is said of later dates, so nothing is wrong with them either.
      return;
    }
    throw FieldErrors.invalid(
        "/include",
        "include: together with the weekend and the holidays they leave no business day at all from "
            + today
            + " on",
        "[\"DE\"]");
  }

  int owned() {
    return tenant.equals(Calendars.SHARED) ? shared.size() : own.size();
  }

  /**
   * @throws dev.carillon.catalog.input.InvalidInput saying what does not fit
   */
  public void requireFit(CalendarDeclaration declared) {
    Map<String, Node> mine = tenant.equals(Calendars.SHARED) ? shared : own;
    mine.put(declared.name(), Node.of(declared.definition()));
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
    Set<String> concerned = new TreeSet<>();
    addAbove(declared.name(), includedBy(mine), concerned);
    Totals totals = new Totals(mine);
    concerned.forEach(totals::requireWithinLimits);
  }

  private static void addAbove(
      String name, Map<String, List<String>> includedBy, Set<String> concerned) {
    if (concerned.add(name)) {
      for (String next : includedBy.getOrDefault(name, List.of())) {
        addAbove(next, includedBy, concerned);
      }
    }
  }

  /** What calendars come to with all that they include, each of it counted once. */
  private final class Totals {

    /** Where a name is looked for, and the name. */
    private record Place(boolean amongMine, String name) {}

    private final Map<String, Node> mine;
    private final Map<Place, Integer> places = new HashMap<>();
    private final List<Node> nodes = new ArrayList<>();
    private final Map<Place, BitSet> whole = new HashMap<>();

    Totals(Map<String, Node> mine) {
      this.mine = mine;
    }

    void requireWithinLimits(String name) {
      int rules = 0;
      Set<String> builtIn = new HashSet<>();
      BitSet all = whole(new Place(true, name));
      for (int i = all.nextSetBit(0); i >= 0; i = all.nextSetBit(i + 1)) {
        Node node = nodes.get(i);
        rules += node.rules;
        if (node.builtIn != null) {
          builtIn.add(node.builtIn);
        }
      }
      require(name, rules, MOST_RULES, "rules");
      require(name, builtIn.size(), MOST_BUILT_IN, "built-in calendars");
    }

    private void require(String name, int found, int most, String what) {
      if (found > most) {
        throw FieldErrors.invalid(
            "/include",
            "include: with all that it includes, also through others, "
                + name
                + " would have "
                + found
                + " "
                + what
                + ", and "
                + most
                + " is the most; include fewer, or write dates in place of rules",
            "[\"DE\"]");
      }
    }

    private BitSet whole(Place place) {
      BitSet known = whole.get(place);
      if (known != null) {
        return known;
      }
      BitSet all = new BitSet();
      whole.put(place, all);
      Node node = place.amongMine ? mine.get(place.name) : null;
      boolean amongMine = node != null && mine != shared;
      node = node == null ? shared.get(place.name) : node;
      node = node == null ? new Node(List.of(), place.name, 0) : node;
      Integer number = places.get(new Place(amongMine, place.name));
      if (number == null) {
        number = nodes.size();
        places.put(new Place(amongMine, place.name), number);
        nodes.add(node);
      }
      all.set(number);
      for (String name : node.include) {
        all.or(whole(new Place(amongMine, name)));
      }
      return all;
    }
  }

  private @Nullable String problem(String name, String included, Map<String, Node> mine) {
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
      Map<String, Node> mine,
      List<String> way,
      Map<String, Boolean> seen) {
    way.add(from);
    if (from.equals(goal)) {
      return true;
    }
    if (seen.put(from, true) == null) {
      for (String next : included(from, mine)) {
        if (leadsTo(goal, next, mine, way, seen)) {
          return true;
        }
      }
    }
    way.remove(way.size() - 1);
    return false;
  }

  private static List<String> included(String name, Map<String, Node> mine) {
    Node node = mine.get(name);
    return node == null ? List.of() : node.include;
  }

  /** The longest chain down from a calendar, in steps. What is shared or built in ends it. */
  private static int below(String name, Map<String, Node> mine, Map<String, Integer> known) {
    return longest(name, next -> included(next, mine), known);
  }

  private static int above(String name, Map<String, Node> mine) {
    Map<String, List<String>> includedBy = includedBy(mine);
    return longest(name, next -> includedBy.getOrDefault(next, List.of()), new HashMap<>());
  }

  private static int longest(
      String name, Function<String, List<String>> next, Map<String, Integer> known) {
    Integer before = known.get(name);
    if (before != null) {
      return before;
    }
    int longest = 0;
    for (String one : next.apply(name)) {
      longest = Math.max(longest, 1 + longest(one, next, known));
    }
    known.put(name, longest);
    return longest;
  }

  private static Map<String, List<String>> includedBy(Map<String, Node> mine) {
    Map<String, List<String>> includedBy = new HashMap<>();
    mine.forEach(
        (one, node) ->
            node.include.forEach(
                below -> includedBy.computeIfAbsent(below, b -> new ArrayList<>()).add(one)));
    return includedBy;
  }
}
