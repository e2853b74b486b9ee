/**
 * How many runs may be at work at once: of a job, of a tenant, of a concurrency key.
 *
 * <p>Authoritative are the rows of {@code places}: who runs under which limit. A place counts only
 * while its run is RUNNING with that attempt (or was let go a moment ago and is about to be
 * claimed), so whatever ends a run frees its places, and nothing has to be counted down. Whoever
 * gives places, or lets a run wait, holds the limit's row in {@code limits}, all of them in their
 * order, before it counts.
 *
 * <pre>
 *            no room                 a place is free, and it is the next
 * due ──┬──────────────► held ──────────────────────────────────────────┬──► claimed with places
 *       │               (held_by, held_key, due at infinity)            │ by the worker that freed it
 *       │ room for it, and nobody waits who goes before                 └──► due like any other, its
 *       └──────────────────────────────────────► claimed with places         places kept for a moment
 * </pre>
 *
 * <p>A wake-up that is lost (a crash between a run's end and the next one's start, a limit that was
 * raised) is made good by the leader's look, once a second. docs/decisions/0020.
 */
@NullMarked
package dev.carillon.limit;

import org.jspecify.annotations.NullMarked;
