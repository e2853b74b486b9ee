/**
 * Telling what happened. The statement that changes a run also writes one row to the outbox; the
 * relay reads those rows in order, renders their events from the tables, publishes them and deletes
 * the rows once the broker has them.
 *
 * <p>What holds: the events of one run are published in the order in which they happened; an event
 * is published at least once, and again with the same id after a takeover; {@code sequence} decides
 * order wherever events arrive otherwise.
 */
@NullMarked
package dev.carillon.event;

import org.jspecify.annotations.NullMarked;
