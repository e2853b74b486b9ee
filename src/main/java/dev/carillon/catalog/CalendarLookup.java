package dev.carillon.catalog;

import dev.carillon.calendars.BuiltInCalendar;
import dev.carillon.calendars.BuiltInCalendars;
import dev.carillon.calendars.Calendars;
import dev.carillon.catalog.CalendarView.Stored;
import dev.carillon.catalog.input.CalendarReader;
import dev.carillon.catalog.input.FieldErrors;
import dev.carillon.pg.Statements;
import dev.carillon.tenancy.Tenant;
import dev.carillon.tenancy.TenantTransactions;
import dev.carillon.time.calendar.BusinessDays;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Shows calendars: a tenant's own, the shared ones, and those that are built in. */
@Singleton
public class CalendarLookup {

  private final TenantTransactions transactions;
  private final InstantSource clock;

  CalendarLookup(TenantTransactions transactions, InstantSource clock) {
    this.transactions = transactions;
    this.clock = clock;
  }

  /** What a name stands for. Fails with a {@link Refusal} when nobody knows it. */
  public Uni<CalendarView> get(Tenant tenant, String name) {
    return transactions
        .statements(tenant, statements -> find(statements, tenant, name))
        .flatMap(
            found ->
                found == null
                    ? Evaluation.aside(() -> builtIn(name))
                    : Uni.createFrom().item(found.view()));
  }

  /**
   * What a name makes of a year. Fails with a {@link Refusal} when nobody knows the name.
   *
   * @param asked null: the present one
   */
  public Uni<CalendarYear> year(Tenant tenant, String name, @Nullable Integer asked) {
    int year = asked == null ? clock.instant().atZone(ZoneOffset.UTC).getYear() : asked;
    return transactions
        .statements(
            tenant,
            statements ->
                find(statements, tenant, name)
                    .flatMap(
                        found ->
                            Calendars.named(statements, tenant.id(), Set.of(name))
                                .map(known -> new Resolved(found, known.get(name)))))
        .flatMap(
            resolved ->
                Evaluation.aside(
                    () -> {
                      if (resolved.days == null) {
                        throw Refusal.notFound(CalendarEdits.CALENDAR, name);
                      }
                      return CalendarYear.of(
                          name,
                          year,
                          resolved.days,
                          resolved.found == null ? null : resolved.found.definition());
                    }));
  }

  /** What a name stands for; found is null for a built-in one. */
  private record Resolved(@Nullable Stored found, @Nullable BusinessDays days) {}

  /** Own and shared ones, newest first, without their holidays. */
  public Uni<Page<CalendarView>> list(Tenant tenant, @Nullable UUID after, int limit) {
    UUID from = after == null ? Page.TOP : after;
    return transactions
        .statements(
            tenant,
            statements ->
                statements.query(CalendarSql.LIST, Tuple.of(tenant.id(), from, limit + 1)))
        .map(
            rows -> {
              List<Stored> found = new ArrayList<>();
              rows.forEach(row -> found.add(CalendarView.of(row)));
              return Page.of(found, limit, Stored::id).map(Stored::view);
            });
  }

  /**
   * Built-in ones, by name.
   *
   * @param country its code, for it and its parts; null: all. Fails with an {@link
   *     dev.carillon.catalog.input.InvalidInput} when there is none
   * @param after as a page's next: the place in the list, as an id
   */
  public static Uni<Page<CalendarView>> builtIn(
      @Nullable String country, @Nullable UUID after, int limit) {
    return Evaluation.aside(
        () -> {
          List<String> names =
              BuiltInCalendars.names().stream()
                  .filter(
                      name ->
                          country == null || name.equals(country) || name.startsWith(country + "-"))
                  .toList();
          if (names.isEmpty()) {
            throw FieldErrors.invalid(
                "?builtin",
                "builtin: there is no built-in calendar "
                    + (country.length() > 100 ? country.substring(0, 100) + "…" : country)
                    + "; GET /calendars?builtin=true lists all there are",
                "DE");
          }
          int first =
              after == null
                  ? 0
                  : (int) Math.max(0, Math.min(names.size(), after.getLeastSignificantBits()));
          int end = Math.min(names.size(), first + limit);
          List<CalendarView> views =
              names.subList(first, end).stream().map(CalendarLookup::builtIn).toList();
          return new Page<>(views, end < names.size() ? new UUID(0, end) : null);
        });
  }

  /** The tenant's own or a shared one; null when there is neither. */
  static Uni<@Nullable Stored> find(Statements statements, Tenant tenant, String name) {
    if (!CalendarReader.isName(name)) {
      return Uni.createFrom().nullItem();
    }
    return statements
        .query(CalendarSql.FIND, Tuple.of(tenant.id(), name))
        .map(
            rows -> {
              Row row = rows.size() == 0 ? null : rows.iterator().next();
              return row == null ? null : CalendarView.of(row);
            });
  }

  private static CalendarView builtIn(String name) {
    BuiltInCalendar known = BuiltInCalendars.find(name);
    if (known == null) {
      throw Refusal.notFound(CalendarEdits.CALENDAR, name);
    }
    return CalendarView.of(known);
  }
}
