package dev.carillon.catalog;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carillon.calendars.BuiltInCalendars;
import dev.carillon.calendars.CalendarDefinition;
import dev.carillon.calendars.Calendars;
import dev.carillon.calendars.CalendarsSql;
import dev.carillon.catalog.CalendarView.Origin;
import dev.carillon.catalog.CalendarView.Stored;
import dev.carillon.catalog.input.CalendarDeclaration;
import dev.carillon.catalog.input.CalendarImport.Imported;
import dev.carillon.catalog.input.CalendarReader;
import dev.carillon.catalog.input.FieldErrors;
import dev.carillon.event.OutboxRows;
import dev.carillon.pg.Statements;
import dev.carillon.tenancy.Requester;
import dev.carillon.time.calendar.BusinessDays;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Changes a tenant's calendars. A change is given the transaction that it is part of; in it the
 * clocks of all schedules that it concerns are marked, so that the ticker works out anew when they
 * fire. Whoever opened the transaction sends a notice on the clock's channel once it has committed.
 */
@Singleton
public class CalendarEdits {

  static final String CALENDAR = "calendar";
  private static final int MOST_CALENDARS = 1_000;

  private final InstantSource clock;
  private final Ids ids;

  CalendarEdits(InstantSource clock, Ids ids) {
    this.clock = clock;
    this.ids = ids;
  }

  /**
   * What a change made of a calendar.
   *
   * @param created whether there was none before
   * @param changed whether anything is different
   */
  public record Written(CalendarView view, boolean created, boolean changed) {}

  /** Fails with a {@link Refusal} when the tenant has one of the name. */
  public Uni<Written> create(
      Statements statements, Requester requester, CalendarDeclaration declared) {
    return locked(statements, requester)
        .flatMap(locked -> own(statements, requester, declared.name()))
        .flatMap(
            own -> {
              if (own != null) {
                throw taken(declared.name());
              }
              return insert(statements, requester, declared);
            });
  }

  /**
   * Creates or replaces; the same again changes nothing and tells nobody.
   *
   * @param expected whether the version of the present one is the one that the editor has seen; see
   *     {@link Refusal#requireMayCreate} where there is none
   */
  public Uni<Written> put(
      Statements statements,
      Requester requester,
      CalendarDeclaration declared,
      IntPredicate expected) {
    return locked(statements, requester)
        .flatMap(locked -> own(statements, requester, declared.name()))
        .flatMap(
            own -> {
              if (own == null) {
                Refusal.requireMayCreate(CALENDAR, declared.name(), expected);
                return insert(statements, requester, declared);
              }
              return replace(statements, requester, requireExpected(own, expected), declared);
            });
  }

  /**
   * Makes a calendar of a file's holidays.
   *
   * @param replace whether they may take the place of those of an existing calendar, which keeps
   *     its weekend and what it includes; else this fails with a {@link Refusal}
   */
  public Uni<Written> importInto(
      Statements statements, Requester requester, String name, Imported imported, boolean replace) {
    return locked(statements, requester)
        .flatMap(locked -> own(statements, requester, name))
        .flatMap(
            own -> {
              if (own == null) {
                return insert(statements, requester, imported(name, imported, null));
              }
              if (!replace) {
                throw taken(name);
              }
              return replace(
                  statements, requester, own, imported(name, imported, own.definition()));
            });
  }

  private static CalendarDeclaration imported(
      String name, Imported imported, @Nullable CalendarDefinition before) {
    return new CalendarDeclaration(
        name,
        new CalendarDefinition(
            before == null ? Set.of() : before.weekend(),
            imported.holidays(),
            before == null ? List.of() : before.include(),
            before == null ? null : before.builtIn(),
            imported.validFrom(),
            imported.validTo()));
  }

