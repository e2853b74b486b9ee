/**
 * Calendars by their names: a tenant's own before the shared ones of the mounted files, and these
 * before the built-in ones. What a name stands for is read and put together here, for requests and
 * for the ticker alike; which dates count is {@link dev.carillon.time.calendar}'s.
 */
@NullMarked
package dev.carillon.calendars;

import org.jspecify.annotations.NullMarked;
