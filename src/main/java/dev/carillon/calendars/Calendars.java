package dev.carillon.calendars;

import dev.carillon.pg.Statements;
import dev.carillon.time.calendar.BusinessDays;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Reads calendars by their names. One that includes others is put together of all of them at once,
 * each counted once however many ways lead to it: its days off are theirs together.
 */
public final class Calendars {

  /** The tenant of what all share. */
  public static final String SHARED = "*";

  private static final Logger LOG = Logger.getLogger(Calendars.class);

  /** Where a name was looked for. */
  private record Place(String lookedIn, String name) {}

  /** What was found there: a calendar of its owner, or a built-in one. */
  private record Found(String owner, CalendarDefinition definition) {}

  private final Map<Place, Found> found = new HashMap<>();
  private final Map<Place, BusinessDays> alone = new HashMap<>();

  private Calendars() {}

  private Calendars(RowSet<Row> rows) {
    for (Row row : rows) {
      String definition = row.getString("definition");
      if (definition != null) {
        found.put(
            new Place(row.getString("looked_in"), row.getString("name")),
            new Found(
                row.getString("owner"), CalendarDefinition.stored(new JsonObject(definition))));
      }
    }
  }

  /**
   * What the names stand for in a tenant; a name that nobody knows is left out.
   *
   * @param statements of the tenant, or of the engine
   */
  public static Uni<Map<String, BusinessDays>> named(
      Statements statements, String tenant, Set<String> names) {
    if (names.isEmpty()) {
      return Uni.createFrom().item(Map.of());
    }
    return statements
        .query(
            CalendarsSql.NAMED,
            Tuple.tuple().addString(tenant).addArrayOfString(names.toArray(String[]::new)))
        .flatMap(rows -> aside(() -> new Calendars(rows).of(tenant, names)));
  }

  /**
   * What a shared calendar means among others that are shared. Not on an event loop.
   *
   * @param shared all of them, by name
   * @return null: there is none of the name, or it includes one that nobody knows
   */
  public static @Nullable BusinessDays shared(Map<String, CalendarDefinition> shared, String name) {
    Calendars calendars = new Calendars();
    shared.forEach(
        (one, definition) ->
            calendars.found.put(new Place(SHARED, one), new Found(SHARED, definition)));
    return calendars.of(new Place(SHARED, name));
  }

  private Map<String, BusinessDays> of(String tenant, Set<String> names) {
    Map<String, BusinessDays> days = new HashMap<>();
    for (String name : names) {
      BusinessDays known = readable(new Place(tenant, name));
      if (known != null) {
        days.put(name, known);
      }
    }
    return days;
  }

  /** A newer version may have stored what this one cannot read: that concerns no other calendar. */
  private @Nullable BusinessDays readable(Place place) {
    try {
      return of(place);
    } catch (RuntimeException unreadable) {
      LOG.warnf(
          "tenant=%s calendar=%s cannot be read (%s) and counts as unknown",
          place.lookedIn, place.name, unreadable.getMessage());
      return null;
    }
  }

  private @Nullable BusinessDays of(Place place) {
    Found top = found.get(place);
    if (top == null) {
      return BuiltInCalendars.find(place.name);
    }
    List<BusinessDays> included = new ArrayList<>();
    for (Place one : beneath(place, top)) {
      BusinessDays days = alone(one);
      if (days == null) {
        return null;
      }
      included.add(days);
    }
    return included.isEmpty() ? alone(place) : top.definition.with(place.name, included);
  }

  /** All that it includes, itself left out. */
  private Set<Place> beneath(Place place, Found top) {
    Set<Place> seen = new LinkedHashSet<>();
    Deque<Found> open = new ArrayDeque<>(List.of(top));
    while (!open.isEmpty()) {
      Found next = open.remove();
      for (String name : next.definition.include()) {
        Place below = new Place(next.owner, name);
        Found there = found.get(below);
        if (seen.add(below) && there != null) {
          open.add(there);
        }
      }
    }
    seen.remove(place);
    return seen;
  }

  private @Nullable BusinessDays alone(Place place) {
    BusinessDays known = alone.get(place);
    if (known == null) {
      Found there = found.get(place);
      known =
          there == null ? BuiltInCalendars.find(place.name) : there.definition.alone(place.name);
      if (known != null) {
        alone.put(place, known);
      }
    }
    return known;
  }

  /** Putting together is computing, and may read the data of a country. */
  private static <T> Uni<T> aside(Supplier<T> computing) {
    Context context = Vertx.currentContext();
    return context == null
        ? Uni.createFrom().item(computing)
        : Uni.createFrom()
            .completionStage(
                () -> context.executeBlocking(computing::get, false).toCompletionStage());
  }
}
