package dev.carillon.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carillon.calendars.BuiltInCalendar;
import dev.carillon.calendars.CalendarDefinition;
import dev.carillon.calendars.Calendars;
import dev.carillon.catalog.input.CalendarDeclaration;
import dev.carillon.catalog.input.JsonText;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A calendar as it is shown. */
@Schema(
    name = "Calendar",
    description =
        "Which days count. Its days off are its weekend, its holidays, and those of all that it"
            + " includes.")
public record CalendarView(
    @Schema(
            required = true,
            pattern = "[A-Za-z0-9][A-Za-z0-9._:-]{0,127}",
            example = "acme-closing-days",
            description = "Stable; a tenant's own goes before a shared one, that before a built-in")
        String name,
    @Schema(readOnly = true) Origin origin,
    @Schema(
            readOnly = true,
            nullable = true,
            example = "Germany, Bavaria",
            description = "Of a built-in one")
        @Nullable String description,
    @Schema(nullable = true, example = "[\"SATURDAY\",\"SUNDAY\"]", description = "Absent: none")
        @Nullable List<DayOfWeek> weekend,
    @Schema(
            type = SchemaType.ARRAY,
            implementation = Object.class,
            nullable = true,
            maxItems = 5_000,
            example =
                "[\"2026-12-24\",{\"date\":\"2026-12-31\",\"name\":\"New Year's"
                    + " Eve\"},{\"rule\":\"EASTER-2\",\"name\":\"Good Friday\"}]",
            description = "Dates, dates with a name, and rules; left out in lists")
        @Nullable JsonNode holidays,
    @Schema(readOnly = true, nullable = true, description = "How many entries holidays has")
        @Nullable Integer holidayCount,
    @Schema(nullable = true, maxItems = 100, description = "Names of other calendars")
        @Nullable List<String> include,
    @Schema(
            nullable = true,
            example = "DE-BY",
            description = "A built-in one, also where a calendar of that name is nearer")
        @Nullable String builtin,
    @Schema(nullable = true, description = "The first date that it says something of; absent: any")
        @Nullable LocalDate validFrom,
    @Schema(nullable = true, description = "The last one") @Nullable LocalDate validTo,
    @Schema(readOnly = true, nullable = true) @Nullable Integer version,
    @Schema(readOnly = true, nullable = true) @Nullable Instant createdAt,
    @Schema(readOnly = true, nullable = true) @Nullable Instant updatedAt) {

  /** Whose it is. */
  @Schema(name = "CalendarOrigin")
  public enum Origin {
    /** The tenant's. */
    OWN,
    /** Of a mounted file, for all tenants. */
    SHARED,
    /** Delivered with Carillon. */
    BUILT_IN
  }

  /** Beyond this many, an event says how many holidays there are and not which. */
  private static final int MOST_TOLD = 200;

  /** A row, with its id for the list's sake. */
  record Stored(UUID id, CalendarView view, CalendarDefinition definition) {}

  static Stored of(Row row) {
    CalendarDefinition definition = CalendarDefinition.stored(row.getString("definition"));
    boolean shared = Calendars.SHARED.equals(row.getString("tenant_id"));
    int counted = row.getColumnIndex("holiday_count");
    CalendarView view =
        of(
            row.getString("name"),
            definition,
            shared ? Origin.SHARED : Origin.OWN,
            row.getInteger("version"),
            Times.instant(row, "created_at"),
            Times.instant(row, "updated_at"));
    return new Stored(
        row.getUUID("id"),
        counted < 0 ? view : view.withoutHolidays(row.getInteger(counted)),
        definition);
  }

  static CalendarView of(
      String name,
      CalendarDefinition definition,
      Origin origin,
      int version,
      @Nullable Instant createdAt,
      @Nullable Instant updatedAt) {
    JsonNode json = JsonText.stored(definition.json().encode());
    return new CalendarView(
        name,
        origin,
        null,
        definition.weekend().isEmpty() ? null : List.copyOf(definition.weekend()),
        json == null ? null : json.get("holidays"),
        definition.holidays().size(),
        definition.include().isEmpty() ? null : definition.include(),
        definition.builtIn(),
        definition.validFrom(),
        definition.validTo(),
        version,
        createdAt,
        updatedAt);
  }

  /** A shared one, as events tell of it before it has a row. */
  public static CalendarView shared(CalendarDeclaration declared, Instant now) {
    return of(declared.name(), declared.definition(), Origin.SHARED, 0, null, now);
  }

  /** Without its holidays, which are another for each year. */
  static CalendarView of(BuiltInCalendar builtIn) {
    return new CalendarView(
        builtIn.name(),
        Origin.BUILT_IN,
        builtIn.description(),
        List.copyOf(builtIn.weekend()),
        null,
        null,
        null,
        null,
        null,
        builtIn.knownUntil(),
        null,
        null,
        null);
  }

  private CalendarView withoutHolidays(@Nullable Integer count) {
    return new CalendarView(
        name,
        origin,
        description,
        weekend,
        null,
        count,
        include,
        builtin,
        validFrom,
        validTo,
        version,
        createdAt,
        updatedAt);
  }

  /**
   * Of the event of a version: the microsecond in which the calendar was created, and its version
   * on top. A name that is deleted and created again thus goes on rising; it would not if the
   * calendar had changed more than once in each microsecond between.
   *
   * @param version of the change, which is the next one for a deletion
   */
  long sequence(int version) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, Objects.requireNonNull(createdAt)) + version;
  }

  /** What events carry of it. */
  public JsonObject eventData(boolean deleted) {
    CalendarView told =
        holidayCount != null && holidayCount > MOST_TOLD ? withoutHolidays(holidayCount) : this;
    ObjectNode data = JsonText.tree(told);
    if (deleted) {
      data.put("deleted", true);
    }
    return new JsonObject(JsonText.write(data));
  }
}
