package dev.carillon.catalog.input;

import dev.carillon.calendars.CalendarDefinition;

/**
 * What a person declares of a calendar.
 *
 * @param name stable, unique among the tenant's calendars
 */
public record CalendarDeclaration(String name, CalendarDefinition definition) {}