  /** Applies a merge patch. Fails with a {@link Refusal} when there is none of the tenant's own. */
  public Uni<Written> patch(
      Statements statements,
      Requester requester,
      String name,
      IntPredicate expected,
      ObjectNode patch) {
    return locked(statements, requester)
        .flatMap(locked -> requiredOwn(statements, requester, name))
        .flatMap(
            own ->
                Evaluation.aside(() -> patched(requireExpected(own, expected), patch))
                    .flatMap(declared -> replace(statements, requester, own, declared)));
  }

  /** Fails with a {@link Refusal} when there is none of the tenant's own, or it is in use. */
  public Uni<Void> delete(
      Statements statements, Requester requester, String name, IntPredicate expected) {
    String tenant = requester.tenant().id();
    return locked(statements, requester)
        .flatMap(locked -> requiredOwn(statements, requester, name))
        .invoke(own -> requireExpected(own, expected))
        .call(own -> statements.query(CalendarSql.HOLD, Tuple.of(tenant, name)))
        .call(
            own ->
                statements
                    .query(CalendarSql.USERS, Tuple.of(tenant, name))
                    .invoke(users -> requireUnused(name, users)))
        .call(own -> statements.query(CalendarSql.DELETE, Tuple.of(tenant, name)))
        .flatMap(own -> tell(statements, requester, own.view(), version(own) + 1, true));
  }

  // ── steps

  private static Uni<RowSet<Row>> locked(Statements statements, Requester requester) {
    return statements.query(CalendarSql.LOCK, Tuple.of(requester.tenant().id()));
  }

  private Uni<Written> insert(
      Statements statements, Requester requester, CalendarDeclaration declared) {
    Instant now = clock.instant();
    String tenant = requester.tenant().id();
    CalendarView view =
        CalendarView.of(declared.name(), declared.definition(), Origin.OWN, 1, now, now);
    return requireFit(statements, requester, declared, true)
        .flatMap(
            fits ->
                statements.query(
                    CalendarSql.INSERT,
                    Tuple.of(
                        ids.next(now),
                        tenant,
                        declared.name(),
                        declared.definition().json(),
                        Times.utc(now))))
        .flatMap(inserted -> follow(statements, requester, declared, view, now))
        .replaceWith(() -> new Written(view, true, true));
  }

  private Uni<Written> replace(
      Statements statements, Requester requester, Stored own, CalendarDeclaration declared) {
    if (declared.definition().equals(own.definition())) {
      return Uni.createFrom().item(new Written(own.view(), false, false));
    }
    Instant now = clock.instant();
    CalendarView view =
        CalendarView.of(
            declared.name(),
            declared.definition(),
            Origin.OWN,
            version(own) + 1,
            own.view().createdAt(),
            now);
    return requireFit(statements, requester, declared, false)
        .flatMap(
            fits ->
                statements.query(
                    CalendarSql.UPDATE,
                    Tuple.of(
                        requester.tenant().id(),
                        declared.name(),
                        declared.definition().json(),
                        Times.utc(now))))
        .flatMap(updated -> follow(statements, requester, declared, view, now))
        .replaceWith(() -> new Written(view, false, true));
  }

  private static Uni<Void> requireFit(
      Statements statements, Requester requester, CalendarDeclaration declared, boolean oneMore) {
    String tenant = requester.tenant().id();
    return statements
        .query(CalendarSql.INCLUSIONS, Tuple.of(tenant))
        .flatMap(
            rows ->
                Evaluation.aside(
                    () -> {
                      CalendarInclusions inclusions = new CalendarInclusions(tenant, rows);
                      if (oneMore && inclusions.owned() >= MOST_CALENDARS) {
                        throw FieldErrors.invalid(
                            "/name",
                            "name: a tenant has at most 1,000 calendars; delete one that is not used",
                            null);
                      }
                      inclusions.requireFit(declared);
                      return null;
                    }))
        .replaceWithVoid();
  }

