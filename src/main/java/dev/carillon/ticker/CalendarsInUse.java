package dev.carillon.ticker;

import dev.carillon.calendars.Calendars;
import dev.carillon.pg.Pg;
import dev.carillon.time.calendar.BusinessDays;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * Reads the calendars that schedules name, a tenant's together. They are read after the schedules:
 * a change of one raises the revision of all that use it in its own transaction, so what is made of
 * an older one belongs to an older revision, by which nothing can be planned.
 */
final class CalendarsInUse {

  /** As many tenants' at once, of the connections that the engine has. */
  private static final int AT_ONCE = 4;

  private static final Logger LOG = Logger.getLogger(CalendarsInUse.class);

  private final Pg pg;

  CalendarsInUse(Pg pg) {
    this.pg = pg;
  }

  /**
   * What was read.
   *
   * @param unread tenants whose calendars could not be read now
   */
  record Known(Map<String, Map<String, BusinessDays>> byTenant, Set<String> unread) {

    static final Known NONE = new Known(Map.of(), Set.of());

    Map<String, BusinessDays> of(PlanRow row) {
      return byTenant.getOrDefault(row.tenant(), Map.of());
    }

    boolean isUnread(PlanRow row) {
      return !row.calendars().isEmpty() && unread.contains(row.tenant());
    }
  }

  /** Of the schedules' tenants, one after the other. Never fails: a tenant's trouble is its own. */
  Uni<Known> of(Collection<PlanRow> rows) {
    Map<String, Set<String>> names = new TreeMap<>();
    for (PlanRow row : rows) {
      if (!row.calendars().isEmpty()) {
        names.computeIfAbsent(row.tenant(), tenant -> new TreeSet<>()).addAll(row.calendars());
      }
    }
    if (names.isEmpty()) {
      return Uni.createFrom().item(Known.NONE);
    }
    Known known = new Known(new ConcurrentHashMap<>(), ConcurrentHashMap.newKeySet());
    return Multi.createFrom()
        .iterable(names.entrySet())
        .onItem()
        .transformToUni(one -> read(one.getKey(), one.getValue(), known))
        .merge(AT_ONCE)
        .collect()
        .last()
        .replaceWith(known);
  }

  private Uni<Void> read(String tenant, Set<String> names, Known known) {
    return Uni.createFrom()
        .deferred(() -> Calendars.named(pg::asEngine, tenant, names))
        .invoke(days -> known.byTenant.put(tenant, days))
        .onFailure()
        .invoke(failure -> unread(tenant, failure, known))
        .onFailure()
        .recoverWithNull()
        .replaceWithVoid();
  }

  private static void unread(String tenant, Throwable failure, Known known) {
    LOG.warnf(
        "tenant=%s calendars cannot be read, its schedules that use them are looked at again: %s",
        tenant, failure.getMessage());
    known.unread.add(tenant);
  }
}
