/**
 * Deciding when. The leader plans the fires of due schedules (clocks moved and runs inserted in one
 * statement) and hands each run's due event to the broker at its instant.
 *
 * <p>Authoritative are the clock row (its next fire, its revision) and the primary key of {@code
 * runs}: a plan that was made before an edit, or by a former leader, changes nothing, and the same
 * fire planned twice is one run. A due event is a wake-up only; when it is lost, workers and the
 * reconciler find the run in the table.
 */
@NullMarked
package dev.carillon.ticker;

import org.jspecify.annotations.NullMarked;