  /** What goes with every change, once the row is written. */
  private Uni<Void> follow(
      Statements statements,
      Requester requester,
      CalendarDeclaration declared,
      CalendarView view,
      Instant now) {
    String tenant = requester.tenant().id();
    return requireBusinessDay(statements, tenant, declared, now)
        .flatMap(
            sound ->
                statements.query(
                    CalendarsSql.MARK, Tuple.of(tenant, declared.name(), Times.utc(now))))
        .flatMap(marked -> tell(statements, requester, view, view.version(), false));
  }

  /** By its own holidays, or together with what it includes, every day may be off. */
  private static Uni<Void> requireBusinessDay(
      Statements statements, String tenant, CalendarDeclaration declared, Instant now) {
    LocalDate today = now.atZone(ZoneOffset.UTC).toLocalDate();
    return Calendars.named(statements, tenant, Set.of(declared.name()))
        .flatMap(
            known ->
                Evaluation.aside(
                    () -> {
                      BusinessDays days = known.get(declared.name());
                      if (days != null) {
                        CalendarInclusions.requireBusinessDay(days, today);
                      }
                      return null;
                    }))
        .replaceWithVoid();
  }

  private static CalendarDeclaration patched(Stored own, ObjectNode patch) {
    CalendarDeclaration declared =
        CalendarReader.read(MergePatch.apply(own.view(), CalendarReader.WRITABLE, patch));
    if (!declared.name().equals(own.view().name())) {
      throw FieldErrors.invalid("/name", "name: a calendar keeps its name", own.view().name());
    }
    return declared;
  }

  private static Uni<@Nullable Stored> own(
      Statements statements, Requester requester, String name) {
    return CalendarLookup.find(statements, requester.tenant(), name)
        .map(found -> found != null && found.view().origin() == Origin.OWN ? found : null);
  }

  private static Uni<Stored> requiredOwn(Statements statements, Requester requester, String name) {
    return CalendarLookup.find(statements, requester.tenant(), name)
        .flatMap(
            found -> {
              if (found == null) {
                return Evaluation.aside(
                    () -> {
                      throw BuiltInCalendars.find(name) == null
                          ? Refusal.notFound(CALENDAR, name)
                          : readOnly(name, "is built in");
                    });
              }
              if (found.view().origin() != Origin.OWN) {
                throw readOnly(name, "comes from a file that all tenants share");
              }
              return Uni.createFrom().item(found);
            });
  }

  private static Refusal readOnly(String name, String why) {
    return Refusal.wrongState(
        "the calendar "
            + name
            + " "
            + why
            + " and cannot be changed here; declare one of your own that includes it:"
            + " {\"name\":\"my-"
            + name
            + "\",\"include\":[\""
            + name
            + "\"]}");
  }

  private static Refusal taken(String name) {
    return new Refusal(
        Refusal.Kind.WRONG_STATE,
        "/name",
        "there is already a calendar with the name "
            + name
            + "; PATCH or PUT it, or import with replace=true");
  }

  private static Stored requireExpected(Stored own, IntPredicate expected) {
    if (!expected.test(version(own))) {
      throw Refusal.lostUpdate(CALENDAR, version(own));
    }
    return own;
  }

  private static void requireUnused(String name, RowSet<Row> users) {
    if (users.size() > 0) {
      String named =
          users.stream().map(row -> row.getString("named")).collect(Collectors.joining(", "));
      throw Refusal.wrongState(
          "the calendar " + name + " is used, by " + named + "; change these first");
    }
  }

  private static int version(Stored own) {
    Integer version = own.view().version();
    return version == null ? 0 : version;
  }

  private Uni<Void> tell(
      Statements statements, Requester requester, CalendarView view, int version, boolean deleted) {
    return OutboxRows.changed(
        statements,
        requester.tenant().id(),
        clock.instant(),
        "scheduler.calendar.updated",
        "calendars/" + view.name(),
        view.sequence(version),
        requester.traceparent(),
        view.eventData(deleted));
  }
}
